// Lines of no known layout: requests in the forms that people give their own logs, and what must not be read into them.
import { describe, expect, it } from 'vitest';
import { parse } from '../../helpers/ingest.ts';
import { createRandom } from '../../helpers/random.ts';

interface Request {
  readonly start: number;
  readonly end: number;
  readonly pid: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly bytes: number;
}

const T0 = Date.UTC(2024, 9, 29, 17, 4, 15);
const sizes: Record<string, number> = { '/': 612, '/api/x': 90, '/users/7': 1203, '/search?q=a+b&n=1': 45_120 };

/** What four sync workers did, in the order of its ends. */
function requests(n = 120): Request[] {
  const random = createRandom(5);
  const free = [0, 0, 0, 0];
  let now = 0;
  return Array.from({ length: n }, () => {
    now += random.exponential(50);
    const worker = free.indexOf(Math.min(...free));
    const start = Math.max(now, free[worker]);
    const end = start + [2.1, 31, 120, 300][Math.floor(random.next() * 4)] * (0.7 + 0.7 * random.next());
    free[worker] = end;
    const paths = Object.keys(sizes);
    const path = paths[Math.floor(random.next() * paths.length)];
    const status = [200, 200, 200, 302, 404, 500][Math.floor(random.next() * 6)];
    const method = random.next() < 0.8 ? 'GET' : 'POST';
    return { start: T0 + start, end: T0 + end, pid: 811 + worker, method, path, status, bytes: sizes[path] };
  }).sort((a, b) => a.end - b.end);
}

const all = requests();
const iso = (ms: number) => new Date(ms).toISOString();
const log = (ms: number) => iso(ms).slice(0, 23).replace('T', ' ').replace('.', ',');
const second = (ms: number) => iso(ms).slice(0, 19).replace('T', ' ');
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const clf = (ms: number) => {
  const [date, time] = second(ms).split(' ');
  return `${date.slice(8)}/${months[Number(date.slice(5, 7)) - 1]}/${date.slice(0, 4)}:${time} +0000`;
};
const ms = ({ start, end }: Request) => Math.round(end - start);
const us = ({ start, end }: Request) => Math.round((end - start) * 1000);
const s = ({ start, end }: Request, digits: number) => ((end - start) / 1000).toFixed(digits);

/** As Go writes it: another unit for each size. */
const go = (r: Request) => {
  const micros = us(r);
  if (micros < 1000) return `${micros}µs`;
  return micros < 100_000 ? `${micros / 1000}ms` : `${micros / 1e6}s`;
};
/** str() of a timedelta. */
const delta = (r: Request) => `0:00:0${s(r, 6)}`;
/** Now and then made of digits only. */
const id = (r: Request) =>
  r.end % 7 < 1
    ? '12345678'
    : `${Math.floor(r.end * 1000)
        .toString(16)
        .slice(-8)}`;

type Line = (request: Request) => string;

/** Name, line, and what must be found in every line: d duration, p pid, e stamp of the end, s of the start. */
const forms: readonly (readonly [string, Line, string])[] = [
  ['pipes', (r) => `${log(r.end)} | ${r.method} | ${r.path} | ${r.status} | ${ms(r)}ms | pid=${r.pid}`, 'dpe'],
  ['tabs', (r) => `${iso(r.end)}\t203.0.113.7\t${r.method}\t${r.path}\t${r.status}\t${r.bytes}\t${s(r, 3)}`, 'de'],
  ['commas', (r) => `${iso(r.end)},${r.pid},${r.method},${r.path},${r.status},${r.bytes},${ms(r)}`, 'dpe'],
  ['quoted commas', (r) => `"${iso(r.end)}","${r.pid}","${r.method}","${r.path}","${r.status}","${ms(r)}ms"`, 'dpe'],
  ['semicolons', (r) => `${iso(r.end)};203.0.113.7;${r.method};${r.path};${r.status};${r.bytes};${us(r)}`, 'de'],
  ['stamps of starts', (r) => `${iso(r.start)},${r.method},${r.path},${r.status},${s(r, 6)}`, 'ds'],
  [
    'names and colons',
    (r) => `time: ${log(r.end)} method: ${r.method} path: ${r.path} status: ${r.status} took: ${ms(r)}ms`,
    'de',
  ],
  [
    'brackets',
    (r) => `[${second(r.end)}] [${r.pid}] [${r.method}] [${r.path}] [${r.status}] [${ms(r)} ms] [curl/8.5.0]`,
    'dp',
  ],
  ['an arrow', (r) => `${log(r.end)} INFO [web] ${r.method} ${r.path} -> ${r.status} in ${ms(r)}ms`, 'de'],
  [
    'words',
    (r) =>
      `${log(r.end)} ${r.pid} INFO handled (${r.method} ${r.path} HTTP/1.1) status ${r.status} after ${s(r, 4)} seconds`,
    'dpe',
  ],
  [
    'loguru',
    (r) =>
      `${second(r.end)}.${iso(r.end).slice(20, 23)} | INFO     | app.main:log:31 - ${r.method} ${r.path} - ${r.status} - ${s(r, 4)}s`,
    'de',
  ],
  [
    'an epoch first',
    (r) => `${(r.end / 1000).toFixed(3)} ${r.pid} ${r.method} ${r.path} ${r.status} ${r.bytes} ${s(r, 6)}`,
    'dpe',
  ],
  ['month first', (r) => `10/29/2024 ${second(r.end).slice(11)} ${r.method} ${r.path} ${r.status} ${ms(r)}ms`, 'd'],
  [
    'gunicorn, piped',
    (r) =>
      `203.0.113.7 | [${clf(r.end)}] | ${r.method} ${r.path} HTTP/1.1 | ${r.status} | ${r.bytes} | ${us(r)} | <${r.pid}>`,
    'dp',
  ],
  [
    'LTSV',
    (r) =>
      `time:${iso(r.end)}\thost:203.0.113.7\tmethod:${r.method}\turi:${r.path}\tstatus:${r.status}\tsize:${r.bytes}\treqtime:${s(r, 3)}\tpid:${r.pid}`,
    'dpe',
  ],
  ['no time', (r) => `${r.method} ${r.path} ${r.status} ${s(r, 4)} s`, 'd'],
  ["Python's timedelta", (r) => `${log(r.end)} INFO ${r.method} ${r.path} ${r.status} ${delta(r)}`, 'de'],
  [
    "Go's durations",
    (r) => `${log(r.end)} "${r.method} http://h${r.path} HTTP/1.1" - ${r.status} 90B in ${go(r)}`,
    'de',
  ],
  ['minutes and seconds', (r) => `${log(r.end)} ${r.method} ${r.path} ${r.status} took 0m${s(r, 3)}s`, 'de'],
  [
    'a sentence',
    (r) =>
      `[${iso(r.end)}] Request ${id(r)} ${r.method} ${r.path} done. Status code: ${r.status}. Time elapsed: ${s(r, 4)}`,
    'de',
  ],
  [
    'identifiers',
    (r) =>
      `${log(r.end)} | INFO | ${id(r)} | 203.0.113.7:52134 - "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.status === 404 ? 'Not Found' : 'OK'} ${ms(r)}ms`,
    'de',
  ],
  [
    'identifiers in a dict',
    (r) =>
      `${log(r.end)} INFO root {'id': '${id(r)}', 'method': '${r.method}', 'url': 'http://h${r.path}', 'status': ${r.status}, 'elapsed_ms': ${(us(r) / 1000).toFixed(2)}}`,
    'de',
  ],
  [
    'an epoch and a pid',
    (r) => `${(r.end / 1000).toFixed(6)} ${r.pid} "${r.method} ${r.path}" ${r.status} ${s(r, 6)}`,
    'dpe',
  ],
  [
    'a timedelta in JSON',
    (r) =>
      JSON.stringify({
        timestamp: iso(r.end),
        method: r.method,
        path: r.path,
        status_code: r.status,
        duration: delta(r),
      }),
    'de',
  ],
  [
    'a blank in front of the unit in JSON',
    (r) =>
      JSON.stringify({ at: iso(r.end), httpMethod: r.method, path: r.path, code: r.status, elapsed: `${ms(r)} ms` }),
    'de',
  ],
  [
    'exponents',
    (r) =>
      `${log(r.end)} INFO ${r.method} ${r.path} ${r.status} took ${us(r) < 3000 ? `${us(r) / 100}e-04` : s(r, 6)} seconds`,
    'de',
  ],
  [
    "structlog's KeyValueRenderer (logfmt)",
    (r) =>
      `timestamp='${iso(r.end)}' level='info' event='request done' method='${r.method}' path='${r.path}' status=${r.status} duration=${s(r, 6)} pid=${r.pid}`,
    'dpe',
  ],
  [
    'a size by its name',
    (r) =>
      `${iso(r.end)} INFO http: ${r.method} ${r.path} status=${r.status} bytes=${r.bytes} latency=${ms(r)}ms worker=${r.pid}`,
    'dpe',
  ],
  [
    'identifiers that look like epochs',
    (r) =>
      `${log(r.end)} INFO [web] [trace_id=${1_730_221_455_000_000 + (us(r) % 1000)}] ${(1e18 + r.end * 123_457_891).toFixed(0)} - ${r.method} ${r.path} ${r.status} ${ms(r)}ms`,
    'de',
  ],
  [
    'the start by its name',
    (r) => JSON.stringify({ started_at: iso(r.start), method: r.method, path: r.path, status: r.status }),
    's',
  ],
  [
    'keys of its own',
    (r) =>
      JSON.stringify({
        '@t': iso(r.end),
        httpMethod: r.method,
        requestPath: r.path,
        statusCode: r.status,
        elapsedMs: ms(r),
        proc: `<${r.pid}>`,
      }),
    'dpe',
  ],
  [
    'Elastic Common Schema',
    (r) =>
      JSON.stringify({
        '@timestamp': iso(r.end),
        http: { request: { method: r.method }, response: { status_code: r.status } },
        url: { path: r.path },
        event: { duration: us(r) * 1000 },
        process: { pid: r.pid },
      }),
    'dpe',
  ],
  [
    'Cloud Logging',
    (r) =>
      JSON.stringify({
        httpRequest: {
          requestMethod: r.method,
          requestUrl: `https://h${r.path}`,
          status: r.status,
          latency: `${s(r, 6)}s`,
        },
        timestamp: iso(r.end),
      }),
    'de',
  ],
  [
    'pino',
    (r) =>
      JSON.stringify({
        time: Math.floor(r.end),
        pid: r.pid,
        req: { method: r.method, url: r.path },
        res: { statusCode: r.status },
        responseTime: ms(r),
        msg: 'request completed',
      }),
    'dpe',
  ],
  [
    'logfmt with a name of its own',
    (r) => `ts=${iso(r.end)} method=${r.method} path=${r.path} status=${r.status} dur_us=${us(r)} proc=${r.pid}`,
    'dpe',
  ],
  [
    'logfmt with commas',
    (r) => `time=${iso(r.end)}, method=${r.method}, uri=${r.path}, status=${r.status}, took=${ms(r)}ms`,
    'de',
  ],
];

const text = (line: Line, of: readonly Request[] = all) => of.map((request) => `${line(request)}\n`).join('');

describe('lines of no known layout', () => {
  it('are found by the columns that most have, where a value is empty or ends in a blank', () => {
    const line: Line = (r) =>
      `${log(r.end)} | pid:${r.pid} | 203.0.113.7:52134 | ${r.method} ${r.path} | ${r.status} OK`;
    const { rows, report } = parse(`${text(line)}${line({ ...all[0], status: 299 }).replace('OK', '')}\n`);
    expect(report).toMatchObject({ requests: all.length + 1, unparsed: 0 });
    expect(rows[0]).toMatchObject({ worker: String(all[0].pid), meaning: 'end' });
  });

  it('may have their stamp behind the status, and a duration where the size stands elsewhere', () => {
    const line: Line = (r) =>
      `203.0.113.7 "${r.method} ${r.path} HTTP/1.1" ${r.status} ${us(r)} <${r.pid}> [${clf(r.end)}]`;
    const { rows, report } = parse(text(line));
    expect(report).toMatchObject({ requests: all.length, unparsed: 0, format: 'gunicorn' });
    expect(rows[0]).toMatchObject({ worker: String(all[0].pid), bytes: null, duration: us(all[0]) });
    expect(rows[0].time).toMatch(/^2024-10-29T17:04:15/);
    const colon: Line = (r) =>
      `${iso(r.end)} "${r.method} ${r.path} HTTP/1.1" ${r.status} pid:${r.pid} took:${ms(r)}ms`;
    expect(parse(text(colon)).rows[0]).toMatchObject({ worker: String(all[0].pid), duration: ms(all[0]) * 1000 });
  });

  for (const [name, line, found] of forms) {
    it(`${name}: ${line(all[0]).slice(0, 90)}`, () => {
      const { rows, report } = parse(text(line));
      expect(report).toMatchObject({ requests: all.length, unparsed: 0 });
      rows.sort((a, b) => a.offset - b.offset);
      rows.forEach((row, i) => {
        const request = all[i];
        expect(row.status).toBe(request.status);
        expect(row.route).toMatch(new RegExp(`^${request.method} /`));
        const micros = us(request);
        if (found.includes('d')) expect(Math.abs((row.duration ?? -1e9) - micros)).toBeLessThan(1001);
        else expect(row.duration).toBeNull();
        expect(row.worker).toBe(found.includes('p') ? String(request.pid) : null);
        const stamp = found.includes('s') ? request.start : request.end;
        if (/[se]/.test(found)) expect(Math.abs(Date.parse(row.time ?? '') - stamp)).toBeLessThanOrEqual(1);
      });
      if (/[se]/.test(found)) expect(rows[0].meaning).toBe(found.includes('s') ? 'start' : 'end');
      if (!/logfmt|JSON|by its name|identifiers$|an epoch and/.test(name))
        expect(report.assumptions.join()).toMatch(/no known layout/);
    });
  }

  it('are found inside envelopes and among the lines of a server', () => {
    const line: Line = (r) => `${log(r.end)} | ${r.method} | ${r.path} | ${r.status} | ${ms(r)}ms`;
    const wrapped = all
      .map((r) => JSON.stringify({ log: `${line(r)}\n`, stream: 'stdout', time: iso(r.end) }))
      .join('\n');
    expect(parse(`${wrapped}\n`).report).toMatchObject({ requests: all.length, envelope: 'docker' });
    const own = '[2024-10-29 17:04:15 +0000] [811] [INFO] Booting worker with pid: 811\n';
    expect(parse(own + text(line)).report).toMatchObject({ requests: all.length, lifecycle: 1, format: 'gunicorn' });
  });

  it('do not make a duration of a size, nor of whole numbers that fit two units', () => {
    const size: Line = (r) => `${iso(r.end)} ${r.method} ${r.path} ${r.status} ${r.bytes}`;
    const sized = parse(text(size));
    expect(sized.rows.every(({ duration, worker }) => duration === null && worker === null)).toBe(true);
    expect(sized.rows[0].bytes).toBe(all[0].bytes);
    // A size that differs from answer to answer.
    const random = createRandom(3);
    const page: Line = (r) =>
      `${iso(r.end)} ${r.method} ${r.path} ${r.status} ${r.status < 300 ? Math.floor(random.next() * 9000) : 12}`;
    const { rows, report } = parse(text(page));
    expect(rows.every(({ duration, worker }) => duration === null && worker === null)).toBe(true);
    expect(report.assumptions.join()).toMatch(/may be a size or a duration: it is not used/);
    // Behind a line that any server writes a size is no pid.
    const behind: Line = (r) =>
      `203.0.113.7 - - [${clf(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} 0 "-" "-" ${r.bytes}`;
    expect(parse(text(behind)).rows.every(({ duration, worker }) => duration === null && worker === null)).toBe(true);
    // A service none of whose answers takes less than 50 ms, or 50 µs.
    const vague = (r: Request) => 50 + (us(r) % 1900);
    const open = parse(
      text(
        (r) => JSON.stringify({ ts: iso(r.end), method: r.method, path: r.path, status: r.status, took: vague(r) }),
        all.filter((_, i) => i % 40 === 0),
      ),
    );
    expect(open.rows.every(({ duration }) => duration === null)).toBe(true);
    expect(open.report.assumptions.join()).toMatch(/"took" looks like a duration and is not used/);
  });

  it('are no lines of a client library, and none that say nothing of a request', () => {
    const httpx = 'INFO:httpx:HTTP Request: GET https://api.example.com/v1/x "HTTP/1.1 200 OK"\n';
    const urllib3 = 'DEBUG:urllib3.connectionpool:https://api.example.com:443 "GET /v1/x HTTP/1.1" 200 512\n';
    for (const line of [httpx, urllib3])
      expect(parse(line.repeat(20)).report).toMatchObject({ requests: 0, unparsed: 20 });
    const chatter =
      '2024-10-29 17:04:15,123 INFO GET something done 200 times\n2024-10-29 17:04:15,123 INFO see /etc/app for 404 reasons\n';
    expect(parse(chatter.repeat(10)).report).toMatchObject({ requests: 0 });
  });

  it('give a duration written with an exponent', () => {
    const line = '{"ts":"2024-10-29T17:04:15.123Z","method":"GET","path":"/a","status":200,"duration_s":9.5e-05}\n';
    expect(parse(line).rows[0].duration).toBe(95);
  });
});

describe('fields that are not what their names say', () => {
  it('a path under "request" beside a method, and a duration under "process", as a template for Apache has them', () => {
    const line: Line = (r) =>
      JSON.stringify({ time: iso(r.end), process: String(us(r)), request: r.path, method: r.method, status: r.status });
    const { rows } = parse(text(line));
    expect(rows.every(({ route, worker }) => /^(GET|POST) \//.test(route ?? '') && worker === null)).toBe(true);
  });

  it('the pid of nginx, and the status of its upstream', () => {
    const line: Line = (r) =>
      JSON.stringify({
        ts: iso(r.end),
        pid: 31,
        uri: r.path,
        method: r.method,
        status: r.status,
        urt: s(r, 3),
        us: '200',
      });
    expect(parse(text(line)).rows.every(({ worker }) => worker === null)).toBe(true);
    const own: Line = (r) =>
      `[${(r.end / 1000).toFixed(3)}] 203.0.113.7 ${r.method} http://h${r.path} ${r.status} ${r.bytes} rt=${s(r, 3)} us="${r.status}"`;
    expect(parse(text(own)).rows[0].duration).toBe(Math.round(us(all[0]) / 1000) * 1000);
  });

  it("nginx's ratio of compression, the time of a part, the time of what stands behind", () => {
    const access: Line = (r) =>
      `203.0.113.7 - - [${clf(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} "-" "curl/8.5.0"`;
    const ratio = parse(text((r) => `${access(r)} "${(1 + (us(r) % 900) / 100).toFixed(2)}"`));
    expect(ratio.report.unparsed).toBe(0);
    expect(ratio.rows.every(({ duration }) => duration === null)).toBe(true);
    const part = parse(text((r) => `${access(r)} ${(us(r) / 4e6).toFixed(6)} ${s(r, 6)}`));
    expect(part.rows.map(({ duration }) => duration)).toEqual(all.map(us));
    const gateway: Line = (r) =>
      JSON.stringify({
        requestTime: clf(r.end),
        routeKey: 'ANY /{proxy+}',
        httpMethod: r.method,
        path: r.path,
        status: String(r.status),
        integrationLatency: String(Math.round(ms(r) / 2)),
        responseLatency: String(ms(r)),
      });
    const { rows } = parse(text(gateway));
    expect(rows.map(({ duration }) => duration)).toEqual(all.map((r) => ms(r) * 1000));
    expect(rows.every(({ route }) => /^(GET|POST) \/[^{]*/.test(route ?? ''))).toBe(true);
  });

  it('the message of a record that tells the same request with its duration', () => {
    const record = (r: Request, duration: number) =>
      JSON.stringify({
        http: { url: `http://h:8000${r.path}`, status_code: r.status, method: r.method, version: '1.1' },
        network: { client: { ip: '203.0.113.7', port: 52134 } },
        duration,
        event: `203.0.113.7:52134 - "${r.method} ${r.path} HTTP/1.1" ${r.status}`,
        timestamp: iso(r.end),
      });
    const nanos = parse(text((r) => record(r, us(r) * 1000 + 7)));
    expect(nanos.rows.map(({ duration }) => duration)).toEqual(all.map(us));
    // Of a service none of whose answers takes less than 0.1 s, or 0.1 ms.
    const few = all.filter((_, i) => i % 8 === 0);
    const open = parse(text((r) => record(r, 200_000 + us(r)), few));
    expect(open.report.requests).toBe(few.length);
    expect(open.rows.every(({ duration }) => duration === null)).toBe(true);
    const alone = parse(
      text(
        (r) => JSON.stringify({ ts: iso(r.end), method: r.method, path: r.path, status: r.status, took: 2e5 + us(r) }),
        few,
      ),
    );
    expect(alone.rows.every(({ duration }) => duration === null)).toBe(true);
    expect(alone.report.assumptions.join()).toMatch(/may be microseconds or nanoseconds/);
  });

  it('texts in quotes beside one that is a request', () => {
    const line: Line = (r) =>
      `203.0.113.7 [${iso(r.end)}] ${r.status} "${r.method} ${r.path} HTTP/1.1" [${s(r, 3)}] [-] "curl/8.5.0"`;
    expect(parse(text(line)).rows.every(({ duration }) => duration !== null)).toBe(true);
  });
});

describe('requests that are told twice', () => {
  const access: Line = (r) =>
    `203.0.113.7 - - [${clf(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} "-" "curl" pid=<${r.pid}> us=${us(r)}`;
  const uvicorn: Line = (r) => `INFO:     203.0.113.7:52134 - "${r.method} ${r.path} HTTP/1.1" ${r.status} OK`;
  const structlog: Line = (r) =>
    JSON.stringify({
      event: 'request_finished',
      request: `${r.method} ${r.path}`,
      code: r.status,
      timestamp: iso(r.end),
    });
  const middleware: Line = (r) => `${log(r.end)} INFO app ${r.method} ${r.path} -> ${r.status} in ${ms(r)}ms`;

  it('are counted once, by the lines that tell more', () => {
    for (const [first, other, format] of [
      [access, structlog, 'gunicorn'],
      [uvicorn, structlog, 'json'],
      [uvicorn, middleware, 'custom'],
    ] as const) {
      const { rows, report } = parse(text((r) => `${other(r)}\n${first(r)}`));
      expect(report).toMatchObject({ requests: all.length, continuation: all.length, unparsed: 0, format });
      expect(rows.every(({ time }) => time !== null)).toBe(true);
      expect(report.assumptions.join()).toMatch(/tell of the requests that lines of .* tell of: they are not counted/);
    }
  });

  it('are counted once where one writes a path decoded and the other does not, and where one writes in colour', () => {
    const odd = all.map((r, i) => ({ ...r, path: i % 3 === 0 ? '/caf%C3%A9/a%20b' : r.path }));
    const decoded: Line = (r) => middleware({ ...r, path: decodeURIComponent(r.path) });
    const coloured: Line = (r) => `\u001b[32m${decoded(r)}\u001b[0m`;
    for (const other of [decoded, coloured]) {
      const { report } = parse(text((r) => `${other(r)}\n${uvicorn(r)}`, odd));
      expect(report).toMatchObject({ requests: all.length, format: 'custom' });
    }
  });

  it('are counted once where a proxy tells of them beside its server, in one stream of several containers', () => {
    const nginx: Line = (r) =>
      `203.0.113.7 - - [${clf(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} "-" "curl"`;
    const timed: Line = (r) => `${nginx(r)} rt=${s(r, 3)} uct="0.000" uht="${s(r, 3)}" urt="${s(r, 3)}"`;
    const combined: Line = (r) => nginx(r).replace('203.0.113.7', '172.18.0.3').replace('HTTP/1.1', 'HTTP/1.0');
    for (const [server, proxy, format] of [
      [combined, nginx, 'combined'],
      [access, timed, 'gunicorn'],
      [uvicorn, timed, 'nginx'],
      [combined, timed, 'nginx'],
    ] as const) {
      // The proxy answers some by itself.
      const own = proxy({ ...all[0], path: '/static/a.css' });
      const { report, rows } = parse(
        text(
          (r) => `web-1    | ${server(r)}\nnginx-1  | ${proxy(r)}\n${r.end % 5 < 1 ? `nginx-1  | ${own}\n` : ''}`,
        ).replaceAll('\n\n', '\n'),
      );
      expect(report.requests - rows.filter(({ route }) => route === 'GET /static/a.css').length).toBe(all.length);
      expect(report).toMatchObject({ unparsed: 0, format });
      expect(report.assumptions.join()).toMatch(/tell of the requests that lines of .* tell of: they are not counted/);
    }
  });

  it('are not those of two replicas, which have the same routes', () => {
    const line: Line = (r) => `web-${1 + (r.pid % 2)}  | ${access(r)}`;
    const proxied: Line = (r) => `nginx-${1 + (r.pid % 2)}  | ${access(r)}`;
    for (const one of [line, proxied]) expect(parse(text(one)).report.requests).toBe(all.length);
  });

  it('are none where a rare kind of line has the routes of a usual one', () => {
    const rare: Line = (r) => `${log(r.end)} INFO ${r.method} ${r.path} ${r.status} slow: ${ms(r)}ms`;
    const usual: Line = (r) => `${log(r.end)} INFO ${r.method} ${r.path} ${r.status} ${ms(r)}ms`;
    const { report } = parse(text((r) => (r.end - r.start > 250 ? rare(r) : usual(r))));
    expect(report).toMatchObject({ requests: all.length, continuation: 0, unparsed: 0 });
  });

  it('are two where they are two: a deploy changed the format', () => {
    const half = all.length / 2;
    const { report } = parse(text(access, all.slice(0, half)) + text(structlog, all.slice(half)));
    expect(report).toMatchObject({ requests: all.length, unparsed: 0 });
  });
});

describe('times of day without a date', () => {
  const clock = (ms: number) => iso(ms).slice(11, 23).replace('.', ',');
  const gaps = (times: readonly (string | null)[]) =>
    times.slice(1).map((time, i) => Date.parse(time ?? '') - Date.parse(times[i] ?? ''));

  it('are stamps of one day, or of two where midnight lies between', () => {
    for (const shift of [0, 24 * 3_600_000 - (T0 % (24 * 3_600_000)) - 800]) {
      const moved = all.map((r) => ({ ...r, start: r.start + shift, end: Math.round(r.end + shift) }));
      for (const line of [
        (r: Request) => `${clock(r.end)} INFO ${r.method} ${r.path} ${r.status} ${us(r)}us`,
        (r: Request) => `${clock(r.end)} INFO web: 203.0.113.7:52134 - "${r.method} ${r.path} HTTP/1.1" ${r.status} OK`,
      ]) {
        const { rows, report } = parse(text(line, moved));
        expect(report).toMatchObject({ requests: all.length, unparsed: 0 });
        rows.sort((a, b) => a.offset - b.offset);
        expect(gaps(rows.map(({ time }) => time))).toEqual(moved.slice(1).map(({ end }, i) => end - moved[i].end));
        expect(report.assumptions.join()).toMatch(/times of day without a date/);
        const age = Date.now() - Date.parse(rows[0].time ?? '');
        expect(age).toBeGreaterThan(-11 * 60_000);
        expect(age).toBeLessThan(25 * 3_600_000);
      }
    }
  });

  it('are none beside a stamp with a date, and no durations', () => {
    const dated = parse(text((r) => `${clf(r.end)} ${clock(r.end)} ${r.method} ${r.path} ${r.status} ${ms(r)}ms`));
    expect(dated.rows[0].time).toMatch(/^2024-10-29T17:04:15/);
    const spent = (r: Request) => iso(Math.round(r.end - r.start)).slice(11, 23);
    const none = parse(text((r) => `took ${spent(r)} ${r.method} ${r.path} ${r.status}`));
    expect(none.rows.every(({ time }) => time === null)).toBe(true);
    const python = parse(text((r) => `${log(r.end)} ${r.method} ${r.path} ${r.status} ${delta(r)}`));
    expect(python.rows.every(({ client }) => client === 0)).toBe(true);
  });
});

describe('what is said of such lines', () => {
  it('holds no control character, whatever their keys are', () => {
    const line = {
      ts: '2024-10-29T17:04:15Z',
      'm\u001b[31m': 'GET',
      'p\u0007': '/a',
      'status\u202e': 200,
      'took\u001b': 120,
    };
    const { report } = parse(`${JSON.stringify(line)}\n`.repeat(20));
    expect(report.requests).toBe(20);
    expect(report.assumptions.join()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  });
});
