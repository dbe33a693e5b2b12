// One line tells how a request began, another one how it ended.
import { describe, expect, it } from 'vitest';
import { formats } from '../../../../parsers/index.ts';
import { createNames } from '../../../../src/core/names.ts';
import { createParser } from '../../../../src/ingest/create-parser.ts';
import { parse } from '../../../helpers/ingest.ts';
import { all, clfTime, dateAndTime, isoTime, loggingTime, micros, millis, type Request } from './requests.ts';

/** As it began, perhaps as it went on, as it ended. */
type Halves = (r: Request, id: string) => readonly (readonly [at: number, line: string])[];

const idOf = (i: number) => `7ce42c82-${(i * 7919).toString(16).padStart(4, '0')}-4b1f`;

const written = (halves: Halves, of: readonly Request[] = all): string =>
  of
    .flatMap((r, i) => halves(r, idOf(i)))
    .sort((a, b) => a[0] - b[0])
    .map(([, line]) => `${line}\n`)
    .join('');

const structlog: Halves = (r, id) => [
  [
    r.start,
    JSON.stringify({
      request: `${r.method} ${r.path}`,
      event: 'request_started',
      request_id: id,
      timestamp: isoTime(r.start),
    }),
  ],
  [
    r.end,
    JSON.stringify({
      code: r.status,
      request: `${r.method} ${r.path}`,
      event: 'request_finished',
      request_id: id,
      timestamp: isoTime(r.end),
    }),
  ],
];
const keyValue: Halves = (r, id) => [
  [r.start, `${isoTime(r.start)} [info     ] request_started   [app] request='${r.method} ${r.path}' request_id=${id}`],
  [
    r.end,
    `${isoTime(r.end)} [info     ] request_finished  [app] code=${r.status} request='${r.method} ${r.path}' request_id=${id}`,
  ],
];
const brackets: Halves = (r, id) => [
  [r.start, `${loggingTime(r.start)} [${id}] Request started: ${r.method} ${r.path}`],
  [r.end, `${loggingTime(r.end)} [${id}] Request finished: ${r.status}`],
];
const arrows: Halves = (r, id) => [
  [r.start, `${loggingTime(r.start)} | INFO | ${id} | --> ${r.method} ${r.path}`],
  [r.end, `${loggingTime(r.end)} | INFO | ${id} | <-- ${r.method} ${r.path} ${r.status}`],
];
const byPid: Halves = (r) => [
  [r.start, `${loggingTime(r.start)} INFO [${r.pid}] begin ${r.method} ${r.path}`],
  [r.end, `${loggingTime(r.end)} INFO [${r.pid}] end ${r.method} ${r.path} ${r.status}`],
];

/** devpi's: the one names the route and nothing else, the other one no word of an answer. */
const short: Halves = (r, id) => [
  [r.start, `${loggingTime(r.start)} INFO  [req${id.slice(9, 13)}] ${r.method} ${r.path}`],
  [
    r.end,
    `${loggingTime(r.end)} INFO  [req${id.slice(9, 13)}] ${r.status} ${((r.end - r.start) / 1000).toFixed(3)}s text/html`,
  ],
];

const pathOf = (r: Request) => `${r.method} ${r.path.replace(/\?.*/, '').replace(/\d+/, '{id}')}`;

describe('lines that tell how requests began', () => {
  it('give each of thousands of requests its own route and process, and none where the beginning is missing', () => {
    const started = Date.UTC(2026, 2, 1, 10);
    const lines = Array.from({ length: 3000 }, (_, i) => {
      const [start, end] = [started + i * 40, started + i * 40 + 15 + ((i * 7) % 90)];
      const begin = `${loggingTime(start)} [${idOf(i)}] Request started: GET /p${(i * 31) % 7} by pid=${700 + ((i * 13) % 4)}`;
      const isLost = i > 2000 && i % 10 === 0;
      return [
        ...(isLost ? [] : [[start, begin] as const]),
        [end, `${loggingTime(end)} [${idOf(i)}] Request finished: ${200 + ((i * 31) % 7)}`] as const,
      ];
    });
    const log = lines.flat().sort((a, b) => a[0] - b[0]);
    const { rows } = parse(log.map(([, line]) => `${line}\n`).join(''));
    expect(rows.length).toBe(3000);
    expect(rows.filter(({ route }) => route === null).length).toBe(99);
    for (const { route, worker, duration, status } of rows) {
      if (route === null) expect([worker, duration]).toEqual([null, null]);
      else expect(route).toBe(`GET /p${status - 200}`);
    }
  });

  it.each([
    ['records', structlog],
    ['pairs of names and values', keyValue],
    ['an identifier in brackets, and what was asked for in the first line alone', brackets],
    ['columns', arrows],
    ['the route and nothing else in the first, no word of an answer in the second', short],
    ['the process that runs one request at a time', byPid],
  ])('and ended make one request: %s', (_, halves) => {
    const { rows, report } = parse(written(halves));
    expect(rows.length).toBe(all.length);
    rows.forEach(({ duration, route, status, meaning }, i) => {
      expect({ route, status, meaning }).toEqual({ route: pathOf(all[i]), status: all[i].status, meaning: 'end' });
      expect(Math.abs((duration ?? Number.NaN) - micros(all[i]))).toBeLessThan(1100);
    });
    expect(report).toMatchObject({ unparsed: 0, continuation: all.length });
    expect(report.assumptions.join()).toMatch(/tell how requests began/);
  });

  it('are told from those of what was done in between', () => {
    const between: Halves = (r, id) => {
      const [first, last] = structlog(r, id);
      const at = (r.start + r.end) / 2;
      const query = {
        request: `${r.method} ${r.path}`,
        event: 'query',
        rows: 3,
        request_id: id,
        timestamp: isoTime(at),
      };
      return [first, [at, JSON.stringify(query)], last];
    };
    const { rows } = parse(written(between));
    rows.forEach(({ duration }, i) => {
      expect(Math.abs((duration ?? Number.NaN) - micros(all[i]))).toBeLessThan(1100);
    });
  });

  it('are not taken for them: what an application logs in a request begins nothing', () => {
    const lines: Halves = (r, id) => {
      const record = { method: r.method, path: r.path, correlation: id };
      const at = (r.start + r.end) / 2;
      return [
        [at, JSON.stringify({ ts: isoTime(at), event: 'cache miss', ...record })],
        [r.end, JSON.stringify({ ts: isoTime(r.end), event: 'answered', status: r.status, ...record })],
      ];
    };
    const { rows, report } = parse(written(lines));
    expect(rows.length).toBe(all.length);
    expect(rows.filter(({ duration }) => duration !== null)).toEqual([]);
    expect(report.unparsed).toBe(0);
  });

  it('tell the route where the others tell the rest', () => {
    const rails: Halves = (r, id) => [
      [r.start, `[${isoTime(r.start)} #${r.pid}] [${id}] INFO -- Started ${r.method} "${r.path}"`],
      [r.end, `[${isoTime(r.end)} #${r.pid}] [${id}] INFO -- Completed ${r.status} OK in ${millis(r)}ms`],
    ];
    const { rows } = parse(written(rails));
    expect(rows.map(({ route, duration }) => ({ route, duration }))).toEqual(
      all.map((r) => ({ route: pathOf(r), duration: millis(r) * 1000 })),
    );
  });

  it('are not joined where nothing names the request, where a name has several at once, nor by stamps in seconds', () => {
    const unnamed: Halves = (r) => [
      [r.start, `${loggingTime(r.start)} INFO begin ${r.method} ${r.path}`],
      [r.end, `${loggingTime(r.end)} INFO end ${r.method} ${r.path} ${r.status}`],
    ];
    const coarse: Halves = (r, id) => [
      [r.start, `${dateAndTime(r.start)} INFO [${id}] begin ${r.method} ${r.path}`],
      [r.end, `${dateAndTime(r.end)} INFO [${id}] end ${r.method} ${r.path} ${r.status}`],
    ];
    const threads: Halves = (r, id) => byPid({ ...r, pid: 811 + (r.pid % 2) }, id);
    for (const halves of [unnamed, coarse, threads]) {
      const { rows, report } = parse(written(halves));
      expect(rows.length).toBe(all.length);
      expect(rows.filter(({ duration }) => duration !== null)).toEqual([]);
      expect(report.unparsed).toBe(0);
    }
  });

  it('and whose requests the server logs, too, are counted once', () => {
    const both: Halves = (r, id) => [
      ...structlog(r, id),
      [
        r.end + 0.5,
        `203.0.113.7 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} "-" "curl"`,
      ],
    ];
    const { rows } = parse(written(both));
    expect(rows.length).toBe(all.length);
    expect(rows.every(({ duration }) => duration !== null)).toBe(true);
  });

  it('are read alike in pieces of any size, and where the log goes on', () => {
    const log = written(brackets);
    const whole = parse(log).rows;
    expect(parse(log, { chunkBytes: 777 }).rows).toEqual(whole);
    const longer = written(
      brackets,
      Array.from({ length: 20 }, (_, k) =>
        all.map((r) => ({ ...r, start: r.start + k * 9e3, end: r.end + k * 9e3 })),
      ).flat(),
    );
    const { rows, report } = parse(longer);
    expect(rows.length).toBe(20 * all.length);
    expect(rows.filter(({ duration }) => duration === null).length).toBe(0);
    expect(report.unparsed).toBe(0);
  });
});

describe('the halves of requests in a log that is being written', () => {
  /** Line by line, each looked at by itself, a second apart. */
  const follow = (log: string, stepMicros = 1e6) => {
    const durations: number[] = [];
    const clock = { now: 0 };
    const parser = createParser({
      path: 'live.log',
      source: 0,
      names: createNames(),
      formats,
      timezone: 'UTC',
      arrivalClock: { nowMicros: () => clock.now, after: () => () => {} },
      sink: {
        batch: (batch) => void durations.push(...batch.duration.subarray(0, batch.length)),
        lifecycle: () => {},
      },
    });
    const told: number[] = [];
    for (const line of log.split(/(?<=\n)/)) {
      parser.push(Buffer.from(line));
      parser.flush();
      clock.now += stepMicros;
      told.push(durations.length);
    }
    parser.end();
    return { durations, told, report: parser.report() };
  };

  it('are joined, whichever comes first', () => {
    for (const form of [structlog, keyValue, brackets, arrows, byPid]) {
      for (const from of [0, 1, 2, 3]) {
        const lines = written(form)
          .split(/(?<=\n)/)
          .slice(from);
        const { durations, told } = follow(lines.join(''));
        // Few are told before both kinds are known; a request is told within the time that the first lines are waited for.
        const late = durations.slice(20);
        expect(late.filter((one) => Number.isNaN(one)).length).toBeLessThanOrEqual(from + 2);
        expect(durations.length).toBeGreaterThanOrEqual(all.length - 12);
        expect(told[119]).toBeGreaterThan(20);
      }
    }
  });

  it('are told as soon as there are enough of both kinds', () => {
    for (const form of [structlog, keyValue, brackets, arrows]) {
      const { durations, told } = follow(written(form), 250_000);
      expect(told.findIndex((rows) => rows > 0)).toBeLessThanOrEqual(20);
      expect(durations.filter((one) => Number.isNaN(one)).length).toBe(0);
    }
  });

  it('are not waited for where lines say how requests were answered', () => {
    const access = all.map(
      (r) => `203.0.113.7 - - [${clfTime(r.end)}] "GET /start HTTP/1.1" ${r.status} 6 "-" "curl"\n`,
    );
    expect(follow(access.join('')).told.slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
    const custom = all.map((r) => `${isoTime(r.end)} request ${r.method} ${r.path} ${r.status} ${millis(r)}.5ms\n`);
    expect(follow(custom.join('')).told.slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
  });

  it('are told without each other where nothing joins them', () => {
    const chat = all.flatMap((r) => [
      `${isoTime(r.start)} INFO handling ${r.method} ${r.path}\n`,
      `${isoTime(r.end)} INFO done ${r.method} ${r.path} ${r.status} in ${millis(r)}.5ms\n`,
    ]);
    const { durations, report } = follow(chat.join(''));
    expect(durations.length).toBe(all.length);
    expect(report.unparsed).toBeLessThanOrEqual(4);
  });
});
