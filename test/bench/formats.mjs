/**
 * Speed of reading by format and envelope: from bytes to rows, only through the parser, on one core and as large files are read.
 *   node test/bench/formats.mjs [--mb 64] [--runs 3] [--only gunicorn,docker] [--json | --markdown]
 * MB are 10^6 bytes. Measured is the processor time of this process in the fastest run, without the first 4 MB, in which formats are
 * looked for and the scanner is compiled. "x grep" compares it with `grep -c '" 500 '` on the same log in the same run.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { envelopes, gunicornLine, logOf } from './format-lines.mjs';

const { values } = parseArgs({
  options: {
    mb: { type: 'string', default: '64' },
    runs: { type: 'string', default: '3' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
  },
});
const WARM_BYTES = 4e6;
const CHUNK_BYTES = 1 << 20;

const folder = mkdtempSync(join(tmpdir(), 'logscope-bench-'));
const outfile = join(folder, 'parser.mjs');
await build({
  stdin: {
    contents: `
      export { createParser } from './src/ingest/create-parser.ts';
      export { explainHead } from './src/ingest/explain.ts';
      export { createNames } from './src/core/names.ts';
      export { formats } from './parsers/index.ts';`,
    resolveDir: join(import.meta.dirname, '../..'),
  },
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  logLevel: 'error',
});
const { createParser, explainHead, createNames, formats } = await import(pathToFileURL(outfile).href);

const explained = (line) => explainHead(Buffer.from(`${line}\n`), true, { formats, timezone: 'UTC' }).kinds[0].first;
const bare = explained(gunicornLine);
const cases = [
  { name: 'gunicorn, pid and µs', log: (bytes) => logOf(gunicornLine, bare, bytes) },
  ...Object.entries(envelopes).map(([name, wrap]) => ({
    name: `… in ${name}`,
    log: (bytes) => logOf(gunicornLine, bare, bytes, wrap),
  })),
  // Process managers write no requests.
  ...formats
    .filter(({ samples }) => samples.some(({ row }) => row !== null))
    .map(({ id, samples }) => {
      const { line } = samples.find(({ row }) => row !== null);
      return { name: id, log: (bytes) => logOf(line, explained(line), bytes) };
    }),
];

function measure(log) {
  let rows = 0;
  const parser = createParser({
    path: 'bench.log',
    source: 0,
    names: createNames(),
    formats,
    timezone: 'UTC',
    bulk: true,
    sink: { batch: (batch) => (rows += batch.length), lifecycle: () => {} },
  });
  let at = 0;
  const pushTo = (end) => {
    for (; at < end; at += CHUNK_BYTES) parser.push(log.subarray(at, at + CHUNK_BYTES));
  };
  pushTo(WARM_BYTES);
  const warm = { at, rows };
  const before = process.cpuUsage();
  pushTo(log.length);
  parser.end();
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  return { rows: rows - warm.rows, bytes: log.length - warm.at, seconds, report: parser.report() };
}

/** Speed of `grep -c` in MB per second of processor time; its start-up hardly matters. */
function grepSpeed(file, bytes, runs) {
  let best = 0;
  for (let run = 0; run < runs; run++) {
    const script = `TIMEFORMAT='%U %S'; LC_ALL=C; export LC_ALL; time grep -c '" 500 ' ${file}`;
    const [user, system] = spawnSync('bash', ['-c', script]).stderr.toString().trim().split(' ').map(Number);
    best = Math.max(best, bytes / 1e6 / (user + system));
  }
  return best;
}

const runs = Number(values.runs);
const only = values.only?.split(',');
const results = [];
if (values.markdown) console.log('| lines | MB/s | M lines/s | × grep -c | found as |\n|---|---:|---:|---:|---|');
for (const { name, log: make } of cases) {
  if (only && !only.some((part) => name.includes(part))) continue;
  const log = make(WARM_BYTES + Number(values.mb) * 1e6);
  const file = join(folder, 'bench.log');
  writeFileSync(file, log);
  const all = Array.from({ length: runs }, () => measure(log));
  const grep = grepSpeed(file, log.length, runs);
  const best = all.reduce((top, run) => (run.bytes / run.seconds > top.bytes / top.seconds ? run : top));
  const { report } = best;
  if (report.unparsed > 0) throw new Error(`${name}: ${report.unparsed} lines were not parsed`);
  const result = {
    name,
    format: report.format,
    envelope: report.envelope,
    megabytesPerSecond: best.bytes / 1e6 / best.seconds,
    linesPerSecond: best.rows / best.seconds,
    timesGrep: best.bytes / 1e6 / best.seconds / grep,
  };
  results.push(result);
  if (values.json) continue;
  const what = report.envelope ? `${report.format} in ${report.envelope}` : report.format;
  const cells = [
    result.megabytesPerSecond.toFixed(0),
    (result.linesPerSecond / 1e6).toFixed(2),
    result.timesGrep.toFixed(2),
  ];
  console.log(
    values.markdown
      ? `| ${[name, ...cells, what].join(' | ')} |`
      : `${name.padEnd(24)}${cells[0].padStart(6)} MB/s${cells[1].padStart(8)} M lines/s${cells[2].padStart(6)} x grep   ${what}`,
  );
}
rmSync(folder, { recursive: true });
if (values.json) console.log(JSON.stringify(results, null, 1));
