// Fields under names that mean something else in other formats.
import { describe, expect, it } from 'vitest';
import { parse } from '../../../helpers/ingest.ts';
import { all, clfTime, isoTime, type Line, micros, millis, type Request, seconds, text } from './requests.ts';

describe('fields that are not what their names say', () => {
  it('a path under "request" beside a method, and a duration under "process", as a template for Apache has them', () => {
    const line: Line = (r) =>
      JSON.stringify({
        time: isoTime(r.end),
        process: String(micros(r)),
        request: r.path,
        method: r.method,
        status: r.status,
      });
    const { rows } = parse(text(line));
    expect(rows.every(({ route, worker }) => /^(GET|POST) \//.test(route ?? '') && worker === null)).toBe(true);
  });

  it('a duration of whole seconds, which fits milliseconds as well, and one in milliseconds that looks like a status', () => {
    const inSeconds: Line = (r) =>
      JSON.stringify({
        date: `[${clfTime(r.end)}]`,
        method: r.method,
        url: r.path,
        status: String(r.status),
        duration: String(Math.round((r.end - r.start) / 300)),
      });
    const { rows, report } = parse(text(inSeconds));
    expect(rows.every(({ duration }) => duration === null)).toBe(true);
    expect(report.assumptions.join()).toMatch(/"duration" looks like a duration and is not used/);
    const withoutStatus: Line = (r) =>
      JSON.stringify({ time: r.end, method: r.method, path: r.path, duration_in_ms: 200 + (millis(r) % 7) });
    const lacking = parse(text(withoutStatus)).rows;
    expect(lacking.map(({ status, duration }) => ({ status, duration }))).toEqual(
      all.map((r) => ({ status: 0, duration: (200 + (millis(r) % 7)) * 1000 })),
    );
  });

  it('the pid of nginx, and the status of its upstream', () => {
    const line: Line = (r) =>
      JSON.stringify({
        ts: isoTime(r.end),
        pid: 31,
        uri: r.path,
        method: r.method,
        status: r.status,
        urt: seconds(r, 3),
        us: '200',
      });
    expect(parse(text(line)).rows.every(({ worker }) => worker === null)).toBe(true);
    const gunicorn: Line = (r) =>
      JSON.stringify({
        local_time: `[${clfTime(r.end)}]`,
        request: `${r.method} ${r.path} HTTP/1.1`,
        status: String(r.status),
        upstream_request_time: micros(r),
        process_id: `<${r.pid}>`,
      });
    expect(parse(text(gunicorn)).rows.map(({ worker }) => worker)).toEqual(all.map(({ pid }) => String(pid)));
    const own: Line = (r) =>
      `[${(r.end / 1000).toFixed(3)}] 203.0.113.7 ${r.method} http://h${r.path} ${r.status} ${r.bytes} rt=${seconds(r, 3)} us="${r.status}"`;
    expect(parse(text(own)).rows[0].duration).toBe(Math.round(micros(all[0]) / 1000) * 1000);
  });

  it('the pid of a proxy beneath its name', () => {
    const record =
      (name: string): Line =>
      (r) =>
        JSON.stringify({
          ts: isoTime(r.end),
          [name]: { pid: r.pid, frontend: 'fe' },
          http: { method: r.method, path: r.path, status: r.status },
          duration_ms: millis(r),
        });
    const workers = (line: Line) => new Set(parse(text(line)).rows.map(({ worker }) => worker));
    for (const proxy of ['haproxy', 'nginx']) expect([...workers(record(proxy))]).toEqual([null]);
    expect(workers(record('app')).size).toBe(new Set(all.map(({ pid }) => pid)).size);
  });

  it("nginx's ratio of compression, the time of a part, the time of what stands behind", () => {
    const access: Line = (r) =>
      `203.0.113.7 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} "-" "curl/8.5.0"`;
    const ratio = parse(text((r) => `${access(r)} "${(1 + (micros(r) % 900) / 100).toFixed(2)}"`));
    expect(ratio.report.unparsed).toBe(0);
    expect(ratio.rows.every(({ duration }) => duration === null)).toBe(true);
    const part = parse(text((r) => `${access(r)} ${(micros(r) / 4e6).toFixed(6)} ${seconds(r, 6)}`));
    expect(part.rows.map(({ duration }) => duration)).toEqual(all.map(micros));
    const gateway: Line = (r) =>
      JSON.stringify({
        requestTime: clfTime(r.end),
        routeKey: 'ANY /{proxy+}',
        httpMethod: r.method,
        path: r.path,
        status: String(r.status),
        integrationLatency: String(Math.round(millis(r) / 2)),
        responseLatency: String(millis(r)),
      });
    const { rows } = parse(text(gateway));
    expect(rows.map(({ duration }) => duration)).toEqual(all.map((r) => millis(r) * 1000));
    expect(rows.every(({ route }) => /^(GET|POST) \/[^{]*/.test(route ?? ''))).toBe(true);
  });

  it('the message of a record that tells the same request with its duration', () => {
    const record = (r: Request, duration: number) =>
      JSON.stringify({
        http: { url: `http://h:8000${r.path}`, status_code: r.status, method: r.method, version: '1.1' },
        network: { client: { ip: '203.0.113.7', port: 52134 } },
        duration,
        event: `203.0.113.7:52134 - "${r.method} ${r.path} HTTP/1.1" ${r.status}`,
        timestamp: isoTime(r.end),
      });
    const nanos = parse(text((r) => record(r, micros(r) * 1000 + 7)));
    expect(nanos.rows.map(({ duration }) => duration)).toEqual(all.map(micros));
    // Of a service none of whose answers takes less than 0.1 s, or 0.1 ms.
    const few = all.filter((_, i) => i % 8 === 0);
    const open = parse(text((r) => record(r, 200_000 + micros(r)), few));
    expect(open.report.requests).toBe(few.length);
    expect(open.rows.every(({ duration }) => duration === null)).toBe(true);
    const alone = parse(
      text(
        (r) =>
          JSON.stringify({
            ts: isoTime(r.end),
            method: r.method,
            path: r.path,
            status: r.status,
            took: 2e5 + micros(r),
          }),
        few,
      ),
    );
    expect(alone.rows.every(({ duration }) => duration === null)).toBe(true);
    expect(alone.report.assumptions.join()).toMatch(/may be microseconds or nanoseconds/);
  });

  it('texts in quotes beside one that is a request', () => {
    const line: Line = (r) =>
      `203.0.113.7 [${isoTime(r.end)}] ${r.status} "${r.method} ${r.path} HTTP/1.1" [${seconds(r, 3)}] [-] "curl/8.5.0"`;
    expect(parse(text(line)).rows.every(({ duration }) => duration !== null)).toBe(true);
  });

  it('a duration of whole numbers, whose stamps prove its unit, under the third of the names for a stamp', () => {
    const line: Line = (r) =>
      JSON.stringify({
        timestamp: isoTime(r.end),
        method: r.method,
        url: r.path,
        status: r.status,
        // No pool has a thousand requests at once, as many as these would be as milliseconds.
        time_to_serve: 500 + micros(r),
      });
    const { rows } = parse(text(line));
    expect(rows.map(({ duration }) => duration)).toEqual(all.map((r) => 500 + micros(r)));
  });

  it('the size of the memory that a function has is no size of an answer', () => {
    const line: Line = (r) =>
      JSON.stringify({ ts: isoTime(r.end), method: r.method, path: r.path, status: r.status, memory_size: 128 });
    expect(parse(text(line)).rows.every(({ bytes }) => bytes === null)).toBe(true);
  });
});
