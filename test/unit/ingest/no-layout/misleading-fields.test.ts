// Lines of no known layout: fields that look like others, and are not taken for them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from '../../../helpers/ingest.ts';
import { createRandom } from '../../../helpers/random.ts';
import { all, clfTime, isoTime, type Line, loggingTime, micros, millis, type Request, text } from './requests.ts';

describe('what looks like a field and is none', () => {
  it('do not make milliseconds of the microseconds of a quick server: 38 of them are an answer of gunicorn', () => {
    const log = readFileSync(join(import.meta.dirname, '../captures/gunicorn-json-logger-micros.log'), 'utf8');
    const whole = new Map(parse(log).rows.map(({ offset, duration }) => [offset, duration]));
    const first = parse(log.split('\n').slice(0, 32).join('\n')).rows;
    expect(Math.min(...first.map(({ offset }) => whole.get(offset) ?? Number.NaN))).toBe(38);
    for (const { duration, offset } of first) expect([null, whole.get(offset)]).toContain(duration);
  });

  it('do not make a size of processes that answer the same requests in turn, nor of what stands in brackets', () => {
    const behindStatus =
      (pid: (r: Request) => string): Line =>
      (r) =>
        `${isoTime(r.end)} | ${r.method} | ${r.path} | ${r.status} | ${pid(r)} | ${(micros(r) / 1e6).toFixed(6)}s | 10.0.0.7`;
    for (const pid of [(r: Request) => `${r.pid}`, () => '[26619]']) {
      const { rows } = parse(text(behindStatus(pid)));
      expect(rows.every(({ bytes }) => bytes === null)).toBe(true);
      expect(rows.map(({ duration }) => duration)).toEqual(all.map(micros));
    }
    const { rows } = parse(text(behindStatus((r) => `${r.pid}`)));
    expect(rows.map(({ worker }) => worker)).toEqual(all.map(({ pid }) => String(pid)));
  });

  it('do not make microseconds of sizes because they would be too many milliseconds', () => {
    const random = createRandom(11);
    const size: Line = (r) =>
      `${isoTime(r.end)}, ${r.method}, ${r.path}, ${300 + Math.floor(random.next() * 5000)}, ${r.status}`;
    const dense = all.map((r, i) => ({ ...r, end: all[0].end + i * 2 }));
    const { rows, report } = parse(dense.map((r) => `${size(r)}\n`).join(''));
    expect(rows.length).toBe(all.length);
    expect(rows.every(({ duration }) => duration === null)).toBe(true);
    expect(report.assumptions.join()).toMatch(/looks like a duration and is not used: .*, or sizes/);
  });

  it('do not make a duration of a size, nor of whole numbers that fit two units', () => {
    const size: Line = (r) => `${isoTime(r.end)} ${r.method} ${r.path} ${r.status} ${r.bytes}`;
    const sized = parse(text(size));
    expect(sized.rows.every(({ duration, worker }) => duration === null && worker === null)).toBe(true);
    expect(sized.rows[0].bytes).toBe(all[0].bytes);
    // A size that differs from answer to answer.
    const random = createRandom(3);
    const page: Line = (r) =>
      `${isoTime(r.end)} ${r.method} ${r.path} ${r.status} ${r.status < 300 ? Math.floor(random.next() * 9000) : 12}`;
    const { rows, report } = parse(text(page));
    expect(rows.every(({ duration, worker }) => duration === null && worker === null)).toBe(true);
    expect(report.assumptions.join()).toMatch(/may be a size, a duration or a pid: it is not used/);
    // Behind a line that any server writes a size is no pid.
    const behind: Line = (r) =>
      `203.0.113.7 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} 0 "-" "-" ${r.bytes}`;
    expect(parse(text(behind)).rows.every(({ duration, worker }) => duration === null && worker === null)).toBe(true);
    // A service none of whose answers takes less than 50 ms, or 50 µs.
    const vague = (r: Request) => 50 + (micros(r) % 1900);
    const open = parse(
      text(
        (r) => JSON.stringify({ ts: isoTime(r.end), method: r.method, path: r.path, status: r.status, took: vague(r) }),
        all.filter((_, i) => i % 40 === 0),
      ),
    );
    expect(open.rows.every(({ duration }) => duration === null)).toBe(true);
    expect(open.report.assumptions.join()).toMatch(/"took" looks like a duration and is not used/);
  });

  it('what logfire shows of a query: its lines tell how requests begin', () => {
    const shown: Line = (r) =>
      `${isoTime(r.start).slice(11, 23)} ${r.method} /a ? s='${r.bytes}' & status='200' & page='2'`;
    const server: Line = (r) => `INFO:     127.0.0.1:38704 - "${r.method} /a?s=${r.bytes} HTTP/1.1" ${r.status} OK`;
    const { rows } = parse(text((r) => `${shown(r)}\n${server(r)}`));
    expect(rows.map(({ status }) => status)).toEqual(all.map(({ status }) => status));
    expect(rows.every(({ duration, format }) => duration === null && format === 'uvicorn')).toBe(true);
  });

  it('names in a query that stands apart from its path: who asked wrote them', () => {
    const query = (r: Request) => `id=${r.bytes}&status=599&duration_ms=${millis(r) + 900}&pid=1,2&bytes=77`;
    const layouts: readonly Line[] = [
      (r) => `[${clfTime(r.end)}] ${r.method} ${r.status} ~> /a << ${query(r)} >>`,
      (r) => `${isoTime(r.end)} ${r.method} /a ?${query(r)} ${r.status} ${millis(r)}ms`,
      (r) => `${isoTime(r.end)} [${r.method}] [/a] [${query(r)}] [${r.status}]`,
    ];
    for (const [i, layout] of layouts.entries()) {
      const { rows } = parse(text(layout));
      expect(
        rows.map(({ status }) => status),
        String(i),
      ).toEqual(all.map(({ status }) => status));
      expect(rows.every(({ bytes, worker }) => bytes === null && worker === null)).toBe(true);
      const durations = i === 1 ? all.map((r) => millis(r) * 1000) : all.map(() => null);
      expect(rows.map(({ duration }) => duration)).toEqual(durations);
    }
  });

  it('what ends in a colon and a number is a field, and no line of a source file', () => {
    const layouts: readonly Line[] = [
      (r) =>
        `[${isoTime(r.end).slice(0, 19).replace('T', ' ')}] INFO     ${r.method} ${r.path} ${r.status} ms:${millis(r)}`,
      (r) => `INFO     ${r.method} ${r.path} ${r.status} ms:${millis(r)}`,
    ];
    for (const layout of layouts) {
      const { rows } = parse(text(layout));
      expect(rows.map(({ duration }) => duration)).toEqual(all.map((r) => millis(r) * 1000));
    }
  });

  it('a size is no duration where it is 0 without a body alone', () => {
    const random = createRandom(3);
    const size = (r: Request) => (r.status === 302 ? 0 : 20 + Math.floor(random.next() * 9000));
    const lines: readonly Line[] = [
      (r) =>
        `203.0.113.7 ${r.pid} [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} 420 ${size(r)} ${micros(r)}`,
      (r) =>
        `${loggingTime(r.end)} - web - INFO - 203.0.113.7 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} ${micros(r)} ${size(r)} "-" "curl"`,
    ];
    for (const line of lines) {
      for (const { duration, offset } of parse(text(line)).rows) {
        if (duration !== null) expect(all.map(micros), String(offset)).toContain(duration);
      }
    }
  });

  it('"process" is how long processing took where its values are no processes', () => {
    const line: Line = (r) =>
      JSON.stringify({
        time: isoTime(r.start),
        process: String(micros(r)),
        filename: '/srv/app.wsgi',
        request: r.path,
        query: '',
        method: r.method,
        status: String(r.status),
      });
    for (const comma of ['', ',']) {
      const { rows } = parse(text((r) => line(r) + comma));
      expect(rows.length).toBe(all.length);
      rows.forEach(({ duration, worker, route, meaning }, i) => {
        expect({ duration, worker, meaning }).toEqual({ duration: micros(all[i]), worker: null, meaning: 'start' });
        expect(route).not.toMatch(/wsgi/);
      });
    }
  });

  it('the time since a program started is no duration, and one of protobuf has two parts', () => {
    const loguru: Line = (r) =>
      JSON.stringify({
        text: '',
        record: {
          elapsed: { repr: '0:00:10', seconds: r.end / 1000 - 1_730_221_000 },
          extra: { method: r.method, path: r.path, status_code: r.status },
          time: { repr: isoTime(r.end), timestamp: r.end / 1000 },
        },
      });
    expect(parse(text(loguru)).rows.every(({ duration }) => duration === null)).toBe(true);
    const nanos = (r: Request) => ({ seconds: Math.floor(micros(r) / 1e6), nanos: (micros(r) % 1e6) * 1000 });
    const google: Line = (r) =>
      JSON.stringify({
        time: isoTime(r.end),
        httpRequest: { requestMethod: r.method, requestUrl: r.path, status: r.status, latency: nanos(r) },
      });
    const rows = parse(text(google)).rows.map(({ duration }) => duration);
    expect(rows).toEqual(all.map(micros));
  });

  it('the identifier of a thread is no stamp and no duration', () => {
    const thread = (r: Request) => `14012345678${r.pid}`;
    const python = parse(
      text((r) => `${loggingTime(r.end)} ${r.pid}:${thread(r)} INFO ${r.method} ${r.path} ${r.status} ${millis(r)}ms`),
    );
    expect(python.rows[0]).toMatchObject({
      worker: String(all[0].pid),
      time: expect.stringMatching(/^2024-10-29T17:04:15/),
    });
    const apache = parse(
      text(
        (r) =>
          `203.0.113.7 - - [${clfTime(r.start)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} "-" "curl" ${r.pid} ${thread(r)} ${micros(r)}`,
      ),
    );
    apache.rows.forEach(({ worker, thread: of, duration, meaning }, i) => {
      const r = all[i];
      expect({ worker, of, duration, meaning }).toEqual({
        worker: String(r.pid),
        of: thread(r),
        duration: micros(r),
        meaning: 'start',
      });
    });
  });

  it('"pid=811 us=3120" behind Combined lines is not gunicorn, which writes "pid=<811>"', () => {
    const line: Line = (r) =>
      `203.0.113.7 - - [${clfTime(r.start)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} "-" "curl" pid=${r.pid} us=${micros(r)}`;
    const { rows } = parse(text(line));
    expect(rows[0]).toMatchObject({ meaning: 'start', worker: String(all[0].pid), duration: micros(all[0]) });
  });

  it('milliseconds of slow answers are not taken for microseconds, unless a server wrote them', () => {
    // A language model: seconds to minutes each, and no fast answer among them.
    const slow = (r: Request) => 1200 + ((micros(r) * 7) % 130_000);
    const at = (r: Request) => isoTime(r.start + all.indexOf(r) * 20_000);
    const record = (r: Request) => ({ ts: at(r), method: r.method, path: r.path, status: r.status });
    const open = parse(text((r) => JSON.stringify({ ...record(r), duration: slow(r) })));
    expect(open.rows.every(({ duration }) => duration === null)).toBe(true);
    expect(open.report.assumptions.join()).toMatch(/may be milliseconds or microseconds/);
    const named = parse(text((r) => JSON.stringify({ ...record(r), responseLatency: slow(r) })));
    expect(named.rows.map(({ duration }) => duration)).toEqual(all.map((r) => slow(r) * 1000));
    const word = parse(
      text(
        (r) =>
          `203.0.113.7 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} 7 "-" "curl" ${slow(r)} msecs`,
      ),
    );
    expect(word.rows.map(({ duration }) => duration)).toEqual(all.map((r) => slow(r) * 1000));
  });

  it('a size that is 0 once, and far from it elsewhere, is no duration', () => {
    const random = createRandom(3);
    const size = (r: Request) => (r === all[9] ? 0 : 40 + Math.floor(random.next() * 9000));
    const line: Line = (r) =>
      `INFO ${loggingTime(r.end)} log ${r.pid} 140123456${r.pid} "${r.method} ${r.path} HTTP/1.1" ${r.status} ${size(r)}`;
    for (const { duration, worker, time } of parse(text(line)).rows) {
      expect({ duration, year: time?.slice(0, 4) }).toEqual({ duration: null, year: '2024' });
      expect(Number(worker)).toBeLessThan(900);
    }
  });

  it('two lines in one are no line behind a prefix with a pid in it', () => {
    const line: Line = (r) => `INFO:     203.0.113.7:52134 - "${r.method} ${r.path} HTTP/1.1" ${r.status} OK`;
    const glued = all.map((r, i) => `${line(r)}${i % 9 === 3 ? '' : '\n'}`).join('');
    expect(parse(glued).rows.every(({ worker, duration }) => worker === null && duration === null)).toBe(true);
  });

  it('a size in front of referer and user agent is no pid, whatever stands around it', () => {
    const size = (r: Request) => 12 + (Math.floor(r.start) % 5);
    const agent = '"-" "Mozilla/5.0 (X11; Linux x86_64)"';
    const asked = (r: Request) => `"${r.method} ${r.path} HTTP/1.1" ${r.status}`;
    const lines: readonly Line[] = [
      (r) => `[[${clfTime(r.end)}]] ${asked(r)} ${size(r)} ${agent}`,
      (r) =>
        `[203.0.113.7] 5f3a-${r.start.toFixed(0)} - [${clfTime(r.end)}] ${asked(r)} ${micros(r) + 40} ${size(r)} ${agent}`,
    ];
    for (const line of lines) expect(parse(text(line)).rows.every(({ worker }) => worker === null)).toBe(true);
    const { rows } = parse(text(lines[1]));
    expect(rows[0]).toMatchObject({ duration: micros(all[0]) + 40, bytes: size(all[0]) });
  });

  it('a pid and a small number in front of a duration are not read as another server would write three numbers', () => {
    const line: Line = (r) =>
      `203.0.113.7 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} 7 "-" "-" ${r.pid} ${r.pid % 3} ${micros(r)}`;
    const { rows, report } = parse(text(line));
    expect(report.format).toBe('combined');
    expect(rows[0]).toMatchObject({ worker: String(all[0].pid), duration: micros(all[0]) });
  });

  it('a bare number behind a line that fits milliseconds and microseconds is no duration; a pid may stand in brackets', () => {
    const between = (r: Request) => 44 + (micros(r) % 590);
    const line: Line = (r) =>
      `203.0.113.7 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} 7 "-" "-" [${r.pid}] ${between(r)}`;
    const { rows, report } = parse(text(line));
    expect(rows.every(({ duration }) => duration === null)).toBe(true);
    expect(rows[0].worker).toBe(String(all[0].pid));
    expect(report.assumptions.join()).toMatch(/may be milliseconds or microseconds/);
  });

  it('seconds since 1970 behind a line are no pid', () => {
    const line: Line = (r) =>
      `203.0.113.7 "${r.method} ${r.path} HTTP/1.1" ${r.status} 7 "-" "-" ${Math.floor(r.end / 1000)}`;
    expect(parse(text(line)).rows.every(({ worker }) => worker === null)).toBe(true);
  });

  it('an address without a port is not that of an event loop', () => {
    const line: Line = (r) =>
      JSON.stringify({
        asctime: loggingTime(r.end),
        process: r.pid,
        message: `203.0.113.7 - "${r.method} ${r.path} HTTP/1.1" ${r.status}`,
      });
    const { rows, report } = parse(text(line));
    expect(report.format).toBe('custom');
    expect(rows[0].worker).toBe(String(all[0].pid));
  });

  it('sizes of error pages that show where the program failed: they differ a little, and are no durations', () => {
    const pages = Array.from({ length: 120 }, (_, i) => {
      const failed = i % 3 === 0;
      const size = failed ? 71_000 + ((i * 137) % 2000) : 500 + ((i * 59) % 4000);
      const second = String(i % 60).padStart(2, '0');
      return `203.0.113.7:52134 - - [29/Oct/2024:17:0${Math.floor(i / 60)}:${second}] "GET /${failed ? 'broken' : 'a'}" ${failed ? 500 : 200} ${size}\n`;
    });
    const { rows, report } = parse(pages.join(''));
    expect(report.format).toBe('daphne');
    expect(rows.every(({ bytes, duration }) => bytes !== null && duration === null)).toBe(true);
  });

  it('requests that are numbered as they come have no duration by that', () => {
    const numbers = new Map([...all].sort((a, b) => a.start - b.start).map((r, i) => [r, i]));
    const line: Line = (r) => `${loggingTime(r.end)} #${numbers.get(r)} ${r.method} ${r.path} ${r.status} ${r.bytes}`;
    expect(parse(text(line)).rows.every(({ duration }) => duration === null)).toBe(true);
  });

  it('a part of the time is no duration where the whole stands behind it', () => {
    const part = (r: Request) => ((r.end - r.start) * 0.3).toFixed(1);
    const line: Line = (r) =>
      `${loggingTime(r.end)} INFO ${r.method} ${r.path} ${r.status} (7 queries, ${part(r)} ms in db) ${(r.end - r.start).toFixed(1)} ms`;
    const { rows } = parse(text(line));
    rows.forEach(({ duration }, i) => {
      expect(Math.abs((duration ?? 0) - micros(all[i]))).toBeLessThan(100);
    });
  });
});
