#!/usr/bin/env node
/**
 * How often `logscope diff` reports noise as a change, and how often it finds a real change, in pairs of logs of simulated gunicorn pools
 * (Poisson arrivals, two routes with lognormal service times, stamps in whole seconds).
 *   node test/accuracy/diff.mjs [--runs 40] [--cmd "node bin/logscope.js"] [--markdown]
 * Where nothing changed, a comparison is wrong if it calls any of its measures better or worse.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { generator } from '../lab/random.mjs';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '40' },
    cmd: { type: 'string', default: 'node bin/logscope.js' },
    markdown: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const [program, ...prefix] = values.cmd.split(' ');
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'logscope-diff-'));

const MEAN_SECONDS = { '/list': 0.15, '/show': 0.35 };
const MEAN = 0.25;

/** The log of a pool of sync workers with one queue: pid, end in whole seconds, duration in µs. */
function poolLog(seed, { workers = 4, load, requests = 800, factor = {}, errors = 0 }) {
  const random = generator(seed);
  random();
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const rate = (load * 4) / MEAN;
  const free = new Array(workers).fill(0);
  const rows = [];
  let at = 0;
  for (let i = 0; i < requests; i++) {
    at += -Math.log(1 - random()) / rate;
    const route = random() < 0.5 ? '/list' : '/show';
    // Lognormal with a coefficient of variation of 0.6.
    const service = MEAN_SECONDS[route] * (factor[route] ?? 1) * Math.exp(0.555 * normal() - 0.154);
    const worker = free.indexOf(Math.min(...free));
    const end = Math.max(at, free[worker]) + service;
    free[worker] = end + 0.0006;
    rows.push({ end, service, worker, route, status: random() < errors ? 500 : 200 });
  }
  rows.sort((a, b) => a.end - b.end);
  const stamp = (second) => new Date(Date.UTC(2024, 9, 29, 17) + 1000 * second).toISOString().slice(11, 19);
  return rows
    .map(({ end, service, worker, route, status }) => {
      const when = `29/Oct/2024:${stamp(Math.floor(end))} +0000`;
      return `10.0.0.1 - - [${when}] "GET ${route} HTTP/1.1" ${status} 12 "-" "-" pid=<${900 + worker}> us=${Math.round(1e6 * service)}\n`;
    })
    .join('');
}

const service = ({ service_time_mean: all, routes }) => [all, ...routes.map((route) => route.service_time_mean)];
const of = (name) => (diff) => diff.routes.find((route) => route.route === `GET ${name}`).service_time_mean.change;
const anything = (diff) =>
  [diff.service_time_mean, diff.wait_mean, diff.latency_mean, diff.error_ratio]
    .concat(diff.routes.flatMap((route) => [route.service_time_mean, route.wait_mean, route.error_ratio]))
    .some(({ change }) => change === 'better' || change === 'worse');

/** `wanted`: whether a comparison says what it should (or, where nothing changed, what it should not). */
const cases = [
  ...[0.5, 0.8, 0.95].map((load) => ({
    name: `no change, load ${load} of the slots`,
    before: { load },
    after: { load },
    says: 'a change (wrong)',
    wanted: anything,
  })),
  ...[0.5, 0.8].flatMap((load) => [
    {
      name: `one route 30 % slower, load ${load}`,
      before: { load },
      after: { load, factor: { '/show': 1.3 } },
      says: 'that route is slower',
      wanted: (diff) => of('/show')(diff) === 'worse',
    },
    {
      name: `one route 30 % faster, load ${load}`,
      before: { load },
      after: { load, factor: { '/show': 0.7 } },
      says: 'that route is faster, and the other is not',
      wanted: (diff) => of('/show')(diff) === 'better' && !['better', 'worse'].includes(of('/list')(diff)),
    },
  ]),
  {
    name: 'three workers become six, load 0.9 of four: more than three can do',
    before: { load: 0.9, workers: 3 },
    after: { load: 0.9, workers: 6 },
    says: 'the mean wait is better, no service time is',
    wanted: (diff) => diff.wait_mean.change === 'better' && service(diff).every(({ change }) => change !== 'better'),
  },
  {
    name: '3 % errors where there were none, load 0.5',
    before: { load: 0.5 },
    after: { load: 0.5, errors: 0.03 },
    says: 'errors are worse',
    wanted: (diff) => diff.error_ratio.change === 'worse',
  },
];

const rows = [['case', 'what is counted', 'of runs', 'share']];
try {
  for (const [k, { name, before, after, says, wanted }] of cases.entries()) {
    let count = 0;
    for (let i = 0; i < runs; i++) {
      const paths = [before, after].map((pool, side) => {
        const path = join(folder, `${side}.log`);
        writeFileSync(path, poolLog(7919 * k + 2 * i + side + 1, pool));
        return path;
      });
      const { stdout } = await run(program, [...prefix, 'diff', ...paths, '--json'], { maxBuffer: 1e8 });
      if (wanted(JSON.parse(stdout))) count++;
    }
    rows.push([name, says, `${count} of ${runs}`, `${Math.round((100 * count) / runs)} %`]);
    if (!values.markdown) console.log(rows.at(-1).join('   '));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (values.markdown) {
  console.log(
    rows
      .map((row) => `| ${row.join(' | ')} |`)
      .join('\n')
      .replace('\n', '\n|---|---|---|---|\n'),
  );
}
