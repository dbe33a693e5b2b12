/**
 * Measures `logscope analyze --json` on a large generated log beside tools everybody knows.
 *   node test/bench/analyze.mjs [--mb 256] [--seed 1] [--runs 3] [--file LOG] [--json]
 * Each command runs `--runs` times on a warm page cache; the fastest run counts. MB are 10^6 bytes. Processor time and
 * peak memory come from /proc (Linux); elsewhere they are null.
 */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cachedLog } from './generate.mjs';

const { values } = parseArgs({
  options: {
    mb: { type: 'string', default: '256' },
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '3' },
    file: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const logscope = fileURLToPath(new URL('../../bin/logscope.js', import.meta.url));
const SAMPLE_MILLIS = 10;
const TICKS_PER_SECOND = 100;

const installed = (program) => spawnSync('which', [program]).status === 0;

/** Peak resident memory (MB) and processor time (s) of a running process; null: the system does not say. */
function usageOf(pid) {
  try {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return {
      peakMegabytes: peak && (Number(peak[1]) * 1024) / 1e6,
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    };
  } catch {
    return null;
  }
}

function timed([program, ...args]) {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, LC_ALL: 'C' } });
    let usage = null;
    let output = '';
    const sampler = setInterval(() => {
      // A process that has ended but was not collected yet still has its times, but no longer its memory.
      const now = usageOf(child.pid);
      if (now) usage = { ...now, peakMegabytes: now.peakMegabytes ?? usage?.peakMegabytes ?? null };
    }, SAMPLE_MILLIS);
    child.stdout.on('data', (text) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(sampler);
      const seconds = (performance.now() - begin) / 1000;
      if (code !== 0) reject(new Error(`${program} ended with exit code ${code}`));
      else
        resolve({
          seconds,
          output,
          peakMegabytes: usage?.peakMegabytes ?? null,
          cpuSeconds: usage?.cpuSeconds ?? null,
        });
    });
  });
}

const file = values.file ?? cachedLog(Number(values.mb), Number(values.seed));
const bytes = statSync(file).size;
const meanAndStatus = '{ c[$9]++; split($NF, u, "="); s += u[2] } END { print NR, s / NR }';
const awk = installed('mawk') ? 'mawk' : 'awk';
const commands = [
  { name: 'wc -l', command: ['wc', '-l', file] },
  { name: 'grep -c', command: ['grep', '-c', '" 500 ', file] },
  { name: `${awk} (lines by status, mean duration)`, command: [awk, meanAndStatus, file] },
  { name: 'logscope analyze --json', command: [process.execPath, logscope, 'analyze', '--json', file] },
];

const results = [];
let lines = 0;
for (const { name, command } of commands) {
  let best = null;
  for (let run = 0; run < Number(values.runs); run++) {
    const result = await timed(command);
    if (best === null || result.seconds < best.seconds) best = result;
  }
  if (name === 'wc -l') lines = Number.parseInt(best.output, 10);
  if (name.startsWith('logscope')) {
    const { requests } = JSON.parse(best.output);
    if (requests.total !== lines && !values.file)
      throw new Error(`logscope counted ${requests.total} requests in ${lines} lines`);
  }
  const { seconds, peakMegabytes, cpuSeconds } = best;
  results.push({
    name,
    seconds,
    cpuSeconds,
    peakMegabytes,
    megabytesPerSecond: bytes / 1e6 / seconds,
    // What one core does, however busy the machine is.
    megabytesPerCpuSecond: cpuSeconds ? bytes / 1e6 / cpuSeconds : null,
    linesPerSecond: lines / seconds,
  });
}

const own = results.at(-1);
if (values.json) {
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
  console.log(JSON.stringify({ file, bytes, lines, machine, results }, null, 1));
} else {
  console.log(
    `${file}: ${(bytes / 1e6).toFixed(0)} MB, ${lines} lines; Node ${process.version}, ${cpus().length} cores`,
  );
  const row = (name, ...cells) => console.log(name.padEnd(42) + cells.map((cell) => cell.padStart(11)).join(''));
  const fixed = (x, digits) => x?.toFixed(digits) ?? '-';
  row('command', 's', 'cpu s', 'MB/s', 'MB/cpu s', 'lines/s', 'RSS MB', 'x logscope');
  for (const r of results) {
    const speed = [fixed(r.megabytesPerSecond, 0), fixed(r.megabytesPerCpuSecond, 0), fixed(r.linesPerSecond, 0)];
    const share = fixed(r.seconds / own.seconds, 2);
    row(r.name, fixed(r.seconds, 2), fixed(r.cpuSeconds, 2), ...speed, fixed(r.peakMegabytes, 0), share);
  }
}
