// A log that is read as it is written must in the end be read as the same file is: its first lines hide what later ones show.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { createNames } from '../../../src/core/names.ts';
import { createParser } from '../../../src/ingest/create-parser.ts';

interface Row {
  readonly format: string;
  readonly meaning: string | null;
  readonly time: number;
  readonly duration: number;
  readonly bytes: number;
  readonly status: number;
  readonly worker: string | null;
  readonly thread: string | null;
  readonly route: string | null;
  readonly offset: number;
}

/** The rows of a log. @param pieces how it comes, each piece 0.25 s after the one before; null: as a file */
function rowsOf(log: Buffer, pieces: readonly Buffer[] | null): { rows: Row[]; withdrawn: number; events: number } {
  const names = createNames();
  const textOf = (list: { text(id: number): string }, id: number) => (id < 0 ? null : list.text(id));
  let rows: Row[] = [];
  let withdrawn = 0;
  let events = 0;
  let now = 1_796_000_000_000_000;
  const parser = createParser({
    path: 'live.log',
    source: 0,
    names,
    formats,
    timezone: 'UTC',
    ...(pieces ? { arrivalClock: { nowMicros: () => now, after: () => () => {} } } : {}),
    sink: {
      batch(batch) {
        for (let i = 0; i < batch.length; i++) {
          rows.push({
            format: batch.facts.format,
            meaning: batch.facts.stampMeaning,
            time: batch.time[i],
            duration: batch.duration[i],
            bytes: batch.bytes[i],
            status: batch.status[i],
            worker: textOf(names.workers, batch.worker[i]),
            thread: textOf(names.threads, batch.thread[i]),
            route: textOf(names.routes, batch.route[i]),
            offset: batch.offset[i],
          });
        }
      },
      lifecycle: () => events++,
      withdraw(source) {
        expect(source).toBe(0);
        rows = [];
        withdrawn++;
      },
    },
  });
  for (const piece of pieces ?? [log]) {
    parser.push(piece);
    now += 250_000;
    if (pieces) parser.flush();
  }
  now += 60_000_000;
  if (pieces) parser.flush();
  parser.end();
  return { rows: rows.sort((a, b) => a.offset - b.offset), withdrawn, events };
}

const captured = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'captures', name));

function linesOf(log: Buffer, count: number): Buffer[] {
  const lines = log.toString('latin1').split(/(?<=\n)/);
  const groups = Array.from({ length: Math.ceil(lines.length / count) }, (_, i) =>
    lines.slice(i * count, (i + 1) * count),
  );
  return groups.map((group) => Buffer.from(group.join(''), 'latin1'));
}

describe('the first lines of a live log', () => {
  it.each([
    ['aiohttp-behind-asctime.log', 'the server'],
    ['caddy-nanoseconds.log', 'the unit of the duration'],
    ['flask-beside-after-request.log', 'that two kinds of lines tell of the same requests'],
    ['gunicorn-19-reload.log', 'the duration'],
    ['gunicorn-flask-timedelta.log', 'the pid'],
    ['gunicorn-gthread-formatter.log', 'which number is the pid'],
    ['gunicorn-seconds-slash-micros.log', 'the duration'],
    ['hypercorn-reasons.log', 'pid and size'],
    ['uvicorn-time-pid-phrase.log', 'the pid'],
    ['wsgiref-beside-loguru-colour.log', 'that two kinds of lines tell of the same requests'],
  ])('of %s do not show %s: they are read again', (name) => {
    const log = captured(name);
    const whole = rowsOf(log, null);
    for (const count of [1, 3]) {
      const live = rowsOf(log, linesOf(log, count));
      expect(live.rows).toEqual(whole.rows);
      expect(live.events).toBe(whole.events);
      expect(live.withdrawn).toBeGreaterThan(0);
    }
  });

  it('do not show that all lines are written twice', () => {
    const line = (i: number) =>
      `127.0.0.1 - - [01/Mar/2026:10:00:${10 + Math.floor(i / 4)} +0000] "GET /${i % 3} HTTP/1.1" 200 12 "-" "curl" pid=<${700 + (i % 3)}> us=${900 + i}\n`;
    const log = Buffer.from(Array.from({ length: 60 }, (_, i) => line(i).repeat(2)).join(''));
    const live = rowsOf(log, linesOf(log, 4));
    expect(live.rows.length).toBe(60);
    expect(live.rows).toEqual(rowsOf(log, null).rows);
  });

  it('keep their times of arrival when they are read again', () => {
    const log = captured('granian-without-time.log');
    const { rows, withdrawn } = rowsOf(log, linesOf(log, 3));
    expect(withdrawn).toBeGreaterThan(0);
    expect(rows.map(({ duration }) => duration)).toEqual(rowsOf(log, null).rows.map(({ duration }) => duration));
    const times = rows.map(({ time }) => time);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set(times).size).toBeGreaterThan(10);
  });

  it('are not read again where the first ones showed everything', () => {
    const log = captured('granian-asgi.log');
    expect(rowsOf(log, linesOf(log, 3)).withdrawn).toBe(0);
  });

  it('are read again before many lines that come at once, which are read as they are', () => {
    const line = (i: number) =>
      `[01/Mar/2026:10:00:${String(10 + Math.floor(i / 40)).padStart(2, '0')} +0000] "GET /a HTTP/1.1" 200 12 ${i < 5 ? 51 : (i * 7919) % 400_000} <${8000 + (i % 4)}>\n`;
    const log = Buffer.from(Array.from({ length: 1800 }, (_, i) => line(i)).join(''));
    const few = Buffer.byteLength(line(0)) * 5;
    const live = rowsOf(log, [log.subarray(0, few), log.subarray(few)]);
    expect(live.withdrawn).toBe(1);
    expect(live.rows).toEqual(rowsOf(log, null).rows);
  });
});
