/**
 * Memory and time of `logscope analyze --json` for a log in which nearly every line has its own URL and client.
 *   node test/bench/many-routes.mjs [--lines 1000000] [--threads 2]
 * Exit code 1 if more than 300 MiB were resident (Linux; elsewhere memory is not measured), or if the numbers of the busy routes are
 * wrong.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generator } from '../lab/random.mjs';

const { values } = parseArgs({
  options: { lines: { type: 'string', default: '1000000' }, threads: { type: 'string', default: '2' } },
});
const MOST_RESIDENT_KIB = 300 * 1024;
const SAMPLE_MILLIS = 20;
const logscope = fileURLToPath(new URL('../../bin/logscope.js', import.meta.url));
const word = (n) => n.toString(36).replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)]);

const folder = mkdtempSync(join(tmpdir(), 'logscope-many-routes-'));
const path = join(folder, 'access.log');
const lines = Number(values.lines);
const random = generator(1);
const truth = { 'GET /busy': 0, 'GET /orders': 0 };
const file = openSync(path, 'w');
let text = '';
for (let i = 0; i < lines; i++) {
  const kind = random();
  const target = kind < 0.2 ? '/busy' : kind < 0.22 ? '/orders' : `/p/${word(i)}-${word(Math.floor(random() * 1e6))}`;
  if (kind < 0.22) truth[`GET ${target}`]++;
  const stamp = new Date(Date.UTC(2026, 2, 1) + Math.floor(i / 200) * 1000).toISOString();
  const clock = `${stamp.slice(8, 10)}/Mar/2026:${stamp.slice(11, 19)} +0000`;
  const address = `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
  text += `${address} - - [${clock}] "GET ${target} HTTP/1.1" 200 512 "-" "curl/8.5.0" pid=<${8700 + (i % 16)}> us=${1000 + Math.floor(random() * 90_000)}\n`;
  if (text.length > 4e6 || i === lines - 1) {
    writeSync(file, text);
    text = '';
  }
}
closeSync(file);

function run() {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const child = spawn(process.execPath, [logscope, 'analyze', '--json', '--threads', values.threads, path]);
    let output = '';
    let resident = 0;
    const sampler = setInterval(() => {
      try {
        const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
        if (peak) resident = Number(peak[1]);
      } catch {
        // It has ended, or the system does not say.
      }
    }, SAMPLE_MILLIS);
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', () => {
      clearInterval(sampler);
      resolve({ seconds: (performance.now() - begin) / 1000, resident, summary: JSON.parse(output) });
    });
  });
}

const { seconds, resident, summary } = await run();
rmSync(folder, { recursive: true });
const { routes, route_estimates: estimates } = summary;
console.log(
  `${lines} lines, ${values.threads} threads: ${seconds.toFixed(1)} s, ${(resident / 1024).toFixed(0)} MiB resident, about ${estimates.distinct_routes} routes`,
);
for (const [route, requests] of Object.entries(truth)) {
  const told = routes.find((one) => one.route === route)?.requests ?? 0;
  console.log(`${route}: ${requests} requests, told ${told} (at most ${estimates.excess_requests} too many)`);
  if (told < requests || told > requests + estimates.excess_requests) process.exitCode = 1;
}
if (resident > MOST_RESIDENT_KIB) process.exitCode = 1;
