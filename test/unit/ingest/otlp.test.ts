// Records and spans of OpenTelemetry, whose requests stand in their attributes.
import { describe, expect, it } from 'vitest';
import { parse } from '../../helpers/ingest.ts';
import { all, micros, type Request } from './no-layout/requests.ts';

const anyValue = (value: unknown) =>
  typeof value === 'string'
    ? { stringValue: value }
    : Number.isInteger(value)
      ? { intValue: String(value) }
      : { doubleValue: value };
const listOf = (values: Record<string, unknown>) =>
  Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }));
const nanos = (at: number) => `${Math.round(at * 1000)}000`;
const resource = (pid: number) => ({
  attributes: listOf({ 'service.name': 'web', 'process.pid': pid, 'host.name': 'a' }),
});

const attributes = (r: Request) => ({
  'http.request.method': r.method,
  'url.path': r.path.split('?')[0],
  'http.response.status_code': r.status,
  'http.server.request.duration': micros(r) / 1e6,
});
/** As they were called before. */
const earlier = (r: Request) => ({
  'http.method': r.method,
  'http.target': r.path,
  'http.status_code': r.status,
  'http.server.duration': micros(r) / 1000,
});

const record = (r: Request, of: object) => ({
  timeUnixNano: nanos(r.end),
  observedTimeUnixNano: nanos(r.end + 1),
  severityText: 'INFO',
  body: { stringValue: 'request handled' },
  ...of,
});
const logs = (r: Request, ...records: readonly object[]) =>
  JSON.stringify({ resourceLogs: [{ resource: resource(r.pid), scopeLogs: [{ scope: {}, logRecords: records }] }] });
const read = (line: (r: Request) => string) => parse(all.map((r) => `${line(r)}\n`).join(''));

const asServed = all.map((r) => ({
  status: r.status,
  worker: String(r.pid),
  duration: micros(r),
  meaning: 'end',
  time: r.end,
}));
const told = ({ rows }: ReturnType<typeof parse>) =>
  rows.map(({ status, worker, duration, meaning, time }, i) => ({
    status,
    worker,
    duration,
    meaning,
    time: Math.abs(Date.parse(time ?? '') - all[i].end) <= 1 ? all[i].end : time,
  }));

describe('records of OTLP', () => {
  it('tell of requests by their attributes, under the names of today and of before', () => {
    for (const names of [attributes, earlier]) {
      const parsed = read((r) => logs(r, record(r, { attributes: listOf(names(r)) })));
      expect(parsed.report).toMatchObject({ requests: all.length, unparsed: 0 });
      expect(told(parsed)).toEqual(asServed);
    }
  });

  it('have durations in the unit of the conventions, however long they are', () => {
    const slow = (r: Request) => micros(r) * 200;
    for (const [name, per] of [
      ['http.server.request.duration', 1e6] as const,
      ['http.server.duration', 1e3] as const,
    ]) {
      const { rows } = read((r) => {
        const { method, path, status } = r;
        const named = { 'http.method': method, 'http.target': path, 'http.status_code': status, [name]: slow(r) / per };
        return logs(r, record({ ...r, end: r.end + all.indexOf(r) * 60_000 }, { attributes: listOf(named) }));
      });
      expect(rows.map(({ duration }) => duration)).toEqual(all.map(slow));
    }
  });

  it('tell of requests by a body of named values', () => {
    const body = (r: Request) => ({ kvlistValue: { values: listOf(attributes(r)) } });
    expect(told(read((r) => logs(r, record(r, { body: body(r), attributes: [] }))))).toEqual(asServed);
  });

  it('have the pid of their resource where the body is a line of a server', () => {
    const line = (r: Request) => `203.0.113.7:52134 - "${r.method} ${r.path} HTTP/1.1" ${r.status}`;
    const { rows } = read((r) => logs(r, record(r, { body: { stringValue: line(r) } })));
    expect(rows.map(({ worker }) => worker)).toEqual(all.map((r) => String(r.pid)));
  });

  it('of several resources in one line are those of their own', () => {
    const [a, b] = [all[0], all.find(({ pid }) => pid !== all[0].pid) as Request];
    const of = (r: Request) => ({
      resource: resource(r.pid),
      scopeLogs: [{ scope: {}, logRecords: [record(r, { attributes: listOf(attributes(r)) })] }],
    });
    const { rows } = parse(`${JSON.stringify({ resourceLogs: [of(a), of(b)] })}\n`.repeat(20));
    expect(rows.map(({ worker }) => worker)).toEqual(Array.from({ length: 20 }, () => [`${a.pid}`, `${b.pid}`]).flat());
  });

  it('of spans are the requests of servers alone', () => {
    const span = (r: Request, kind: number) => ({
      name: `${r.method} ${r.path}`,
      kind,
      startTimeUnixNano: nanos(r.start),
      endTimeUnixNano: nanos(r.end),
      attributes: listOf({ 'http.request.method': r.method, 'url.path': '/a', 'http.response.status_code': r.status }),
    });
    const { rows, report } = read((r) =>
      JSON.stringify({
        resourceSpans: [{ resource: resource(r.pid), scopeSpans: [{ scope: {}, spans: [span(r, 2), span(r, 3)] }] }],
      }),
    );
    expect(report).toMatchObject({ requests: all.length, unrelated: all.length });
    expect(rows.every(({ meaning }) => meaning === 'start')).toBe(true);
    const missed = rows.map(({ duration }, i) => Math.abs((duration ?? 0) - micros(all[i])));
    expect(Math.max(...missed)).toBeLessThanOrEqual(1);
  });

  it('that are cut off or no OTLP are lines like others', () => {
    const whole = logs(all[0], record(all[0], { attributes: listOf(attributes(all[0])) }));
    for (const line of [
      whole.slice(0, -9),
      whole.replace('"key"', '"kex"'),
      `${whole}}`,
      '{"resourceLogs":[{"scopeLogs":1}]}',
    ]) {
      expect(() => parse(`${line}\n`.repeat(10))).not.toThrow();
    }
  });
});
