// Requests that two kinds of lines tell of are counted once, and others are not.
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

describe('requests that are told twice', () => {
  const access: Line = (r) =>
    `203.0.113.7 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} "-" "curl" pid=<${r.pid}> us=${micros(r)}`;
  const uvicorn: Line = (r) => `INFO:     203.0.113.7:52134 - "${r.method} ${r.path} HTTP/1.1" ${r.status} OK`;
  const structlog: Line = (r) =>
    JSON.stringify({
      event: 'request_finished',
      request: `${r.method} ${r.path}`,
      code: r.status,
      timestamp: isoTime(r.end),
    });
  const middleware: Line = (r) =>
    `${loggingTime(r.end)} INFO app ${r.method} ${r.path} -> ${r.status} in ${millis(r)}ms`;

  it('are counted once, by the lines that tell more', () => {
    for (const [first, other, format] of [
      [access, structlog, 'gunicorn'],
      [uvicorn, structlog, 'json'],
      [uvicorn, middleware, 'custom'],
    ] as const) {
      const { rows, report } = parse(text((r) => `${other(r)}\n${first(r)}`));
      expect(report).toMatchObject({ requests: all.length, continuation: all.length, unparsed: 0, format });
      expect(rows.every(({ time }) => time !== null)).toBe(true);
      expect(report.assumptions.join()).toMatch(
        /tell of the requests that lines of .* tell of: they are counted where/,
      );
    }
  });

  it('are counted by the lines that tell less where the others leave them out', () => {
    // An exception passes through a middleware that tells of answers; probes it is told not to log.
    const isLeftOut = (r: Request, i: number) => r.status === 500 || i % 3 === 0;
    const probed = all.map((r, i) => (i % 3 === 0 ? { ...r, path: '/healthz', status: 200 } : r));
    const leftOut = probed.filter(isLeftOut).length;
    for (const told of [middleware, structlog]) {
      for (const order of [0, 1]) {
        const pair = (r: Request) => (order === 0 ? `${told(r)}\n${uvicorn(r)}` : `${uvicorn(r)}\n${told(r)}`);
        const input = probed.map((r, i) => `${isLeftOut(r, i) ? uvicorn(r) : pair(r)}\n`).join('');
        for (const chunkBytes of [100, 1 << 20]) {
          const { rows, report } = parse(input, { chunkBytes });
          expect(report).toMatchObject({
            requests: probed.length,
            continuation: probed.length - leftOut,
            unparsed: 0,
          });
          expect(rows.filter(({ format }) => format === 'uvicorn')).toHaveLength(leftOut);
          expect(rows.filter(({ status }) => status === 500)).toHaveLength(
            probed.filter(({ status }) => status === 500).length,
          );
        }
      }
    }
  });

  it('are counted once where the lines of one come some requests later, as those of a handler with a queue do', () => {
    const LATER = 12;
    const probed = all.map((r, i) => (i % 3 === 0 ? { ...r, path: '/healthz', status: 200 } : r));
    const isLeftOut = ({ path }: Request) => path === '/healthz';
    const told = (r: Request | undefined) => (r && !isLeftOut(r) ? `${middleware(r)}\n` : '');
    const late = probed.map((r, i) => `${uvicorn(r)}\n${told(probed[i - LATER])}`).join('');
    const { rows, report } = parse(`${late}${probed.slice(-LATER).map(told).join('')}`);
    expect(report).toMatchObject({ requests: probed.length, unparsed: 0 });
    expect(rows.filter(({ format }) => format === 'uvicorn')).toHaveLength(probed.filter(isLeftOut).length);
  });

  it('are counted without their times where they lack what the others have: all that has a time has a duration then', () => {
    const combined: Line = (r) => access(r).replace(/ pid=.*/, '');
    const input = all
      .map((r) => (r.status === 500 ? `${combined(r)}\n` : `${middleware(r)}\n${combined(r)}\n`))
      .join('');
    const { rows } = parse(input);
    expect(rows).toHaveLength(all.length);
    expect(rows.every(({ time, duration }) => (time === null) === (duration === null))).toBe(true);
    expect(rows.filter(({ time }) => time === null)).toHaveLength(all.filter(({ status }) => status === 500).length);
  });

  it('are counted once where the server writes to standard output and its application to standard error', () => {
    const cri = (r: Request, stream: string) => `${isoTime(r.end).replace('Z', '456789Z')} ${stream} F`;
    const { report } = parse(text((r) => `${cri(r, 'stderr')} ${structlog(r)}\n${cri(r, 'stdout')} ${uvicorn(r)}`));
    expect(report).toMatchObject({ requests: all.length, continuation: all.length, unparsed: 0 });
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
      `203.0.113.7 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} "-" "curl"`;
    const timed: Line = (r) =>
      `${nginx(r)} rt=${seconds(r, 3)} uct="0.000" uht="${seconds(r, 3)}" urt="${seconds(r, 3)}"`;
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
    const rare: Line = (r) => `${loggingTime(r.end)} INFO ${r.method} ${r.path} ${r.status} slow: ${millis(r)}ms`;
    const usual: Line = (r) => `${loggingTime(r.end)} INFO ${r.method} ${r.path} ${r.status} ${millis(r)}ms`;
    const { report } = parse(text((r) => (r.end - r.start > 250 ? rare(r) : usual(r))));
    expect(report).toMatchObject({ requests: all.length, continuation: 0, unparsed: 0 });
  });

  it('are two where they are two: a deploy changed the format', () => {
    const half = all.length / 2;
    const { report } = parse(text(access, all.slice(0, half)) + text(structlog, all.slice(half)));
    expect(report).toMatchObject({ requests: all.length, unparsed: 0 });
  });

  it('are requests of their own where another container writes them, or another version of the server', () => {
    const custom: Line = (r) =>
      `${loggingTime(r.end)} INFO app ${r.method} ${r.path} ${r.status} ${millis(r)}.25ms pid=${r.pid}`;
    const two = all.map((r, i) => (i % 3 === 0 ? `api-1  | ${custom(r)}\n` : `web-1  | ${access(r)}\n`)).join('');
    expect(parse(two).report).toMatchObject({ requests: all.length, unparsed: 0 });
    const rolling = all.map((r, i) => `${i < 40 || (i < 60 && i % 2 === 0) ? access(r) : custom(r)}\n`).join('');
    expect(parse(rolling).report).toMatchObject({ requests: all.length, unparsed: 0 });
    // Of a server and its own application some of the requests.
    const some = all
      .map((r, i) => `${i % 4 === 0 ? `${custom({ ...r, path: '/other' })}\n` : ''}${access(r)}\n`)
      .join('');
    expect(parse(some).report).toMatchObject({ requests: all.length });
  });
});
