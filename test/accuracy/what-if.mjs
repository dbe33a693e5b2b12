#!/usr/bin/env node
/**
 * Prediction beside measurement: from the log of every pool of a group (one arrival schedule, several pools), what
 * `logscope whatif` says of the others, against what they really did.
 *   node test/accuracy/what-if.mjs DIR [--group whatif-b] [--cmd "node bin/logscope.js"] [--markdown]
 * DIR holds recordings of the lab (`record.mjs --scenarios whatif`). A mean wait counts as met within 25 % or 30 ms, as
 * in the range within it or 30 ms beside it, a throughput within 5 %.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    group: { type: 'string', default: '' },
    cmd: { type: 'string', default: 'node bin/logscope.js' },
    markdown: { type: 'boolean', default: false },
  },
});
const [folder] = positionals;
if (!folder) throw new Error('which folder of recordings?');
const [program, ...prefix] = values.cmd.split(' ');

const recordings = readdirSync(folder)
  .filter((name) => name.startsWith(values.group) && existsSync(join(folder, name, 'truth.json')))
  .sort()
  .map((name) => {
    const truth = JSON.parse(readFileSync(join(folder, name, 'truth.json'), 'utf8'));
    const log = ['access.log', 'server.out']
      .map((file) => join(folder, name, file))
      .find((file) => existsSync(file) && statSync(file).size > 0);
    return { name, truth, log };
  });

const groupOf = (name) => name.split('-').slice(0, 2).join('-');
const asOptions = ({ model, workers, threads }) =>
  model === 'sync'
    ? ['--model', 'sync', '--workers', String(workers)]
    : model === 'threaded'
      ? ['--model', 'threaded', '--workers', String(workers), '--threads', String(threads)]
      : ['--model', 'async', '--workers', String(Math.max(1, workers))];

function predict(log, truth) {
  const args = [...prefix, 'whatif', log, ...asOptions(truth), '--json'];
  const document = JSON.parse(execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  return document.scenarios[0];
}

const shown = (seconds) =>
  seconds === null ? '?' : seconds < 1 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(2)} s`;
const tally = { waits: 0, waitsMet: 0, inRange: 0, throughputs: 0, throughputsMet: 0, silent: 0 };
const rows = [];
for (const from of recordings) {
  for (const to of recordings) {
    if (from === to || groupOf(from.name) !== groupOf(to.name) || !from.log) continue;
    const { wait, range, throughput } = predict(from.log, to.truth);
    const real = to.truth.wait_seconds.mean;
    if (wait.mean === null) {
      tally.silent++;
      rows.push([from.name, to.name, '?', '', shown(real), '', '']);
      continue;
    }
    const met = Math.abs(wait.mean - real) <= Math.max(0.03, 0.25 * real);
    const within = range.wait_mean[0] - 0.03 <= real && real <= range.wait_mean[1] + 0.03;
    const rateMet = Math.abs(throughput / to.truth.throughput_rps - 1) <= 0.05;
    tally.waits++;
    tally.waitsMet += met;
    tally.inRange += within;
    tally.throughputs++;
    tally.throughputsMet += rateMet;
    rows.push([
      from.name,
      to.name,
      shown(wait.mean),
      `${shown(range.wait_mean[0])} to ${shown(range.wait_mean[1])}${within ? '' : ' (not in it)'}`,
      `${shown(real)}${met ? '' : ' (missed)'}`,
      throughput.toFixed(2),
      `${to.truth.throughput_rps.toFixed(2)}${rateMet ? '' : ' (missed)'}`,
    ]);
  }
}
const head = ['log of', 'asked for', 'predicted mean wait', 'range', 'measured', 'predicted answers/s', 'measured'];
if (values.markdown) {
  console.log(`| ${head.join(' | ')} |\n|${'---|'.repeat(head.length)}`);
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
} else {
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i].length)));
  for (const row of [head, ...rows])
    console.log(
      row
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    );
}
console.log(
  `\nmean waits met ${tally.waitsMet} of ${tally.waits}, in range ${tally.inRange} of ${tally.waits}, silent ${tally.silent}; throughputs met ${tally.throughputsMet} of ${tally.throughputs}`,
);
