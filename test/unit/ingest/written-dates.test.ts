// Dates as `datefmt` of Python's logging writes them: in any order, with any signs between their parts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStampReader } from '../../../src/ingest/stamps.ts';
import { patternOf } from '../../../src/ingest/written-dates.ts';
import { createZone } from '../../../src/ingest/zone.ts';
import { parse } from '../../helpers/ingest.ts';

const months = 'January February March April May June July August September October November December'.split(' ');
const weekdays = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const two = (value: number) => String(value).padStart(2, '0');

/** What strftime makes of these directives. */
function strftime(format: string, micros: number): string {
  const date = new Date(Math.floor(micros / 1000));
  const hour = date.getUTCHours();
  const month = months[date.getUTCMonth()];
  const weekday = weekdays[date.getUTCDay()];
  const parts: Record<string, string> = {
    Y: String(date.getUTCFullYear()),
    m: two(date.getUTCMonth() + 1),
    d: two(date.getUTCDate()),
    b: month.slice(0, 3),
    B: month,
    a: weekday.slice(0, 3),
    A: weekday,
    H: two(hour),
    I: two(hour % 12 || 12),
    p: hour < 12 ? 'AM' : 'PM',
    M: two(date.getUTCMinutes()),
    S: two(date.getUTCSeconds()),
    y: two(date.getUTCFullYear() % 100),
    f: String(micros % 1e6).padStart(6, '0'),
  };
  return format.replace(/%(.)/g, (_, directive: string) => parts[directive]);
}

/** Written by nobody's default, and by somebody's `datefmt`. */
const formats = [
  '%Y-%m-%d  %H:%M:%S',
  '%Y-%m-%d, %H:%M:%S',
  '%Y-%m-%d:%H:%M:%S',
  '%Y-%m-%d@%H:%M:%S.%f',
  '%Y-%m-%d | %H:%M:%S',
  '%Y-%m-%d at %H:%M:%S',
  '%Y-%m-%d %I:%M:%S %p',
  '%Y.%m.%d %H:%M:%S,%f',
  '%Y/%m/%d-%H:%M:%S',
  '%Y%m%d %H:%M:%S',
  '%Y%m%d-%H:%M:%S',
  '%Y%m%dT%H%M%S',
  '%Y-%m-%d_%H-%M-%S',
  '%Y-%b-%d %H:%M:%S',
  '%d%b%Y %H:%M:%S',
  '%d %B %Y %H:%M:%S',
  '%b %d %Y %H:%M:%S',
  '%A, %B %d, %Y %I:%M:%S %p',
  '%H:%M:%S %Y-%m-%d',
];

/** Of 4 processes, a second and a bit apart, through an afternoon and past a midnight. */
const requests = Array.from({ length: 60 }, (_, i) => ({
  end: Date.UTC(2026, 10, 30, 11, 30) * 1000 + i * 1_234_567_890,
  pid: 811 + (i % 4),
  status: i % 9 === 0 ? 404 : 200,
}));

const floored = (micros: number, format: string) =>
  new Date(Math.floor(micros / (format.includes('%f') ? 1e3 : 1e6)) * (format.includes('%f') ? 1 : 1e3)).toISOString();

describe('dates in an order that no server writes by itself', () => {
  it.each(formats)('are read in front of a server, in an application and in records: %s', (format) => {
    const lines = [
      (at: string, status: number) => `${at} INFO:     203.0.113.7:52134 - "GET /a HTTP/1.1" ${status} X`,
      (at: string, status: number, pid: number) => `[${at}] [${pid}] [INFO] api: GET /a -> ${status} in 20.3ms`,
      (at: string, status: number) =>
        JSON.stringify({ time: at, method: 'GET', path: '/a', status, duration_ms: 20.3 }),
      (at: string, status: number) =>
        JSON.stringify({ asctime: at, message: `203.0.113.7:52134 - "GET /a HTTP/1.1" ${status}` }),
      (at: string, status: number) => `time="${at}" method=GET path=/a status=${status} duration=20.3ms`,
    ];
    for (const line of lines) {
      const text = requests.map(({ end, pid, status }) => line(strftime(format, end), status, pid)).join('\n');
      const { rows, report } = parse(`${text}\n`);
      expect(report).toMatchObject({ requests: requests.length, unparsed: 0 });
      // A record's message is not looked at for how its stamp is written where that begins with the time of day.
      if (format.startsWith('%H') && text.startsWith('{"asctime"')) continue;
      const times = rows.map(({ time }) => (time === null ? null : new Date(time).toISOString()));
      expect(times).toEqual(requests.map(({ end }) => floored(end, format)));
      expect(rows.map(({ worker }) => worker)).toEqual(
        requests.map(({ pid }) => (text.includes(`[${pid}]`) ? String(pid) : null)),
      );
    }
  });

  it('are no pids where they are of a kind that is not read', () => {
    for (const format of ['%Y-%m-%d %H:%M', '%m-%d %H:%M', '%H:%M', '%d-%m-%y %H:%M']) {
      const text = requests.map(
        ({ end, status }) => `${strftime(format, end)} INFO:     1.2.3.4:5 - "GET /a HTTP/1.1" ${status} X`,
      );
      const { rows } = parse(`${text.join('\n')}\n`);
      expect(rows).toHaveLength(requests.length);
      expect(rows.every(({ worker, time }) => worker === null && time === null)).toBe(true);
    }
  });

  it('milliseconds beside a stamp are no pids', () => {
    const text = requests.map(
      ({ end, status }) =>
        `${strftime('%Y-%m-%d %H:%M:%S', end)} ${String(Math.floor(end / 1000) % 1000).padStart(3, '0')} INFO:     1.2.3.4:5 - "GET /a HTTP/1.1" ${status} X`,
    );
    const { rows } = parse(`${text.join('\n')}\n`);
    expect(rows).toHaveLength(requests.length);
    expect(rows.every(({ worker }) => worker === null)).toBe(true);
  });

  it('a time of day under the name of a time is no duration of hours', () => {
    const text = requests
      .slice(0, 8)
      .map(({ status }, i) => `time="17:04:${10 + i}" method=GET path=/a status=${status} took=20.3ms`);
    const { rows } = parse(`${text.join('\n')}\n`);
    expect(rows.map(({ duration }) => duration)).toEqual(text.map(() => 20_300));
  });

  it('of two digits each begin with the year where the end of a month would else be of long ago', () => {
    const text = requests.map(
      ({ end, status }) =>
        `${strftime('%y-%m-%d %H:%M:%S', end).replace(/^26-1\d/, '26-03')} | GET /a | ${status} | 20.3ms`,
    );
    const moved = text.map((line) => line.replace(/^26-03-30/, '26-03-01').replace(/^26-03-01/, '26-03-02'));
    const { rows, report } = parse(`${moved.join('\n')}\n`);
    expect(rows.every(({ time }) => time?.startsWith('2026-03-02'))).toBe(true);
    expect(report.assumptions.join()).toContain('with the year first');
  });
});

describe('a pattern of a date', () => {
  it('reads what it was made of', () => {
    const micros = fc
      .integer({ min: Date.UTC(2013, 0, 1) / 1000, max: Date.UTC(2098, 0, 1) / 1000 })
      .map((s) => s * 1e6);
    fc.assert(
      fc.property(
        fc.constantFrom(...formats),
        micros,
        fc.constantFrom('', ' INFO', '|', ' GET /a', '  -'),
        (format, at, behind) => {
          const text = strftime(format, at);
          const pattern = patternOf(`${text}${behind}`);
          expect(pattern).not.toBeNull();
          const cursor = { end: 0, digits: 0, offsetMinutes: Number.NaN };
          const reference = { nowMicros: () => 0, isLive: false, firstClock: Number.NaN };
          const read = createStampReader(pattern ?? 'iso', createZone('UTC'), cursor, reference);
          const b = Buffer.from(`${text}${behind}\n${'\0'.repeat(64)}`);
          const v = new DataView(b.buffer, b.byteOffset, b.length);
          // Twice: what was read is known again.
          for (const _ of [1, 2]) {
            expect(read(b, v, 0)).toBe(at);
            expect(cursor.end).toBe(text.length);
          }
        },
      ),
    );
  });
});
