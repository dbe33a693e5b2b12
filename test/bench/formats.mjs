/**
 * Speed of reading per format: bytes → rows, through the parser alone, on one core.
 *   node test/bench/formats.mjs [--mb 64] [--runs 3] [--only gunicorn,docker] [--json]
 * The log of a format is its first sample line over and over, with other paths and seconds; envelopes stand around gunicorn's
 * line. MB are 10^6 bytes; processor time of this process counts, the fastest run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    mb: { type: 'string', default: '64' },
    runs: { type: 'string', default: '3' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'logscope-bench-'));
const outfile = join(folder, 'parser.mjs');
await build({
  stdin: {
    contents: `
      export { createParser } from './src/ingest/create-parser.ts';
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
const { createParser, createNames, formats } = await import(pathToFileURL(outfile).href);
rmSync(folder, { recursive: true });

const paths = Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? `/users/${i * 7919}` : `/view-${i}`));
const two = (value) => String(value).padStart(2, '0');

/** Lines of a sample with other paths, and the clock going on by a second every 1000 lines. */
function logOf(line, bytes) {
  const lines = [];
  let size = 0;
  for (let i = 0; size < bytes; i++) {
    const second = Math.floor(i / 1000);
    const clock = `${two(Math.floor(second / 3600) % 24)}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
    const text = `${line
      .replaceAll('17:04:15', clock)
      .replaceAll('1730221455', String(1730221455 + second))
      .replace(/\/(a|io|fast|x)(?=[?" ])/, paths[i % paths.length])}\n`;
    lines.push(text);
    size += Buffer.byteLength(text);
  }
  return Buffer.from(lines.join(''));
}

const clf =
  '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512 "-" "Mozilla/5.0 (X11; Linux) Firefox/131" pid=<8712> us=30123';
const quoted = JSON.stringify(clf).slice(1, -1);
const envelopes = {
  'gunicorn, bare': clf,
  'docker json-file': `{"log":"${quoted}\\n","stream":"stdout","time":"2024-10-29T17:04:15.123456789Z"}`,
  'docker logs -t': `2024-10-29T17:04:15.123456789Z ${clf}`,
  CRI: `2024-10-29T17:04:15.123456789Z stdout F ${clf}`,
  'docker compose': `web-1  | ${clf}`,
  'kubectl --prefix': `[pod/web-abc/app] ${clf}`,
  journald: `Oct 29 17:04:15 host gunicorn[8712]: ${clf}`,
  'RFC 5424': `<134>1 2024-10-29T17:04:15.123456Z host app 8712 - - ${clf}`,
  Heroku: `2024-10-29T17:04:15.123456+00:00 app[web.1]: ${clf}`,
  'ANSI colour': `\u001b[36m${clf}\u001b[0m`,
  'python-json-logger': `{"asctime": "2024-10-29 17:04:15,123", "levelname": "INFO", "process": 8712, "message": "${quoted}"}`,
  'logging prefix': `2024-10-29 17:04:15,123 8712 INFO gunicorn.access ${clf}`,
};
const cases = [
  ...formats.map(({ id, samples }) => ({ name: id, line: samples.find(({ row }) => row !== null).line })),
  ...Object.entries(envelopes).map(([name, line]) => ({ name, line })),
];

function measure(log) {
  let rows = 0;
  const parser = createParser({
    path: 'bench.log',
    source: 0,
    names: createNames(),
    formats,
    timezone: 'UTC',
    sink: { batch: (batch) => (rows += batch.length), lifecycle: () => {} },
  });
  const before = process.cpuUsage();
  for (let at = 0; at < log.length; at += 1 << 20) parser.push(log.subarray(at, at + (1 << 20)));
  parser.end();
  const { user, system } = process.cpuUsage(before);
  return { rows, seconds: (user + system) / 1e6, report: parser.report() };
}

const only = values.only?.split(',');
const results = [];
for (const { name, line } of cases) {
  if (only && !only.some((part) => name.includes(part))) continue;
  const log = logOf(line, Number(values.mb) * 1e6);
  const runs = Array.from({ length: Number(values.runs) }, () => measure(log));
  const best = runs.reduce((top, run) => (run.seconds < top.seconds ? run : top));
  if (best.report.unparsed > 0) throw new Error(`${name}: ${best.report.unparsed} lines were not parsed`);
  const result = {
    name,
    format: best.report.format,
    envelope: best.report.envelope,
    megabytesPerSecond: log.length / 1e6 / best.seconds,
    linesPerSecond: best.rows / best.seconds,
  };
  results.push(result);
  if (!values.json) {
    const { format, envelope, megabytesPerSecond, linesPerSecond } = result;
    const what = envelope ? `${format} in ${envelope}` : format;
    console.log(
      `${name.padEnd(20)} ${String(Math.round(megabytesPerSecond)).padStart(5)} MB/s ${(linesPerSecond / 1e6).toFixed(2).padStart(6)} M lines/s   ${what}`,
    );
  }
}
if (values.json) console.log(JSON.stringify(results, null, 1));
