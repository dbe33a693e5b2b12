// Two handlers of Python's logging write each line twice into one file: the copies are no requests. Equal lines of a log that is none are.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DoubledLines } from '../../../src/ingest/doubled-lines.ts';
import { Tally } from '../../../src/ingest/tally.ts';
import { inferLog } from '../../helpers/infer-log.ts';
import { parse } from '../../helpers/ingest.ts';

const linesOf = (name: string) =>
  readFileSync(new URL(`../../../sample-logs/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean);
const written = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
const twice = (lines: readonly string[]) => written(lines.flatMap((line) => [line, line]));
const DOUBLED = 'every line is written twice';
const requestsOf = (text: string, chunkBytes?: number) =>
  parse(text, chunkBytes === undefined ? {} : { chunkBytes }).rows.map(({ offset, ...row }) => row);

describe.each([
  'gunicorn-sync-4-nearly-full.log',
  'gunicorn-sync-4-burst-of-16.log',
  'gunicorn-sync-3-timeout-kills.log',
  'uwsgi-4-default.log',
  'daphne-1-default.log',
])('%s, written twice', (name) => {
  const lines = linesOf(name);

  it('holds the same requests, wherever it is cut', () => {
    const once = requestsOf(written(lines));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4000 }), (chunkBytes) => {
        expect(requestsOf(twice(lines), chunkBytes)).toEqual(once);
      }),
      { numRuns: 8 },
    );
  });

  it('says so, and counts every line', () => {
    const { report } = parse(twice(lines));
    expect(report.lines).toBe(2 * lines.length);
    expect(report.assumptions.some((sentence) => sentence.startsWith(DOUBLED))).toBe(true);
  });
});

it('a worker of such a log runs one request at a time', () => {
  const { model, threads } = inferLog(twice(linesOf('gunicorn-sync-4-nearly-full.log')));
  expect(model).toBe('sync');
  expect(threads.value).toBe(1);
});

it('banners that one handler writes alone are no end of it', () => {
  const lines = linesOf('gunicorn-sync-4-nearly-full.log');
  const banner = 'Listening for the next hour';
  const mixed = `${banner}\n${twice(lines.slice(0, 300))}${banner}\n${twice(lines.slice(300))}`;
  expect(parse(mixed).rows).toHaveLength(lines.length);
});

describe('equal lines are requests of their own', () => {
  const probe = (second: number, path = '/health') =>
    `10.1.2.3 - - [20/Nov/2026:13:${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')} +0000] "GET ${path} HTTP/1.1" 200 2 "-" "kube-probe/1.31"`;

  it('of two probes that ask in the same second, all the day long', () => {
    const lines = Array.from({ length: 300 }, (_, k) => probe(10 * k)).flatMap((line) => [line, line]);
    const { rows, report } = parse(written(lines));
    expect(rows).toHaveLength(600);
    expect(report.assumptions.filter((sentence) => sentence.startsWith(DOUBLED))).toEqual([]);
  });

  it('of such probes among other requests', () => {
    const lines = Array.from({ length: 300 }, (_, k) =>
      k % 7 === 0 ? [probe(10 * k, '/users')] : [probe(10 * k), probe(10 * k)],
    ).flat();
    expect(parse(written(lines)).rows).toHaveLength(lines.length);
  });

  it('of a load test on a quick route, of which many end in a second', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 30, maxLength: 60 }), (counts) => {
        const lines = counts.flatMap((count, second) => Array.from({ length: count }, () => probe(second)));
        expect(parse(written(lines)).rows).toHaveLength(lines.length);
      }),
    );
  });
});

it('of a log that is being written the first copies are told before it is clear what they are', () => {
  const tally = new Tally();
  const read: string[] = [];
  const doubled = new DoubledLines(tally, (b, _, from, to) => read.push(b.toString('utf8', from, to)));
  const lines = linesOf('gunicorn-sync-4-nearly-full.log');
  let offset = 0;
  for (const line of lines.flatMap((one) => [one, one])) {
    const b = Buffer.from(`${line}\n`);
    tally.lines++;
    doubled.line(b, new DataView(b.buffer, b.byteOffset, b.length), 0, b.length - 1, offset);
    offset += b.length;
    doubled.flush();
  }
  expect(read.length).toBeLessThan(1.2 * lines.length);
  expect(read.slice(-400)).toEqual(lines.slice(-400));
  expect(read.length + tally.continuation).toBe(2 * lines.length);
});
