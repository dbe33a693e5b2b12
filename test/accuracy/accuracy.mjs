/**
 * Measures how right `logscope analyze` is about servers whose truth is known, and fails if it is below the floor.
 *   node test/accuracy/accuracy.mjs [--verbose] [--json] [--recordings DIR] [--only NAME]
 * Without --recordings: the sample logs and test/accuracy/recordings, compared with floor.json. With it: any folder that the lab recorded,
 * without a floor. Exit code 1 below the floor.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { judge, MEASURES } from './judge.mjs';
import { folderViews, sampleViews } from './recordings.mjs';
import { belowFloor, calibrationOf, tallyByLevel } from './tally.mjs';

const { values } = parseArgs({
  options: {
    recordings: { type: 'string' },
    only: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const JOBS = 2;
const LIMIT_MILLIS = 60_000;

/** The summary of a log; null, with the program's message, if there is none. */
function analyze(program, file) {
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

/** Adds the verdicts about its log to every row. */
async function judgeAll(rows) {
  const folder = mkdtempSync(join(tmpdir(), 'logscope-accuracy-'));
  // A copy of the program, so that a build in the meantime changes nothing.
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(path(`../../${part}`), join(folder, part), { recursive: true });
  const program = join(folder, 'bin', 'logscope.js');
  const pending = rows.map((row, index) => ({ row, file: join(folder, `${index}.log`) }));
  const worker = async () => {
    for (let next = pending.shift(); next; next = pending.shift()) {
      writeFileSync(next.file, next.row.log);
      const { summary, complaint } = await analyze(program, next.file);
      next.row.verdicts = summary ? judge(summary, next.row.truth, next.row.sees) : null;
      next.row.complaint = complaint;
    }
  };
  await Promise.all(Array.from({ length: JOBS }, worker));
  rmSync(folder, { recursive: true, force: true });
}

const short = (x) => (typeof x === 'number' ? String(Number(x.toPrecision(4))) : (x ?? '-'));

function printRow({ name, level, verdicts, complaint }) {
  const off = Object.entries(verdicts ?? {}).filter(
    ([, v]) => v.verdict === 'wrong' || (values.verbose && v.verdict !== 'right'),
  );
  const said = off.map(([measure, v]) => `${measure} ${v.verdict} (${short(v.got)}, true ${short(v.want)})`);
  if (!verdicts) said.push(`not read: ${complaint}`);
  if (said.length > 0 || values.verbose) console.log(`${name} [${level}] ${said.join('; ') || 'all right'}`);
}

function printTables(levels, calibration) {
  console.log('\nright / near / silent / wrong');
  console.log(`${'level'.padEnd(16)}${MEASURES.map((measure) => measure.padStart(18)).join('')}`);
  for (const [level, { tally }] of Object.entries(levels)) {
    const cells = MEASURES.map((measure) => Object.values(tally[measure]).join(' / ').padStart(18));
    console.log(`${level.padEnd(16)}${cells.join('')}`);
  }
  console.log();
  for (const [level, { shares: s }] of Object.entries(levels)) {
    const waits = `waits ${short(s.waits_right)} % right, ${short(s.waits_right_or_near)} % right or near`;
    console.log(`${level.padEnd(16)}structure ${short(s.structure_right)} % right; ${waits}; ${s.wrong} wrong`);
  }
  console.log('\nclaims by confidence: how sure they were, how many held');
  for (const { measure, claims, claimed, held } of calibration) {
    const truth = `${held} of ${claims} true (${((100 * held) / claims).toFixed(0)} %)`;
    console.log(`${measure.padEnd(16)}claimed ${(100 * claimed).toFixed(0)} %, ${truth}`);
  }
}

const views = values.recordings
  ? [...folderViews(values.recordings)]
  : [...sampleViews(), ...folderViews(path('recordings'))];
const rows = views.filter((view) => !values.only || view.name.includes(values.only));
await judgeAll(rows);

const levels = tallyByLevel(rows);
const calibration = calibrationOf(rows);
const gated = !values.recordings && !values.only;
const failures = gated ? belowFloor(levels, JSON.parse(readFileSync(path('floor.json'), 'utf8'))) : [];
if (values.json) {
  const plain = rows.map(({ name, level, verdicts, complaint }) => ({ name, level, verdicts, complaint }));
  console.log(JSON.stringify({ logs: rows.length, levels, calibration, failures, rows: plain }, null, 1));
} else {
  rows.forEach(printRow);
  printTables(levels, calibration);
  console.log(`\n${rows.length} logs${gated && failures.length === 0 ? ', all above the floor' : ''}`);
  for (const failure of failures) console.error(`below the floor: ${failure}`);
}
process.exitCode = failures.length > 0 ? 1 : 0;
