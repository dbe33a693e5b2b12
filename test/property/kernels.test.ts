// Kernels read what the scanners read: the same rows, events and report, of good lines and of broken ones.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formats } from '../../parsers/index.ts';
import { createNames } from '../../src/core/names.ts';
import { createRandom, type Random } from '../../src/core/random.ts';
import { createParser } from '../../src/ingest/create-parser.ts';
import { copyRow } from '../../src/ingest/rows.ts';

const LOG_BYTES = 160_000;
const lineOf = (id: string, index: number) =>
  formats.find((format) => format.id === id)!.samples.filter(({ row }) => row !== null)[index].line;
const gunicorn =
  '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /users/42?x=1 HTTP/1.1" 200 512 "-" "curl/8.5.0" pid=<8712> us=30123';
const lines = [
  gunicorn,
  `2024-10-29T17:04:15.123456789Z stdout F ${gunicorn}`,
  `Oct 29 17:04:15 host gunicorn[8712]: ${gunicorn}`,
  `${JSON.stringify({ log: `${gunicorn}\n`, stream: 'stdout', time: '2024-10-29T17:04:15.123456789Z' })}`,
  ...formats.flatMap(({ id, samples }) =>
    samples
      .filter(({ row }) => row !== null)
      .slice(0, 1)
      .map((_, index) => lineOf(id, index)),
  ),
];

/** The line over and over with other digits; most seconds, methods and statuses stay as they are. */
function logOf(line: string, random: Random): Buffer {
  const text: string[] = [];
  for (let size = 0; size < LOG_BYTES; size += line.length + 1) {
    text.push(
      line.replace(/(?<=[/=<. ])\d{1,6}(?=[> ."/?]|$)/g, (digits) =>
        random() < 0.5 ? digits : String(Math.floor(random() * 10 ** (1 + Math.floor(random() * 7)))),
      ),
    );
  }
  return Buffer.from(`${text.join('\n')}\n`, 'latin1');
}

const oddBytes = Buffer.from('\n \t"-09\\?/\0\r\xff[]:,.<>+N', 'latin1');

function damaged(log: Buffer, share: number, random: Random): Buffer {
  const bytes = Buffer.from(log);
  // Formats are found in the part that is whole.
  for (let k = 0; k < bytes.length * share; k++) {
    const at = Math.floor((0.4 + 0.6 * random()) * bytes.length);
    bytes[at] = random() < 0.7 ? oddBytes[Math.floor(random() * oddBytes.length)] : Math.floor(random() * 256);
  }
  return bytes;
}

const tails = ['Z', '', '+00:00', '+02:00', '-0530', ' +0000', ' +02:00', ' -0', ' CDT', ' CDTX', ',', '+1'];

/** The line over and over with the same few seconds, fractions of any length and whatever may stand behind them. */
function fractionsOf(line: string, tail: string, random: Random): Buffer {
  const of = <T>(some: readonly T[]): T => some[Math.floor(random() * some.length)];
  const text: string[] = [];
  for (let size = 0; size < LOG_BYTES; size += line.length + 1) {
    const isOdd = size > LOG_BYTES / 2 && random() < 0.3;
    const digits = String(Math.floor(random() * 1e9)).padStart(9, '0') + '0123'.slice(0, Math.floor(random() * 5));
    const length = isOdd ? Math.floor(random() * 13) : of([3, 6, 9]);
    const fraction = length === 0 ? of(['', '.', ',']) : of(['.', ',']) + digits.slice(0, length);
    text.push(line.replace('#', `${of(['15', '15', '15', '16'])}${fraction}${isOdd ? of(tails) : tail}`));
  }
  return Buffer.from(`${text.join('\n')}\n`, 'latin1');
}

/** All that is read of a log, as text: rows by their columns, names, events, the report. */
function readAll(log: Buffer, bulk: boolean): string[] {
  const names = createNames();
  const read: string[] = [];
  const parser = createParser({
    path: 'test.log',
    source: 0,
    names,
    formats,
    timezone: 'UTC',
    bulk,
    sink: {
      batch(batch) {
        for (let i = 0; i < batch.length; i++) read.push(Object.values(copyRow(batch, i)).join());
      },
      lifecycle: (event) => read.push(JSON.stringify(event)),
    },
  });
  parser.push(log);
  parser.end();
  for (const dictionary of [names.routes, names.workers, names.threads]) {
    for (let id = 0; id < dictionary.size; id++) read.push(dictionary.text(id));
  }
  return [...read, JSON.stringify(parser.report())];
}

function expectSame(log: Buffer, line: string): void {
  const scanned = readAll(log, false);
  expect(scanned.length, line).toBeGreaterThan(100);
  expect(readAll(log, true).join('\n'), line).toBe(scanned.join('\n'));
}

describe('kernels', () => {
  it('read what scanners read, of every kind of line', () => {
    for (const line of lines) {
      expectSame(logOf(line, createRandom(1)), line);
    }
  });

  it('read fractions of seconds as scanners do, whatever stands behind them', () => {
    const haproxy = lineOf('haproxy', 0).replace(/(?<=\[\d+\/\w+\/\d+:\d+:\d+:)[\d.]+/, '#');
    const envoy = lineOf('envoy', 0).replace(/(?<=\dT\d+:\d+:)[\d.]+Z/, '#');
    const cases = [
      { line: `2024-10-29T17:04:# ${gunicorn}`, tails: ['Z', '+00:00', '-05:00', ''] },
      { line: `2024-10-29 17:04:# INFO ${gunicorn}`, tails: ['', '+0200'] },
      { line: haproxy, tails: ['', ' +0000', ' CDT'] },
      { line: envoy, tails: ['Z', '+02:00'] },
    ];
    for (const one of cases) {
      expect(one.line).toContain('#');
      for (const [k, tail] of one.tails.entries()) {
        expectSame(fractionsOf(one.line, tail, createRandom(k + 1)), `${one.line} ${tail}`);
      }
    }
  });

  it('leave what is broken to the scanners', () => {
    const cases = fc.tuple(fc.constantFrom(...lines), fc.constantFrom(0.0004, 0.003), fc.integer({ min: 1, max: 1e6 }));
    fc.assert(
      fc.property(cases, ([line, share, seed]) => {
        const random = createRandom(seed);
        expectSame(damaged(logOf(line, random), share, random), line);
      }),
      { numRuns: 15 },
    );
  });
});
