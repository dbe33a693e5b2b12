// Configurations that people publish, drawn at random: what was wrong of them, or not read, once.
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

const agents = [
  'curl/8.5.0',
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'kube-probe/1.31',
];
const agent = (r: Request) => agents[all.indexOf(r) % agents.length];
const asked = (r: Request) => `${r.method} ${r.path} HTTP/1.1`;
const routeOf = ({ path }: Request) => path.replace(/\?.*/, '').replace(/\d+$/, '{id}');
const read = (line: Line) => {
  const parsed = parse(text(line));
  parsed.rows.sort((a, b) => a.offset - b.offset);
  expect(parsed.report).toMatchObject({ requests: all.length, unparsed: 0 });
  expect(parsed.rows.map(({ status }) => status)).toEqual(all.map(({ status }) => status));
  expect(parsed.rows.every(({ route }) => /^(?:GET|POST) \//.test(route ?? ''))).toBe(true);
  return parsed;
};
const durations = (line: Line) => read(line).rows.map(({ duration }) => duration);

describe('published configurations', () => {
  it('texts in single quotes are texts, whatever their words', () => {
    const line: Line = (r) =>
      `203.0.113.7 - - [${clfTime(r.end)}] '${asked(r)}' ${r.status} ${r.bytes} '-' '${agent(r)}' in ${micros(r)}µs`;
    expect(durations(line)).toEqual(all.map(micros));
  });

  it('a duration behind texts of several looks is read all the same', () => {
    const referer = (r: Request) => (all.indexOf(r) % 3 === 0 ? 'https://example.com/a?b=1' : '-');
    const line: Line = (r) =>
      `203.0.113.7 - - [${clfTime(r.end)}] '${asked(r)}' ${r.status} ${r.bytes} '${referer(r)}' '${agent(r)}' in ${micros(r)}µs`;
    expect(durations(line)).toEqual(all.map(micros));
  });

  it('a status with its phrase, and a date with the day first, may stand in a dict within a dict', () => {
    const line: Line = (r) =>
      `{'timestamp': '29/10/2024 17:04:15', 'level': 'INFO', 'message': {'status_code': '${r.status} OK', 'client_addr': '203.0.113.7:0', 'request': '${asked(r)}'}}`;
    expect(read(line).rows.every(({ time }) => time?.startsWith('2024-10-29T17:04:15') === true)).toBe(true);
  });

  it('a user agent at the end may stand in no quotes', () => {
    const line: Line = (r) => `203.0.113.7 - - [${clfTime(r.end)}] ${asked(r)} ${r.status} ${r.bytes} - ${agent(r)}`;
    expect(read(line).rows.map(({ bytes }) => bytes)).toEqual(all.map(({ bytes }) => bytes));
  });

  it('a unit may stand apart inside of the quotes', () => {
    const line: Line = (r) =>
      `203.0.113.7 [${clfTime(r.end)}] "${asked(r)}" ${r.status} ${r.bytes} request_time="${micros(r)} usec"`;
    expect(durations(line)).toEqual(all.map(micros));
  });

  it("Tyk's latency_total is the time of the request", () => {
    const line: Line = (r) =>
      `time="Oct 29 17:04:15" level=info api_name=web client_ip="203.0.113.7" latency_total=${millis(r)} method=${r.method} path=${r.path.split('?')[0]} prefix=access-log status=${r.status} upstream_latency=${Math.floor(millis(r) / 2)}`;
    expect(durations(line)).toEqual(all.map((r) => millis(r) * 1000));
  });

  it("nginx's JSON may give the request under any name", () => {
    const line: Line = (r) =>
      JSON.stringify({
        remote_addr: '203.0.113.7',
        time_local: clfTime(r.end),
        request_line: asked(r),
        status: String(r.status),
        body_bytes_sent: String(r.bytes),
        request_time: seconds(r, 3),
      });
    expect(read(line).report.format).toBe('nginx');
  });

  it("gunicorn's %(D)s under a name that says milliseconds is no duration of minutes", () => {
    const rarely = (r: Request) => r.end + all.indexOf(r) * 20_000;
    const line: Line = (r) =>
      `{"time":"[${clfTime(rarely(r))}]","method":"${r.method}","path":"${r.path}","status":${r.status},"duration_ms":${micros(r)},"pid":<${r.pid}>}`;
    const { rows, report } = read(line);
    expect(rows.every(({ duration }) => duration === null)).toBe(true);
    expect(report.assumptions.join()).toMatch(/"duration_ms" is not used.*%\(D\)s/);
    // Where as many requests at once as milliseconds would mean cannot be, it is read.
    expect(durations((r) => line({ ...r, end: r.end }).replace(clfTime(rarely(r)), clfTime(r.end)))).toEqual(
      all.map(micros),
    );
    // And so are milliseconds.
    const right: Line = (r) => line(r).replace(`:${micros(r)},`, `:${millis(r)},`);
    expect(durations(right)).toEqual(all.map((r) => millis(r) * 1000));
  });

  it('short times that come again are no pids: some come once', () => {
    const line: Line = (r) =>
      `79a5 bucket [${clfTime(r.start)}] 203.0.113.7 - 3E57 REST.GET "${asked(r)}" ${r.status} - ${r.bytes} 4406 ${millis(r)} ${1 + Math.floor(millis(r) / 9)} "-" "curl/8.5.0"`;
    expect(read(line).rows.every(({ worker }) => worker === null)).toBe(true);
  });

  it("Traefik's end is none of uvicorn's", () => {
    const own = (at: number, said: string) => `${isoTime(at)} INF ${said}\n`;
    const { start } = all[0];
    const log = `${own(start, 'Traefik version 3.7.15 built on 2026-10-15T14:33:48Z version=3.7.15')}${own(start + 9, 'Shutting down')}`;
    const { events, report } = parse(log);
    expect(events).toEqual([]);
    expect(report).toMatchObject({ lifecycle: 2, unparsed: 0 });
    expect(parse('INFO:     Shutting down\n').events).toMatchObject([{ kind: 'shutdown' }]);
  });

  it("ingress-nginx's JSON gives the URL without its scheme", () => {
    const line: Line = (r) =>
      `{"timestamp":"${isoTime(r.end)}","upstreamStatus":"${r.status}","httpRequest":{"requestMethod":"${r.method}","requestUrl":"shop.example.com${r.path}","status":${r.status},"responseSize":"${r.bytes}","userAgent":"${agent(r)}","latency":"${seconds(r, 3)} s"}}`;
    const { rows } = read(line);
    expect(rows.map(({ route }) => route)).toEqual(all.map((r) => `${r.method} ${routeOf(r)}`));
    expect(rows.map(({ duration }) => duration)).toEqual(all.map((r) => Number(seconds(r, 3)) * 1e6));
  });

  it('a record may have a "log" of its own, which is none of Docker\'s', () => {
    const line: Line = (r) =>
      `{"log":"main","time":"${isoTime(r.end)}","request":{"method":"${r.method}","uri":"${r.path}","time":"${seconds(r, 3)}"},"response":{"status":"${r.status}"}}`;
    expect(durations(line)).toEqual(all.map((r) => Number(seconds(r, 3)) * 1e6));
  });

  it('uWSGI may be told to put the status in brackets behind the protocol', () => {
    const line: Line = (r) =>
      `${isoTime(r.start).slice(0, 19)} alerta[${r.pid}]: [HTTP/1.1 ${r.status}] ${r.method} ${r.path} (${r.bytes} bytes, ${millis(r)} ms) ip=203.0.113.7`;
    expect(durations(line)).toEqual(all.map((r) => millis(r) * 1000));
  });

  it('a sentence may end behind the unit', () => {
    const line: Line = (r) =>
      `[${isoTime(r.end)}] INFO in api: ${r.method} ${r.path} ${r.status} processed in ${millis(r)} ms.`;
    expect(durations(line)).toEqual(all.map((r) => millis(r) * 1000));
  });

  it('two equal times are no size and a time', () => {
    const line: Line = (r) =>
      `${isoTime(r.start)} ${r.method} ${r.path} ${r.status} ${millis(r)} 10.0.0.2:8000 ${millis(r)}`;
    expect(read(line).rows.every(({ bytes }) => bytes === null)).toBe(true);
  });

  it('milliseconds of the clock are no duration, whatever their name', () => {
    const line: Line = (r) =>
      `${isoTime(r.end).slice(0, 19)} INFO:     uvicorn.access -: 203.0.113.7:52134 - "${asked(r)}" wall-time: ${isoTime(r.end).slice(20, 23)}(ms) ${r.status}`;
    expect(durations(line).every((duration) => duration === null)).toBe(true);
    const took: Line = (r) => line(r).replace(/: \d{3}\(ms\)/, `: ${millis(r)}(ms)`);
    expect(durations(took)).toEqual(all.map((r) => millis(r) * 1000));
  });

  it('the labels of ltsv.org are read, with the request beside its parts', () => {
    const line: Line = (r) =>
      `time:${clfTime(r.end)}\thost:203.0.113.7\tforwardedfor:-\treq:${asked(r)}\tstatus:${r.status}\tmethod:${r.method}\turi:${r.path}\tsize:${r.bytes}\treferer:-\tua:${agent(r)}\treqtime:${seconds(r, 3)}\tcache:-\truntime:-\tapptime:${seconds(r, 3)}\tvhost:a.example`;
    const { rows } = read(line);
    expect(rows.map(({ duration }) => duration)).toEqual(all.map((r) => Number(seconds(r, 3)) * 1e6));
    expect(rows.map(({ bytes }) => bytes)).toEqual(all.map(({ bytes }) => bytes));
  });

  it('"pid-811" behind a stamp is a pid', () => {
    const lines: Line[] = [
      (r) => `${loggingTime(r.end)} [pid-${r.pid}] INFO ${r.method} ${r.path} ${r.status} ${millis(r)}ms`,
      (r) => `${loggingTime(r.end)} [PID-${r.pid}] INFO:     203.0.113.7:52134 - "${asked(r)}" ${r.status} X`,
      (r) =>
        `${loggingTime(r.end)} [PID-${r.pid}] [INFO] 203.0.113.7 - - [${clfTime(r.end)}] "${asked(r)}" ${r.status} ${r.bytes} "-" "-"`,
    ];
    for (const line of lines)
      expect(read(line).rows.map(({ worker }) => worker)).toEqual(all.map(({ pid }) => String(pid)));
  });

  it('an identifier of a trace is no thread, whatever its digits', () => {
    const line: Line = (r) =>
      `${loggingTime(r.end)} INFO [uvicorn.access] [dd.service=app dd.trace_id=${1_730_221_455_182_334_000n + BigInt(all.indexOf(r))} dd.span_id=${7919 * all.indexOf(r)}] - 203.0.113.7:52134 - "${asked(r)}" ${r.status}`;
    expect(read(line).rows.every(({ thread, worker }) => thread === null && worker === null)).toBe(true);
  });

  it('a status that is told twice is no size, nor is a count', () => {
    const twice: Line = (r) =>
      `${isoTime(r.start)} lb 203.0.113.7:52134 10.0.0.1:80 0.000021 ${seconds(r, 6)} 0.000017 ${r.status} ${r.status} 256 ${r.bytes} "GET http://shop.example.com:80${r.path} HTTP/1.1"`;
    expect(read(twice).rows.map(({ bytes }) => bytes)).toEqual(all.map(({ bytes }) => bytes));
    const counted: Line = (r) =>
      `${loggingTime(r.end)} INFO ${r.method} ${r.path} ${r.status} ${all.indexOf(r) % 3} ${millis(r)}ms`;
    expect(read(counted).rows.every(({ bytes }) => bytes === null)).toBe(true);
  });

  it('the time in a queue is no duration behind Combined either', () => {
    const line: Line = (r) =>
      `203.0.113.7 - - [${clfTime(r.end)}] "${asked(r)}" ${r.status} ${r.bytes} "-" "${agent(r)}" queue=3ms app=${millis(r)}ms`;
    expect(durations(line)).toEqual(all.map((r) => millis(r) * 1000));
  });
});
