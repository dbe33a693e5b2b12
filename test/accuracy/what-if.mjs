#!/usr/bin/env node
/**
 * Predictions beside measurements: for each pool of a group (one arrival schedule, several pools), what `logscope whatif` says about the
 * other pools from its log, and what these really did.
 *   node test/accuracy/what-if.mjs DIR… [--group whatif-b] [--page docs/what-if-recordings.md]
 * A DIR contains recordings of the lab (`record.mjs --scenarios whatif,waitress,hypercorn,bursts`). A mean wait is met if it is within 25 %
 * or 30 ms, and in range if it is inside the range or at most 30 ms beside it; a throughput is met within 5 %. `--page` writes the tables
 * between the marks of the page; recordings of the articles' servers, if the DIRs have them, give the last tables.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { articleTables } from './what-if-articles.mjs';
import { predictor, recordingsIn, shown, table } from './what-if-recordings.mjs';

const { values, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    group: { type: 'string', default: 'whatif' },
    page: { type: 'string' },
  },
});
if (folders.length === 0) throw new Error('which folder of recordings?');
const predict = await predictor();
const all = recordingsIn(folders);

const groups = new Map();
for (const recording of all.filter(({ name }) => name.startsWith(values.group))) {
  const group = recording.name.split('-').slice(0, 2).join('-');
  groups.set(group, [...(groups.get(group) ?? []), recording]);
}

const none = () => ({ logs: 0, waits: 0, waitsMet: 0, inRange: 0, throughputsMet: 0, silent: 0 });

/** Processes with threads that accept connections themselves: a log of another pool does not show how evenly. */
const sharesUnevenly = ({ model, workers }) => model === 'threaded' && workers > 1;
const waited = { little: none(), long: none() };

/** A row of the table: what the log of `from` says about each of the other pools. */
async function judge(from, others, tally) {
  const scenarios = await predict(
    from.log,
    others.map(({ truth }) => truth),
  );
  tally.logs++;
  return others.map((to, k) => {
    if (to === from) return '';
    const { wait, range, throughput } = scenarios[k];
    const real = to.truth.wait_seconds.mean;
    if (wait.mean === null) {
      tally.silent++;
      return '?';
    }
    const met = Math.abs(wait.mean - real) <= Math.max(0.03, 0.25 * real);
    const within = range.wait_mean[0] - 0.03 <= real && real <= range.wait_mean[1] + 0.03;
    const { wait_seconds: waits, service_seconds: services } = from.truth;
    const counted = [tally];
    if (!sharesUnevenly(from.truth) && !sharesUnevenly(to.truth)) {
      counted.push(waits.mean < services.mean / 2 ? waited.little : waited.long);
    }
    for (const one of counted) {
      one.waits++;
      one.waitsMet += met;
      one.inRange += within;
      one.throughputsMet += Math.abs(throughput / to.truth.throughput_rps - 1) <= 0.05;
    }
    const text = `${shown(wait.mean)} (${shown(range.wait_mean[0])} to ${shown(range.wait_mean[1])})`;
    return `${met ? text : `_${text}_`}${within ? '' : ' **!**'}`;
  });
}

const phaseText = ([kind, ...rest]) =>
  kind === 'together' ? rest.map(phaseText).join(' beside ') : `${kind} ${rest.slice(0, -1).join(', ')}`;
const short = (group, name) => name.slice(group.length + 1).replace('gunicorn-', '');
const summed = ({ waits, waitsMet, inRange, throughputsMet, silent }) => [
  `${waitsMet} of ${waits}`,
  `${inRange} of ${waits}`,
  `${throughputsMet} of ${waits}`,
  String(silent),
];
const parts = [];
const totals = [['group', 'mean wait met', 'in range', 'throughput met', 'silent']];
const sum = none();
for (const [group, recordings] of groups) {
  const tally = none();
  const rows = [
    ['log of', ...recordings.map(({ name }) => short(group, name))],
    ['**measured**', ...recordings.map(({ truth }) => `**${shown(truth.wait_seconds.mean)}**`)],
  ];
  for (const from of recordings.filter(({ log }) => log)) {
    rows.push([short(group, from.name), ...(await judge(from, recordings, tally))]);
  }
  const told = rows.filter((row) => row.slice(1).some((cell) => cell !== '?' && cell !== ''));
  const untold = rows.filter((row) => !told.includes(row)).map(([name]) => name);
  for (const key of Object.keys(sum)) sum[key] += tally[key];
  totals.push([group, ...summed(tally)]);
  const load = recordings[0].truth.load.map(phaseText).join(', then ');
  const without =
    untold.length > 0 ? `\n\nNothing can be said from the logs of ${untold.join(' and ')} (no durations).` : '';
  parts.push(`### ${group}: ${load}\n\n${table(told)}${without}`);
  console.log(totals.at(-1).join('   '));
}
totals.push(['all', ...summed(sum)]);
console.log(totals.at(-1).join('   '));

const byWait = [
  ['log of a pool whose callers waited', 'mean wait met', 'in range', 'throughput met'],
  ['less than half a service time on average', ...summed(waited.little).slice(0, 3)],
  ['longer', ...summed(waited.long).slice(0, 3)],
];
for (const row of byWait) console.log(row.join('   '));

if (values.page) {
  const aside = 'The same cells, pools of several processes with threads left aside:';
  const text = [table(totals), aside, table(byWait), ...parts, ...(await articleTables(all, predict))].join('\n\n');
  const [head, , tail] = readFileSync(values.page, 'utf8').split(/<!-- (?:tables|end) -->/);
  writeFileSync(values.page, `${head}<!-- tables -->\n\n${text}\n\n<!-- end -->${tail}`);
}
