/**
 * Measures how right `logscope analyze` is about servers whose truth is known, and fails when it falls below the floor.
 *   node test/accuracy/accuracy.mjs [--verbose] [--json] [--recordings DIR] [--only NAME]
 * Without --recordings: the sample logs and test/accuracy/recordings, against floor.json. With it, any folder that the
 * lab recorded, without a floor. Exit code 1 below the floor.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { judge, MEASURES, WAITS } from './judge.mjs';
import { folderViews, LEVEL_NAMES, sampleViews } from './recordings.mjs';

const { values } = parseArgs({
  options: {
    recordings: { type: 'string' },
    only: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const program = path('../../bin/logscope.js');
const JOBS = 2;
const LIMIT_MILLIS = 60_000;

/** The summary of a log, or null with what the program said instead. */
function analyze(file) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, 'analyze', '--json', file], { timeout: LIMIT_MILLIS });
    let output = '';
    let complaint = '';
    child.stdout.on('data', (text) => {
      output += text;
    });
    child.stderr.on('data', (text) => {
      complaint += text;
    });
    child.on('close', (code) => {
      try {
        resolve({ summary: JSON.parse(output) });
      } catch {
        resolve({ summary: null, complaint: complaint.trim().slice(-200) || `exit code ${code}` });
      }
    });
  });
}

const views = values.recordings
  ? [...folderViews(values.recordings)]
  : [...sampleViews(), ...folderViews(path('recordings'))];
const rows = views.filter((view) => !values.only || view.name.includes(values.only));
const folder = mkdtempSync(join(tmpdir(), 'logscope-accuracy-'));
const pending = rows.map((row, index) => ({ row, file: join(folder, `${index}.log`) }));
await Promise.all(
  Array.from({ length: JOBS }, async () => {
    for (let next = pending.shift(); next; next = pending.shift()) {
      writeFileSync(next.file, next.row.log);
      const { summary, complaint } = await analyze(next.file);
      next.row.verdicts = summary ? judge(summary, next.row.truth, next.row.sees) : null;
      next.row.complaint = complaint;
    }
  }),
);
rmSync(folder, { recursive: true, force: true });

/** Counts of verdicts by measure over some rows; a log that could not be read at all counts as wrong throughout. */
function tallyOf(some) {
  const tally = Object.fromEntries(MEASURES.map((m) => [m, { right: 0, near: 0, silent: 0, wrong: 0 }]));
  for (const { verdicts } of some)
    for (const measure of MEASURES) {
      if (!verdicts) tally[measure].wrong += 1;
      else if (verdicts[measure]) tally[measure][verdicts[measure].verdict] += 1;
    }
  return tally;
}

/** Shares (%) that the floor speaks of: structure right, waits right, waits right or near, and the wrong answers. */
function sharesOf(tally) {
  const sum = (measures, kinds) => measures.flatMap((m) => kinds.map((k) => tally[m][k])).reduce((a, b) => a + b, 0);
  const every = ['right', 'near', 'silent', 'wrong'];
  const structure = MEASURES.filter((m) => !WAITS.has(m));
  const waits = MEASURES.filter((m) => WAITS.has(m));
  const share = (measures, kinds) => {
    const all = sum(measures, every);
    return all === 0 ? null : Math.round((1000 * sum(measures, kinds)) / all) / 10;
  };
  return {
    structure_right: share(structure, ['right']),
    waits_right: share(waits, ['right']),
    waits_right_or_near: share(waits, ['right', 'near']),
    wrong: sum(MEASURES, ['wrong']),
  };
}

const levels = Object.fromEntries(
  [...LEVEL_NAMES, 'all'].map((level) => {
    const tally = tallyOf(rows.filter((row) => level === 'all' || row.level === level));
    return [level, { tally, shares: sharesOf(tally) }];
  }),
);

const failures = [];
if (!values.recordings && !values.only) {
  const floor = JSON.parse(readFileSync(path('floor.json'), 'utf8'));
  for (const [level, wanted] of Object.entries(floor))
    for (const [share, bound] of Object.entries(wanted)) {
      const got = levels[level].shares[share];
      const holds = share === 'wrong' ? got <= bound : got !== null && got >= bound;
      if (!holds) failures.push(`${level}: ${share} is ${got}, the floor is ${bound}`);
    }
}

const short = (x) => (typeof x === 'number' ? String(Number(x.toPrecision(4))) : (x ?? '-'));
if (values.json) {
  const plain = rows.map(({ name, level, verdicts, complaint }) => ({ name, level, verdicts, complaint }));
  console.log(JSON.stringify({ logs: rows.length, levels, failures, rows: plain }, null, 1));
} else {
  for (const { name, level, verdicts, complaint } of rows) {
    const off = Object.entries(verdicts ?? {}).filter(
      ([, v]) => v.verdict === 'wrong' || (values.verbose && v.verdict !== 'right'),
    );
    const said = off.map(([m, v]) => `${m} ${v.verdict}: ${short(v.got)}, true ${short(v.want)}`);
    if (!verdicts) said.push(`not read: ${complaint}`);
    if (said.length > 0 || values.verbose) console.log(`${name} [${level}] ${said.join('; ') || 'all right'}`);
  }
  console.log(`\n${'right / near / silent / wrong'.padEnd(16)}`);
  console.log(`${'level'.padEnd(16)}${MEASURES.map((m) => m.padStart(16)).join('')}`);
  for (const [level, { tally }] of Object.entries(levels)) {
    const cells = MEASURES.map((m) => Object.values(tally[m]).join(' / ').padStart(16));
    console.log(`${level.padEnd(16)}${cells.join('')}`);
  }
  console.log();
  for (const [level, { shares }] of Object.entries(levels))
    console.log(
      `${level.padEnd(16)} structure ${short(shares.structure_right)} % right; waits ${short(shares.waits_right)} % right, ${short(shares.waits_right_or_near)} % right or near; ${shares.wrong} wrong`,
    );
  console.log(`\n${rows.length} logs${failures.length > 0 ? '' : values.recordings ? '' : ', all above the floor'}`);
  for (const failure of failures) console.error(`below the floor: ${failure}`);
}
process.exitCode = failures.length > 0 ? 1 : 0;
