/**
 * Cost of a start compared with a bare `node -e 0` in the same run. Commands and first frames take turns, so that anything else on the
 * machine affects all of them alike.
 *   node test/bench/start.mjs [--runs 25] [--mb 1024] [--json]        (needs dist/: npm run build)
 * Wall time: the median, and the ratio of the medians. Processor time (Linux): the mean over all threads. A first frame is complete when
 * its last escape sequence has come through the pseudo-terminal.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { spawn } from '@lydell/node-pty';
import { cachedLog } from './generate.mjs';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '25' },
    mb: { type: 'string', default: '1024' },
    json: { type: 'boolean', default: false },
  },
});
// Node 20 reads these certificates at every start, which takes longer than everything else and would hide our share.
delete process.env.NODE_EXTRA_CA_CERTS;
const root = fileURLToPath(new URL('../..', import.meta.url));
const logscope = join(root, 'bin/logscope.js');
const sample = (name) => join(root, 'sample-logs', name);
const large = cachedLog(Number(values.mb), 1);
const folder = mkdtempSync(join(tmpdir(), 'logscope-bench-'));
/**
 * A thousand lines of a pool of 16 sync workers, whose waits are inferred; and the same without pid and duration, where there is nothing to
 * infer.
 */
const pool = join(folder, 'pool.log');
const combined = join(folder, 'combined.log');
const lines = spawnSync('head', ['-n', '1000', large], { encoding: 'latin1' }).stdout;
writeFileSync(pool, lines, 'latin1');
writeFileSync(combined, lines.replaceAll(/ pid=.*/g, ''), 'latin1');

/** Processor time of all children that have ended, ms; NaN: the system does not say. */
function childrenCpu() {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
    return (Number(fields[13]) + Number(fields[14])) * 10;
  } catch {
    return Number.NaN;
  }
}

const toEnd = (args) => async () => {
  const begun = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return performance.now() - begun;
};

const FRAME_END = '\x1b[?2026l';

const toFrame = (args) => () =>
  new Promise((resolve, reject) => {
    const begun = performance.now();
    const env = { ...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };
    const program = spawn(process.execPath, [logscope, ...args], { cols: 120, rows: 40, env });
    let output = '';
    let shown = Number.NaN;
    program.onData((data) => {
      output += data;
      if (shown === shown || !output.includes(FRAME_END)) return;
      shown = performance.now() - begun;
      program.write('q');
    });
    program.onExit(({ exitCode }) => {
      if (exitCode === 0 && shown === shown) resolve(shown);
      else reject(new Error(`${args.join(' ')} ended with code ${exitCode} and no frame: ${output}`));
    });
  });

const cases = [
  { name: 'node -e 0', run: toEnd(['-e', '0']) },
  { name: '--version', run: toEnd([logscope, '--version']), most: 1.3 },
  { name: '--help', run: toEnd([logscope, '--help']), most: 1.3 },
  {
    name: 'analyze, 16 lines',
    run: toEnd([logscope, 'analyze', sample('gunicorn-sync-4-burst-of-16.log')]),
    most: 1.6,
  },
  {
    name: 'analyze, 100 lines, UvicornWorker',
    run: toEnd([logscope, 'analyze', sample('gunicorn-uvicorn-worker-4-burst-of-100.log')]),
    most: 1.6,
  },
  { name: 'analyze, 1000 lines, combined', run: toEnd([logscope, 'analyze', combined]), most: 1.6 },
  { name: 'analyze, 1000 lines, 16 sync workers', run: toEnd([logscope, 'analyze', pool]) },
  { name: 'analyze, 973 lines, Waitress', run: toEnd([logscope, 'analyze', sample('waitress-16-threads-ramp.log')]) },
  {
    name: 'analyze, 585 lines, nearly full',
    run: toEnd([logscope, 'analyze', sample('gunicorn-sync-4-nearly-full.log')]),
  },
  { name: `first frame, tail of ${values.mb} MB`, run: toFrame(['tail', large]), most: 3 },
  { name: `first frame, replay of ${values.mb} MB`, run: toFrame(['replay', large]), most: 3 },
  {
    name: 'first frame, replay of 16 lines',
    run: toFrame(['replay', sample('gunicorn-sync-4-burst-of-16.log')]),
    most: 3,
  },
].map((one) => ({ ...one, wall: [], cpu: 0 }));

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const runs = Number(values.runs);
try {
  // One run to fill the code caches and the page cache.
  for (const { run } of cases) await run();
  for (let i = 0; i < runs; i++) {
    for (const one of cases) {
      const before = childrenCpu();
      one.wall.push(await one.run());
      one.cpu += childrenCpu() - before;
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const [bare] = cases;
const round = (value) => Math.round(value * 100) / 100;
const rows = cases.map(({ name, wall, cpu, most }) => ({
  what: name,
  'wall, ms': round(median(wall)),
  '× node': round(median(wall) / median(bare.wall)),
  wanted: most ?? null,
  'cpu, ms': name.startsWith('first frame') ? null : round(cpu / runs),
  '× node, cpu': name.startsWith('first frame') ? null : round(cpu / bare.cpu),
}));
if (values.json) console.log(JSON.stringify(rows));
else {
  console.log(`Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}, ${runs} runs`);
  console.table(rows);
}
