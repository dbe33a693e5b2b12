// A log that is being written: a few lines must be enough, and more may tell more.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import type { StreamFacts } from '../../../src/core/batch.ts';
import { createNames } from '../../../src/core/names.ts';
import { createParser } from '../../../src/ingest/create-parser.ts';

function live(clock?: { now: number }) {
  const seen: { facts: StreamFacts; times: number[]; rows: number }[] = [];
  const parser = createParser({
    path: 'live.log',
    source: 0,
    names: createNames(),
    formats,
    timezone: 'UTC',
    arrivalClock: { nowMicros: () => clock?.now ?? 0, after: () => () => {} },
    sink: {
      batch: (batch) =>
        seen.push({ facts: batch.facts, times: [...batch.time.subarray(0, batch.length)], rows: batch.length }),
      lifecycle: () => {},
    },
  });
  return { parser, seen, push: (text: string) => parser.push(Buffer.from(text)) };
}

describe('a live log', () => {
  it('is understood from three lines', () => {
    const { parser, seen, push } = live();
    for (const path of ['/a', '/b', '/c']) {
      push(`203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET ${path} HTTP/1.1" 200 6 "-" "-" pid=<7> us=1000\n`);
    }
    parser.flush();
    expect(seen.map(({ rows }) => rows)).toEqual([3]);
    expect(seen[0].facts).toMatchObject({ format: 'gunicorn', stampMeaning: 'end' });
    push('203.0.113.7 - - [29/Oct/2024:17:04:16 +0000] "GET /d HTTP/1.1" 200 6 "-" "-" pid=<7> us=1000\n');
    parser.flush();
    expect(seen.map(({ rows }) => rows)).toEqual([3, 1]);
  });

  it.each([2, 3, 7])('does not take the processes of its first %i lines for how long they took', (count) => {
    const { parser, seen, push } = live();
    for (let i = 0; i < count; i++)
      push(
        `2026-11-30 11:04:02,${100 + i} INFO [${24_949 + (i % 2)}] 127.0.0.1:${34_000 + i} - "GET /a HTTP/1.0" 200 OK\n`,
      );
    parser.flush();
    expect(seen[0].facts).toMatchObject({ format: 'uvicorn', fields: { duration: false } });
  });

  it('keeps a torn last line back', () => {
    const { parser, seen, push } = live();
    push('INFO:     203.0.113.7:52134 - "GET /a HTTP/1.1" 200 OK\nINFO:     203.0.113.7:52134 - "GET /lo');
    parser.flush();
    push('ng HTTP/1.1" 200 OK\n');
    parser.flush();
    expect(seen.map(({ rows }) => rows)).toEqual([1, 1]);
    expect(parser.report()).toMatchObject({ requests: 2, unparsed: 0 });
  });

  it('waits for the rest of a record that rich broke, where its lines come one by one', () => {
    const capture = join(import.meta.dirname, 'captures', 'uvicorn-rich-broken-lines.log');
    const { parser, seen, push } = live({ now: Date.UTC(2026, 10, 30, 12) * 1000 });
    for (const line of readFileSync(capture, 'utf8').split(/(?<=\n)/)) {
      push(line);
      parser.flush();
    }
    expect(parser.report()).toMatchObject({ unparsed: 0 });
    // Nothing comes any more: the last record is whole.
    parser.flush();
    expect(seen.reduce((sum, { rows }) => sum + rows, 0)).toBe(45);
  });

  it('gives lines without any time the time of their arrival', () => {
    const clock = { now: 1_000_000 };
    const { parser, seen, push } = live(clock);
    push('INFO:     203.0.113.7:52134 - "GET /a HTTP/1.1" 200 OK\n');
    parser.flush();
    clock.now = 5_000_000;
    push('INFO:     203.0.113.7:52134 - "GET /b HTTP/1.1" 200 OK\n');
    parser.flush();
    expect(seen.map(({ times }) => times)).toEqual([[1_000_000], [5_000_000]]);
    expect(seen[1].facts).toMatchObject({ stampMeaning: 'arrival', fields: { time: true } });
    expect(parser.report().timestamp.meaning).toBe('arrival');
  });

  it('finds out later that stamps mean the start, when the first lines could not tell', () => {
    const { parser, seen, push } = live();
    const line = (second: number) =>
      `203.0.113.7 - - [29/Oct/2024:17:04:${second} +0000] "GET /a HTTP/1.1" 200 6 "-" "-"\n`;
    push(line(10) + line(10) + line(11));
    parser.flush();
    expect(seen[0].facts).toMatchObject({ stampMeaning: 'end', stampAssumed: true });
    expect(parser.report().timestamp).toMatchObject({ meaning: null, detail: 'taken as the end' });
    for (let i = 12; i < 50; i++) push(line(i) + line(i - 2));
    parser.flush();
    expect(seen[1].facts.stampMeaning).toBe('start');
    expect(seen[1].facts.stampAssumed).toBeUndefined();
    expect(parser.report().assumptions.join()).toMatch(/stamps mean the start/);
  });

  it('follows a change of format in the middle', () => {
    const { parser, seen, push } = live();
    push('INFO:     203.0.113.7:52134 - "GET /a HTTP/1.1" 200 OK\n'.repeat(20));
    parser.flush();
    push('203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /b HTTP/1.1" 200 6 "-" "-" pid=<7> us=1000\n'.repeat(5));
    parser.flush();
    expect(seen.map(({ facts, rows }) => [facts.format, rows])).toEqual([
      ['uvicorn', 20],
      ['gunicorn', 5],
    ]);
  });
});
