// Lines of no known layout that do not say how a request was answered, or what was asked for, but how long it took.
import { describe, expect, it } from 'vitest';
import { parse } from '../../../helpers/ingest.ts';
import { all, clfTime, isoTime, type Line, loggingTime, micros, millis, seconds, text } from './requests.ts';

const durations = (rows: readonly { duration: number | null }[]) =>
  rows.map(({ duration }, i) => Math.abs((duration ?? -1e9) - micros(all[i])));
const own = all.filter(({ path }) => path.startsWith('/'));

describe('lines that say how long a request took', () => {
  it('are requests without a status', () => {
    const lines: readonly Line[] = [
      (r) => `${loggingTime(r.end)} INFO app "${r.method} ${r.path} took ${seconds(r, 3)}s"`,
      (r) => `${loggingTime(r.end)} [${r.pid}] INFO ${r.method} ${r.path} took ${seconds(r, 4)} seconds`,
      (r) => `${loggingTime(r.end)} ${r.method} ${r.path} - ${seconds(r, 6)}s`,
      (r) =>
        JSON.stringify({ timestamp: isoTime(r.end), message: `${r.method} ${r.path}`, duration_ms: micros(r) / 1000 }),
    ];
    for (const line of lines) {
      const { rows, report } = parse(text(line));
      expect(report).toMatchObject({ requests: own.length, unparsed: 0 });
      rows.sort((a, b) => a.offset - b.offset);
      expect(Math.max(...durations(rows))).toBeLessThan(1001);
      expect(rows[0]).toMatchObject({ status: 0, route: expect.stringMatching(new RegExp(`^${all[0].method} /`)) });
    }
  });

  it('are requests whose route a line before them told, without a method where that has none', () => {
    const started: Line = (r) => `${loggingTime(r.start)} INFO rid=${r.pid}a start request path=${r.path}`;
    const done: Line = (r) =>
      `${loggingTime(r.end)} INFO rid=${r.pid}a completed_in=${micros(r) / 1000}ms status_code=${r.status}`;
    const { rows, report } = parse(text((r) => `${started(r)}\n${done(r)}`));
    expect(report.requests).toBe(all.length);
    expect(report.assumptions.join()).toMatch(/they tell what was asked for, joined by "rid"/);
    expect(Math.max(...durations(rows))).toBeLessThan(2);
    const routes: Record<string, string> = { '/users/7': '/users/{id}', '/search?q=a+b&n=1': '/search' };
    expect(rows.map(({ status, route }) => ({ status, route }))).toEqual(
      all.map(({ status, path }) => ({ status, route: routes[path] ?? path })),
    );
    const rails: Line = (r) =>
      `[${isoTime(r.start)} #${r.pid}] Started ${r.method} "${r.path}"\n[${isoTime(r.end)} #${r.pid}] Completed ${r.status} in ${millis(r)}ms`;
    const { rows: completed } = parse(text(rails));
    expect(completed.map(({ worker }) => worker)).toEqual(all.map(({ pid }) => String(pid)));
    expect(Math.max(...durations(completed))).toBeLessThan(1001);
  });

  it('are requests without a route, where as many lines told what was asked for and nothing names the request in both', () => {
    const asked: Line = (r) =>
      `${loggingTime(r.start)} INFO Incoming request: ${r.method} http://localhost:8000${r.path}`;
    const answered: Line = (r) =>
      `${loggingTime(r.end)} INFO Response status: ${r.status}, process time: ${seconds(r, 3)}`;
    const lines = all.flatMap((r) => [
      { at: r.start, line: asked(r) },
      { at: r.end, line: answered(r) },
    ]);
    const log = lines
      .sort((a, b) => a.at - b.at)
      .map(({ line }) => `${line}\n`)
      .join('');
    const { rows, report } = parse(log);
    expect(report).toMatchObject({ requests: all.length, unparsed: 0 });
    expect(Math.max(...durations(rows))).toBeLessThan(501);
    expect(rows.map(({ status, route }) => ({ status, route }))).toEqual(
      all.map(({ status }) => ({ status, route: null })),
    );
    const alone = parse(text(answered));
    expect(alone.report.requests).toBe(0);
  });

  it('are requests where method, path and time stand under their names, and there is no status', () => {
    const dict: Line = (r) =>
      `${loggingTime(r.end)} INFO {'url': '${r.path}', 'method': '${r.method}', 'process_time': ${micros(r) / 1e6}}`;
    const { rows, report } = parse(text(dict));
    expect(report).toMatchObject({ requests: all.length, unparsed: 0 });
    expect(Math.max(...durations(rows))).toBeLessThan(2);
    expect(rows[0]).toMatchObject({ status: 0, route: expect.stringMatching(new RegExp(`^${all[0].method} /`)) });
    const client: Line = (r) =>
      `${loggingTime(r.end)} INFO httpx {'url': '${r.path}', 'method': '${r.method}', 'process_time': ${micros(r) / 1e6}}`;
    expect(parse(text(client)).report.requests).toBe(0);
  });

  it('are no requests beside lines that tell more, nor where they tell of other work', () => {
    const server: Line = (r) =>
      `203.0.113.7 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} "-" "curl/8.5.0"`;
    const beside: Line = (r) =>
      `${server(r)}\n${loggingTime(r.end)} INFO app ${r.method} ${r.path} took ${seconds(r, 3)}s`;
    expect(parse(text(beside)).report.requests).toBe(all.length);
    const others: readonly Line[] = [
      (r) => `${loggingTime(r.end)} INFO job ${r.pid} finished in ${seconds(r, 3)}s`,
      (r) => `${loggingTime(r.end)} INFO webhook ${r.pid} delivered, status=${r.status} in ${seconds(r, 3)}s`,
      (r) => `${loggingTime(r.end)} INFO query took ${seconds(r, 3)}s, ${r.status} rows`,
      (r) => `${loggingTime(r.end)} INFO GET https://api.example.com${r.path} took ${seconds(r, 3)}s`,
      (r) => JSON.stringify({ timestamp: isoTime(r.end), message: 'cache rebuilt', duration_ms: micros(r) / 1000 }),
    ];
    for (const line of others) expect(parse(text(line)).report.requests).toBe(0);
  });
});

describe('a JSON record whose message tells of a request', () => {
  it('has its duration, pid and status under their names', () => {
    const lines: readonly Line[] = [
      (r) =>
        JSON.stringify({
          asctime: loggingTime(r.end),
          message: `${r.method} ${r.path} -> ${r.status}`,
          elapsed_ms: micros(r) / 1000,
          process: r.pid,
        }),
      (r) =>
        JSON.stringify({
          time: isoTime(r.end),
          msg: `Handled "${r.method} ${r.path}"`,
          status_code: r.status,
          duration: micros(r) / 1e6,
          pid: r.pid,
        }),
    ];
    for (const line of lines) {
      const noise =
        '{"asctime":"2024-10-29 17:04:15,000","time":"2024-10-29T17:04:15Z","msg":"cache","message":"cache","elapsed_ms":3,"duration":3}\n';
      const { rows, report } = parse(text(line) + noise);
      expect(report).toMatchObject({ requests: all.length, unparsed: 1 });
      rows.sort((a, b) => a.offset - b.offset);
      expect(Math.max(...durations(rows))).toBeLessThan(2);
      rows.forEach(({ status, worker, route }, i) => {
        expect({ status, worker }).toEqual({ status: all[i].status, worker: String(all[i].pid) });
        expect(route).toMatch(/^(GET|POST) \//);
      });
    }
  });
});
