/**
 * Figures of `tail --json` on a growing log: what is counted and how late, memory, and what is said when reading cannot keep up.
 *   node test/bench/live.mjs [--rate 100000] [--seconds 60]        (needs dist/: npm run build)
 */
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const root = new URL('../..', import.meta.url).pathname;
const { values } = parseArgs({
  options: { rate: { type: 'string', default: '100000' }, seconds: { type: 'string', default: '60' } },
});
const folder = mkdtempSync(join(tmpdir(), 'logscope-live-'));
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

function follow(path) {
  const child = spawn(process.execPath, [join(root, 'bin/logscope.js'), 'tail', '--json', '--from-start', path], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const state = { child, ticks: [], said: '', summary: null };
  createInterface({ input: child.stdout }).on('line', (line) => {
    const object = JSON.parse(line);
    if (object.type === 'tick') state.ticks.push({ ...object, arrived: Date.now() });
    if (object.type === 'summary') state.summary = object.summary;
  });
  child.stderr.on('data', (text) => {
    state.said += text;
  });
  return state;
}

const status = (pid, field) =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;
const cpuSeconds = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const counted = (state) => state.ticks.reduce((sum, tick) => sum + tick.requests, 0);
const quantile = (numbers, q) => {
  const sorted = Float64Array.from(numbers).sort();
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
};
const stop = async (state) => {
  state.child.kill('SIGINT');
  await new Promise((done) => state.child.once('close', done));
};

async function sustained(rate, seconds) {
  const path = join(folder, 'access.log');
  writeFileSync(path, '');
  const state = follow(path);
  await sleep(1500);
  const cpu = cpuSeconds(state.child.pid);
  const feed = spawn(process.execPath, [join(root, 'test/bench/feed.mjs'), path, String(rate), String(seconds)]);
  let printed = '';
  feed.stdout.on('data', (text) => {
    printed += text;
  });
  const memory = [];
  const sample = setInterval(() => memory.push(status(state.child.pid, 'VmRSS')), 1000);
  await new Promise((done) => feed.once('exit', done));
  clearInterval(sample);
  const used = cpuSeconds(state.child.pid) - cpu;
  await sleep(1500);
  await stop(state);
  const { written, appends } = JSON.parse(printed);
  // A tick is about the second that begins at its `at`.
  const full = state.ticks.filter((tick) => tick.requests > 0).slice(1, -1);
  const late = full.map((tick) => tick.arrived - (Date.parse(tick.at) + 1000));
  const own = new Map();
  for (let i = 0, before = 0; i < appends.length; before = appends[i][1], i++) {
    const second = Math.floor(appends[i][0] / 1000);
    own.set(second, (own.get(second) ?? 0) + appends[i][1] - before);
  }
  const moved = full.map((tick) => Math.abs(tick.requests - (own.get(Date.parse(tick.at) / 1000) ?? 0)));
  const third = Math.floor(memory.length / 3);
  const mean = (list) => list.reduce((sum, one) => sum + one, 0) / list.length;
  return {
    'lines written': written,
    'lines counted': counted(state),
    'lines a second': Math.round(written / seconds),
    'tick after its second, p50 ms': quantile(late, 0.5),
    'tick after its second, p95 ms': quantile(late, 0.95),
    'told a second late, share': moved.reduce((sum, one) => sum + one, 0) / written,
    'most bytes behind at a tick': Math.max(...full.map((tick) => tick.behind_bytes)),
    'CPU seconds a second': used / seconds,
    said: state.said.trim(),
    'memory, second third of the time, MiB': Math.round(mean(memory.slice(third, 2 * third))),
    'memory, last third, MiB': Math.round(mean(memory.slice(2 * third))),
  };
}

/** Appends at once more than can be read in a moment. */
async function overwhelmed() {
  const path = join(folder, 'burst.log');
  writeFileSync(path, '');
  const state = follow(path);
  await sleep(1500);
  const source = readFileSync(join(folder, 'access.log')).subarray(0, 100e6);
  const whole = source.subarray(0, source.lastIndexOf(10) + 1);
  let lines = 0;
  for (const byte of whole) if (byte === 10) lines++;
  let written = 0;
  const begun = Date.now();
  while (statSync(path).size < 1.5e9) {
    appendFileSync(path, whole);
    written += lines;
  }
  const appended = Date.now();
  for (let last = -1; counted(state) !== last || state.ticks.at(-1).behind_bytes > 0; ) {
    last = counted(state);
    await sleep(2500);
  }
  const caught = state.ticks.findLast((tick) => tick.requests > 0)?.arrived ?? Number.NaN;
  await stop(state);
  return {
    'lines appended at once': written,
    'lines counted': counted(state),
    'MB appended': Math.round(statSync(path).size / 1e6),
    'seconds to append': (appended - begun) / 1000,
    'seconds until all was told': (caught - begun) / 1000,
    'most MB behind at a tick': Math.round(Math.max(...state.ticks.map((tick) => tick.behind_bytes)) / 1e6),
    said: state.said.trim(),
  };
}

try {
  console.table(await sustained(Number(values.rate), Number(values.seconds)));
  console.table(await overwhelmed());
} finally {
  rmSync(folder, { recursive: true, force: true });
}
