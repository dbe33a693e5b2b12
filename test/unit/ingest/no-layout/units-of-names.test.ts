// Names that servers use in one unit, and people in another: a JSON or text template of gunicorn's atoms under nginx's names.
import { describe, expect, it } from 'vitest';
import { parse } from '../../../helpers/ingest.ts';
import {
  all,
  clfTime,
  isoTime,
  type Line,
  loggingTime,
  micros,
  millis,
  type Request,
  seconds,
  text,
} from './requests.ts';

const atoms: Readonly<Record<string, (r: Request) => string>> = {
  D: (r) => String(micros(r)),
  M: (r) => String(Math.floor(micros(r) / 1000)),
  L: (r) => seconds(r, 6),
};
const combined: Line = (r) =>
  `203.0.113.7 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} "-" "curl"`;

/** All durations are those of the requests, to a millisecond. */
function expectDurations(line: Line, format: string) {
  const { rows, report } = parse(text(line));
  expect(report).toMatchObject({ requests: all.length, unparsed: 0 });
  expect(report.format).toMatch(format);
  rows.forEach(({ duration }, i) => {
    expect(duration).not.toBeNull();
    expect(Math.abs((duration ?? 0) - micros(all[i])), line(all[i])).toBeLessThanOrEqual(1000);
  });
}

describe("nginx's names in templates of other servers", () => {
  for (const [atom, value] of Object.entries(atoms)) {
    it(`"request_time" that is gunicorn's %(${atom})s is no $request_time`, () => {
      const record = (r: Request, time: string | number) =>
        JSON.stringify({
          time_local: clfTime(r.end),
          request: `${r.method} ${r.path} HTTP/1.1`,
          status: String(r.status),
          request_time: time,
        });
      expectDurations((r) => record(r, value(r)), 'json');
      expectDurations((r) => record(r, Number(value(r))), 'json');
      for (const key of ['rt', 'request_time']) expectDurations((r) => `${combined(r)} ${key}=${value(r)}`, 'combined');
    });
  }

  it('remain those of nginx with its three decimals, also where another program left zeros out', () => {
    const record = (r: Request, time: string | number) =>
      JSON.stringify({
        msec: r.end / 1000,
        request: `${r.method} ${r.path} HTTP/1.1`,
        status: r.status,
        request_time: time,
      });
    expectDurations((r) => record(r, seconds(r, 3)), 'nginx');
    expectDurations((r) => record(r, Number(seconds(r, 3))), 'nginx');
    expectDurations((r) => `${combined(r)} rt=${seconds(r, 3)}`, 'nginx');
  });

  it('"s" and "time" are durations where they are no status and no stamp', () => {
    const record = (r: Request, more: object) =>
      JSON.stringify({ ts: clfTime(r.end), method: r.method, path: r.path, status: r.status, ...more });
    const { rows } = parse(text((r) => record(r, { s: seconds(r, 6) })));
    expect(rows.map(({ status }) => status)).toEqual(all.map(({ status }) => status));
    expectDurations((r) => record(r, { time: Number(seconds(r, 6)) }), 'json');
    expectDurations(
      (r) => `method=${r.method} path=${r.path} status=${r.status} bytes=${r.bytes} time=${millis(r)}`,
      'logfmt',
    );
  });
});

describe('a time in two units', () => {
  it('is no size behind the status', () => {
    const fronts: readonly Line[] = [
      (r) => `203.0.113.7 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status}`,
      (r) => `203.0.113.7 [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status}`,
      (r) => `${loggingTime(r.end)} ${r.method} ${r.path} ${r.status}`,
    ];
    for (const front of fronts) {
      for (const [one, other] of ['DL', 'DM', 'ML']) {
        const { rows } = parse(text((r) => `${front(r)} ${atoms[one](r)} ${atoms[other](r)}`));
        expect(rows).toHaveLength(all.length);
        expect(
          rows.every(({ bytes }) => bytes === null),
          `${one} ${other}`,
        ).toBe(true);
        rows.forEach(({ duration }, i) => {
          expect(Math.abs((duration ?? 0) - micros(all[i]))).toBeLessThanOrEqual(1000);
        });
      }
    }
  });
});

describe('a unit in a name that the values cannot have', () => {
  const record =
    (key: string, value: (r: Request) => number): Line =>
    (r) =>
      JSON.stringify({ ts: loggingTime(r.end), method: r.method, path: r.path, status: r.status, [key]: value(r) });

  it.each([
    ['resp_time_ms', micros],
    ['duration_s', (r: Request) => r.end - r.start],
  ])('gives way to that which they show: %s', (key, value) => {
    expectDurations(record(key, value), 'json');
    expect(parse(text(record(key, value))).report.assumptions.join()).toMatch(
      `"${key}" is not in the unit of its name, in which too many requests would have run at once: it is taken as the duration`,
    );
  });

  it('gives way behind a line of a server, too', () => {
    expectDurations((r) => `${combined(r)} pid=<${r.pid}> ms=${micros(r)}`, 'gunicorn');
  });

  it('stays where it can be: a hundred clients that are held for half a minute', () => {
    const held = Array.from({ length: 400 }, (_, i): Request => {
      const end = all[0].end + 300 * i;
      return { ...all[i % all.length], start: end - 28_000 - (i % 7) * 500, end };
    });
    const { rows, report } = parse(text(record('resp_time_ms', millis), held));
    expect(rows.map(({ duration }) => duration)).toEqual(held.map((r) => 1000 * millis(r)));
    expect(report.assumptions.join()).not.toMatch(/unit of its name/);
  });
});

describe("gunicorn's %(T)s.%(D)s", () => {
  it('are seconds, and all of the time in microseconds', () => {
    const both = (r: Request) => `${Math.floor(micros(r) / 1e6)}.${micros(r)}`;
    expectDurations((r) => `${combined(r)} <${r.pid}> ${both(r)}`, 'gunicorn');
    expectDurations((r) => `${combined(r)} pid=<${r.pid}> time=${both(r)}`, 'gunicorn');
  });

  it('are not what decimals are that end in zeros', () => {
    expectDurations((r) => `${combined(r)} <${r.pid}> ${Number(seconds(r, 4))}`, 'gunicorn');
  });
});

describe("granian's names in a template of JSON", () => {
  it('tell how long a request took', () => {
    expectDurations(
      (r) =>
        `{"t": "${isoTime(r.start).slice(0, 19)}", "ip": "127.0.0.1", "method": "${r.method}", "path": "${r.path}", "status": ${r.status}, "dt_ms": ${(micros(r) / 1000).toFixed(3)}}`,
      'json',
    );
  });
});
