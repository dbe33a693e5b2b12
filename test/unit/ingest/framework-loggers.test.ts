// What servers of frameworks write through loggers that users configure: shapes as their own formatters made them.
import { describe, expect, it } from 'vitest';
import { parse } from '../../helpers/ingest.ts';
import { all, loggingTime, micros, type Request, seconds } from './no-layout/requests.ts';

const lines = (line: (r: Request, i: number) => string, of: readonly Request[] = all): string =>
  `${of.map(line).join('\n')}\n`;

describe('lines of frameworks behind loggers of their users', () => {
  it('have the stamp of the logger, which is none of the server: aiohttp stamps starts, its logger ends', () => {
    const server = '======== Running on http://0.0.0.0:8080 ========\n';
    const line = (r: Request) =>
      `${loggingTime(r.end)} INFO aiohttp.access: 127.0.0.1 ${r.status} ${r.method} ${r.path} HTTP/1.1 [0]`;
    const { rows } = parse(server + lines(line));
    expect(rows).toHaveLength(all.length);
    expect(rows.every(({ meaning }) => meaning === 'end')).toBe(true);
  });

  it('stay ends where a thread wrote its line a moment after the stamp', () => {
    const late = (r: Request, i: number) => r.end - (i % 5 === 0 ? 40 : 0);
    const { rows } = parse(
      lines(
        (r, i) => `${loggingTime(late(r, i))} [INFO] django.server: "${r.method} ${r.path} HTTP/1.1" ${r.status} 512`,
      ),
    );
    expect(rows[0]).toMatchObject({ format: 'django', meaning: 'end' });
  });

  it("of Django in JSON are requests by their message, and its loggers' objects are none", () => {
    const record = (r: Request, level: string, name: string, message: string, request: string) =>
      JSON.stringify({
        asctime: loggingTime(r.end),
        levelname: level,
        name,
        process: 363,
        thread: 140_009_633_588_928,
        message,
        request,
        ...(name === 'django.server' ? { server_time: '29/Oct/2024 17:04:15' } : {}),
        status_code: r.status,
      });
    const { rows, events } = parse(
      lines((r) => {
        const access = record(
          r,
          'INFO',
          'django.server',
          `"${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes}`,
          "<socket.socket fd=4, family=2, type=1, proto=0, laddr=('127.0.0.1', 8000), raddr=('127.0.0.1', 37506)>",
        );
        const error = `<WSGIRequest: ${r.method} '${r.path}'>`;
        return r.status < 500
          ? access
          : `${record(r, 'ERROR', 'django.request', `Internal Server Error: ${r.path}`, error)}\n${access}`;
      }),
    );
    expect(rows).toHaveLength(all.length);
    expect(new Set(rows.map(({ route }) => route))).toContain('GET /users/{id}');
    // A process that writes JSON says its own pid: all lines may have it.
    expect(rows[0]).toMatchObject({ format: 'django', worker: '363', thread: '140009633588928' });
    expect(events.filter(({ kind }) => kind === 'error')).toHaveLength(
      all.filter(({ status }) => status >= 500).length,
    );
  });

  it('have no worker by the one pid of a journal', () => {
    const line = (r: Request) =>
      JSON.stringify({
        __REALTIME_TIMESTAMP: String(r.end * 1000),
        _PID: '811',
        MESSAGE: `127.0.0.1:52134 - "${r.method} ${r.path} HTTP/1.1" ${r.status}`,
      });
    expect(parse(lines(line)).rows.every(({ worker }) => worker === null)).toBe(true);
  });

  it('have seconds since 1970 in front, also where the server speaks of itself', () => {
    const at = (r: Request) => (r.end / 1000).toFixed(6);
    const boot = `${at({ ...all[0], end: all[0].start })} 811 Started server process [811]\n`;
    const line = (r: Request) => `${at(r)} ${r.pid} 127.0.0.1:5120 "${r.method} ${r.path} HTTP/1.1" ${r.status} OK`;
    const { rows, events } = parse(boot + lines(line));
    expect(rows[0]).toMatchObject({ format: 'uvicorn', meaning: 'response-start', worker: '811' });
    expect(events).toMatchObject([{ kind: 'boot', worker: '811', time: Math.round(Number(boot.slice(0, 17)) * 1e6) }]);
  });

  it("of Tornado have its formatter's stamp, with any colours and fields in its brackets", () => {
    const stamp = (r: Request) => loggingTime(r.end).slice(2).replaceAll('-', '').replace(',', '.');
    const message = (r: Request) => `${r.status} ${r.method} ${r.path} (127.0.0.1) ${(r.end - r.start).toFixed(2)}ms`;
    const at = new Date(Math.floor(all[0].end)).toISOString().replace('Z', '+00:00');
    for (const [line, row] of [
      // What tput says of xterm.
      [(r: Request) => `\x1b[32m[I ${stamp(r).slice(0, 15)} web:2446]\x1b(B\x1b[m ${message(r)}`, {}],
      [(r: Request) => `[I ${stamp(r)} 811 web:2446] ${message(r)}`, { worker: '811', time: at }],
      [(r: Request) => `I ${stamp(r)} 811 web.py:2446 | ${message(r)}`, { worker: '811', time: at }],
    ] as const) {
      const { rows, report } = parse(lines(line));
      expect(rows[0], line(all[0])).toMatchObject({
        format: 'tornado',
        meaning: 'end',
        client: rows[1].client,
        ...row,
      });
      expect(report.assumptions.join()).not.toMatch(/client/);
      expect(rows[0].time?.slice(0, 19)).toBe(at.slice(0, 19));
      expect(rows[0].duration).toBe(Math.round(Number((all[0].end - all[0].start).toFixed(2)) * 1000));
    }
  });

  it('have dates without a sign between month and day, where they stand first', () => {
    const line = (r: Request) =>
      `${loggingTime(r.end).slice(5, 19).replace('-', '')} I ${r.pid} MainThread httptools_impl:482] 127.0.0.1:5120 - "${r.method} ${r.path} HTTP/1.1" ${r.status} OK`;
    const { rows } = parse(lines(line));
    expect(rows.map(({ worker }) => worker)).toEqual(all.map(({ pid }) => String(pid)));
    expect(rows[0].time?.slice(5, 19)).toBe(new Date(all[0].end).toISOString().slice(5, 19));
  });
});

describe('records of JSON whose message is a request without a version', () => {
  it('are read by their names, where those tell how long it took', () => {
    const record = (r: Request) =>
      JSON.stringify({
        http: { url: `http://h${r.path}`, status_code: r.status, method: r.method },
        duration: Math.round((r.end - r.start) * 1e6),
        event: `203.0.113.7 - "${r.method} ${r.path}" ${r.status}`,
        timestamp: new Date(Math.floor(r.end)).toISOString(),
        process: r.pid,
      });
    const { rows } = parse(
      `INFO:     Started server process [811]\n${lines((r) => `${record(r)}\nINFO:     203.0.113.7:5 - "${r.method} ${r.path} HTTP/1.1" ${r.status} OK`)}`,
    );
    expect(rows).toHaveLength(all.length);
    expect(rows.map(({ worker }) => worker)).toEqual(all.map(({ pid }) => String(pid)));
    expect(rows.map(({ duration }) => duration)).toEqual(
      all.map((r) => Math.floor(Math.round((r.end - r.start) * 1e6) / 1000)),
    );
  });
});

describe("gunicorn's lines through structlog", () => {
  const line = (r: Request) =>
    `127.0.0.1 <${r.pid}> "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} ${micros(r)}`;
  const at = (r: Request) => new Date(Math.floor(r.end)).toISOString();
  const boots = ['Listening at: http://127.0.0.1:8000 (800)', 'Using worker: sync', 'Booting worker with pid: 811'];

  const writers: readonly (readonly [string, (text: string, name: string, r: Request) => string])[] = [
    [
      'LogfmtRenderer, whose first value is the message',
      (text, name, r) => `event="${text.replaceAll('"', '\\"')}" logger=${name} level=info timestamp=${at(r)}`,
    ],
    [
      'ConsoleRenderer, which puts the logger behind the message',
      (text, name, r) => `${at(r)} [info     ] ${text.padEnd(30)} [${name}]`,
    ],
  ];
  for (const [name, write] of writers) {
    it(`are what they are without it: ${name}`, () => {
      const own = boots.map((text) => write(text, 'gunicorn.error', all[0])).join('\n');
      const { rows, report } = parse(`${own}\n${lines((r) => write(line(r), 'gunicorn.access', r))}`);
      expect(report).toMatchObject({ format: 'gunicorn', requests: all.length, lifecycle: 3, unparsed: 0 });
      expect(rows.map(({ worker }) => worker)).toEqual(all.map(({ pid }) => String(pid)));
      expect(rows.map(({ duration }) => duration)).toEqual(all.map(micros));
      expect(rows.map(({ time }) => time?.slice(0, 23))).toEqual(all.map((r) => at(r).slice(0, 23)));
    });
  }
});

describe('short lines of named values', () => {
  it('are no messages', () => {
    for (const line of [
      'a=1',
      'e=',
      'event=',
      'event="',
      'msg="x',
      'log=""',
      "{'",
      "{'a': {'}",
      "1 {'a': {'N}",
      "{'a': {'b': N}",
    ]) {
      expect(parse(`${line}\n`.repeat(12)).rows).toEqual([]);
    }
  });
});

describe('dicts of Python', () => {
  // django-requestlogs
  const entry = (r: Request) =>
    `{'action_name': None, 'execution_time': '00:00:0${seconds(r, 6)}', 'timestamp': '${new Date(r.end).toISOString()}', 'request': {'method': '${r.method}', 'full_path': '${r.path}', 'data': '{}', 'query_params': '{"a": "it\\'s \\xe4"}', 'request_headers': "{'n': 1}"}, 'response': {'status_code': ${r.status}, 'data': None}, 'user': {'id': None, 'is_staff': False, 'groups': (1, 2)}}`;

  it('in dicts are read by their names, behind a stamp or alone', () => {
    for (const prefix of ['', '2024-10-29 17:04:15,123 ', '2024-10-29 17:04:15,123 INFO requestlogs ']) {
      const { rows, report } = parse(lines((r) => prefix + entry(r)));
      expect(report).toMatchObject({ requests: all.length, unparsed: 0 });
      expect(rows.map(({ status, duration }) => [status, duration])).toEqual(all.map((r) => [r.status, micros(r)]));
      expect(rows.map(({ time }) => Date.parse(time ?? ''))).toEqual(all.map((r) => Math.floor(r.end)));
    }
  });

  it('that are cut off or nonsense lose no line behind them', () => {
    const whole = entry(all[0]);
    const some = all.slice(0, 30);
    for (let end = 1; end < whole.length; end += 29) {
      const { rows } = parse(`${lines(entry, some)}${whole.slice(0, end)}}\n${entry(all[0])}\n`);
      expect(rows.length).toBeGreaterThan(some.length);
    }
  });
});
