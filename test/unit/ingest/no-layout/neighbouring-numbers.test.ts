// Numbers that look like another field than they are: in front of a line, beside another time, beside another size.
import { describe, expect, it } from 'vitest';
import { parse } from '../../../helpers/ingest.ts';
import {
  all,
  clfTime,
  dateAndTime,
  isoTime,
  type Line,
  loggingTime,
  micros,
  millis,
  type Request,
  text,
} from './requests.ts';

const at = (time: string | null) => (time === null ? null : Date.parse(time));
const epoch = (at: number) => (Math.floor(at) / 1000).toFixed(3);

describe('numbers beside others', () => {
  it('under a name that is no pid in front of a line are none: the spans of OpenTelemetry', () => {
    const line: Line = (r) =>
      `${loggingTime(r.end)} INFO [uvicorn.access] [httptools_impl.py:482] [trace_id=0 span_id=0 resource.service.name= trace_sampled=False] - 127.0.0.1:36752 - "${r.method} ${r.path} HTTP/1.1" ${r.status}`;
    const { rows } = parse(text(line));
    expect(rows).toHaveLength(all.length);
    expect(rows.every(({ worker, meaning }) => worker === null && meaning === 'response-start')).toBe(true);
    const named: Line = (r) =>
      `${loggingTime(r.end)} INFO uvicorn.access request=17 pid=${r.pid} - 127.0.0.1:36752 - "${r.method} ${r.path} HTTP/1.1" ${r.status}`;
    expect(parse(text(named)).rows.map(({ worker }) => worker)).toEqual(all.map(({ pid }) => String(pid)));
  });

  it('behind stamp and level in front of named values are the process', () => {
    const pairs = (r: Request) => `method=${r.method} path=${r.path} status=${r.status} duration_ms=${millis(r)}`;
    const lines: readonly Line[] = [
      (r) => `${loggingTime(r.end)} INFO [${r.pid}] ${pairs(r)}`,
      (r) => `${loggingTime(r.end)} [${r.pid}] INFO request ${pairs(r)}`,
      (r) => `[${isoTime(r.end)}] [${r.pid}:MainThread] [INFO] ${pairs(r)}`,
      (r) => `${loggingTime(r.end)} | info | ${r.pid} | app | ${pairs(r)}`,
      (r) => `${dateAndTime(r.end)} +0000 ${r.pid} ${pairs(r)}`,
    ];
    for (const line of lines) {
      const { rows } = parse(text(line));
      expect(
        rows.map(({ worker }) => worker),
        line(all[0]),
      ).toEqual(all.map(({ pid }) => String(pid)));
    }
    const others: readonly Line[] = [
      (r) => `${loggingTime(r.end)} INFO [${micros(r)}] ${pairs(r)}`,
      (r) => `${loggingTime(r.end)} INFO app:${r.pid} ${pairs(r)}`,
      (r) => `${loggingTime(r.end)} INFO [req-${r.pid}] ${pairs(r)}`,
      (r) => `${loggingTime(r.end)} INFO ${r.pid}ms ${pairs(r)}`,
      (r) => `${loggingTime(r.end)} INFO [${r.end}] ${pairs(r)}`,
    ];
    for (const line of others) {
      const { rows } = parse(text(line));
      expect(rows).toHaveLength(all.length);
      expect(
        rows.every(({ worker }) => worker === null),
        line(all[0]),
      ).toBe(true);
    }
    // A name says more than a place.
    const named: Line = (r) => `${loggingTime(r.end)} INFO [63] pid=${r.pid} ${pairs(r)}`;
    expect(parse(text(named)).rows.map(({ worker }) => worker)).toEqual(all.map(({ pid }) => String(pid)));
  });

  it('X-Request-Start in front of a line is when the request came, and not when it ended', () => {
    const lines: readonly ((stamp: string) => Line)[] = [
      (stamp) => (r) =>
        `${stamp} 127.0.0.1 [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} <${r.pid}>`,
      (stamp) => (r) =>
        `${stamp} 127.0.0.1 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} "-" "curl"`,
    ];
    for (const line of lines) {
      for (const name of ['t=', '']) {
        const { rows } = parse(all.map((r) => `${line(`${name}${epoch(r.start)}`)(r)}\n`).join(''));
        expect(rows).toHaveLength(all.length);
        expect(rows.map(({ time }) => at(time))).toEqual(all.map((r) => 1000 * Math.floor(r.end / 1000)));
        expect(rows.map(({ arrival }) => at(arrival))).toEqual(all.map((r) => Math.floor(r.start)));
      }
    }
  });

  it('a finer stamp of the same moment is taken, in front of a line and behind it', () => {
    const front: Line = (r) =>
      `${epoch(r.end)} 127.0.0.1 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} "-" "curl"`;
    const behind: Line = (r) =>
      `127.0.0.1 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} "-" "curl" ${epoch(r.end)}`;
    for (const line of [front, behind]) {
      const { rows } = parse(text(line));
      expect(rows.map(({ time }) => at(time))).toEqual(all.map((r) => Math.floor(r.end)));
      expect(rows.every(({ arrival }) => arrival === null)).toBe(true);
    }
  });

  const size = (r: Request) => (r.status === 302 ? 0 : r.bytes + Math.floor(r.start % 977));

  it('a time whose part stands behind it is no size, and is the duration', () => {
    const part = (r: Request) => Math.max(0, millis(r) - (r.pid % 2));
    const inFront: Line = (r) =>
      `${epoch(r.start)} ${r.method} ${r.path} ${r.status} ${millis(r)} ${part(r)} 0 ${size(r)}`;
    const behind: Line = (r) =>
      `${epoch(r.start)} ${r.method} ${r.path} ${r.status} ${part(r)} ${millis(r)} 0 ${size(r)}`;
    for (const line of [inFront, behind]) {
      const { rows } = parse(text(line));
      expect(rows.map(({ duration }) => duration)).toEqual(all.map((r) => 1000 * millis(r)));
      expect(rows.map(({ bytes }) => bytes)).toEqual(all.map(size));
    }
  });

  it('a size with its headers and one without are no times', () => {
    const line: Line = (r) =>
      `${epoch(r.end)} ${r.method} ${r.path} ${r.status} ${size(r)} ${size(r) + 171} ${millis(r)}`;
    const { rows } = parse(text(line));
    expect(rows.map(({ duration }) => duration)).toEqual(all.map((r) => 1000 * millis(r)));
    expect(rows.map(({ bytes }) => bytes)).toEqual(all.map(size));
  });

  it('of several sizes with their unit the one that is nothing where there is no body is that of the answer', () => {
    const line: Line = (r) =>
      `pid: ${r.pid}|app: -|req: -/-] 127.0.0.1 (-) {26 vars in ${349 + (r.pid % 3)} bytes} [${dateAndTime(r.start)}] ${r.method} ${r.path} => generated ${size(r)} bytes in ${millis(r)} msecs (HTTP/1.1 ${r.status}) 2 headers in 66 bytes`;
    const { rows } = parse(text(line));
    expect(rows.map(({ bytes }) => bytes)).toEqual(all.map(size));
    const untold = parse(
      all
        .filter((r) => r.status !== 302)
        .map((r) => `${line(r)}\n`)
        .join(''),
    ).rows;
    const told = untold.map(({ bytes }) => bytes);
    expect(told.every((value, i) => value === null || value === size(all.filter((r) => r.status !== 302)[i]))).toBe(
      true,
    );
  });

  it('the length that the headers of a request tell is not that of the answer', () => {
    const line: Line = (r) =>
      JSON.stringify({
        time: loggingTime(r.end),
        req: { method: r.method, url: r.path, headers: { 'content-length': '17' } },
        res: { statusCode: r.status, headers: { 'content-length': String(r.bytes) } },
        responseTime: millis(r),
      });
    expect(parse(text(line)).rows.map(({ bytes }) => bytes)).toEqual(all.map(({ bytes }) => bytes));
  });

  it('a status is one where an answer or two never began', () => {
    const status = (r: Request, i: number) => (i % 50 === 7 ? 0 : r.status);
    const stamped = all.map((r, i) => `${loggingTime(r.end)} ${r.method} ${r.path} ${status(r, i)} ${millis(r)}ms\n`);
    const { rows } = parse(stamped.join(''));
    expect(rows.map((row) => row.status)).toEqual(all.map(status));
  });

  describe('behind a line that servers write', () => {
    // Half of the redirects have no body by law.
    const answered = all.map((r, i) => (r.status === 302 && i % 2 === 0 ? { ...r, status: 304 } : r));
    const length = new Map(
      answered.map((r, i) => [r, r.status === 304 ? 0 : r.status === 302 ? 219 : r.bytes + ((7 * i) % 883)]),
    );
    const asked = new Map(answered.map((r, i) => [r, 350 + ((131 * i) % 497)]));
    const body = (r: Request) => length.get(r) ?? 0;
    const whole = (r: Request) => body(r) + 260 + (r.pid % 4);
    const request = (r: Request) => asked.get(r) ?? 0;
    const start: Line = (r) => `203.0.113.7 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status}`;
    const combined: Line = (r) => `${start(r)} ${body(r)} "-" "curl/8.5.0"`;
    const read = (line: Line) => {
      const { rows } = parse(text(line, answered));
      expect(rows).toHaveLength(answered.length);
      return { durations: rows.map(({ duration }) => duration), sizes: rows.map(({ bytes }) => bytes), rows };
    };

    it("Apache's bytes in and out are no times", () => {
      const io: Line = (r) => `${combined(r)} ${request(r)} ${whole(r)}`;
      expect(read(io).durations.every((duration) => duration === null)).toBe(true);
      expect(read((r) => `${io(r)} ${micros(r)}`).durations).toEqual(answered.map(micros));
      expect(read((r) => `${combined(r)} ${whole(r)}`).durations.every((duration) => duration === null)).toBe(true);
    });

    it('a time in front of the size is none, where answers without a body show it', () => {
      const { durations, sizes } = read((r) => `${start(r)} ${micros(r)} ${body(r)}`);
      expect(durations).toEqual(answered.map(micros));
      expect(sizes.every((size, i) => size === null || size === body(answered[i]))).toBe(true);
    });

    it('the size of the request in front of that of the answer is none', () => {
      const { durations, sizes } = read(
        (r) => `${isoTime(r.end)} ${r.method} ${r.path} ${r.status} ${request(r)} ${body(r)} ${millis(r)}`,
      );
      expect(durations).toEqual(answered.map((r) => 1000 * millis(r)));
      expect(sizes).toEqual(answered.map(body));
    });

    it('a port behind an address is no time', () => {
      const port = new Map(answered.map((r, i) => [r, 30_000 + ((7919 * i) % 29_000)]));
      const { durations } = read(
        (r) => `${isoTime(r.end)} 10.0.0.7 ${port.get(r)} ${r.method} ${r.path} ${r.status} ${body(r)} ${millis(r)}`,
      );
      expect(durations).toEqual(answered.map((r) => 1000 * millis(r)));
    });
  });
});
