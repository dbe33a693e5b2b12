// Fields where others stand as a rule, and under the names of another server.
import { describe, expect, it } from 'vitest';
import { parse } from '../../../helpers/ingest.ts';
import { all, clfTime, type Line, micros, millis, type Request, seconds, text } from './requests.ts';

describe('fields in unusual places', () => {
  it('whole seconds and milliseconds are not milliseconds and microseconds', () => {
    const line: Line = (r) =>
      `127.0.0.1 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} ${Math.floor((10 * millis(r)) / 1000)} ${10 * millis(r)}`;
    const times = (text: Line) => parse(`${all.map(text).join('\n')}\n`).rows.map(({ duration }) => duration);
    const seconds = all.map((r) => 10_000 * millis(r));
    expect(times(line).every((told, i) => told === null || told === seconds[i])).toBe(true);
    // So fast that nothing tells: then neither is used as microseconds.
    const fast = all.map((r, i) => ({ ...r, start: r.end - (i % 9) }));
    const told = parse(text(line, fast)).rows.map(({ duration }) => duration);
    expect(told.some((value) => value !== null && value > 0 && value < 1000)).toBe(false);
    const micro: Line = (r) =>
      `127.0.0.1 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} ${Math.floor(micros(r) / 1000)} ${micros(r)}`;
    expect(times(micro)).toEqual(all.map(micros));
  });

  it('X-Request-Start behind a line is when the request came', () => {
    const line: Line = (r) =>
      `127.0.0.1 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} "-" "curl" ${micros(r)} t=${(Math.floor(r.start) / 1000).toFixed(3)}`;
    const { rows } = parse(text(line));
    expect(rows[0]).toMatchObject({
      duration: micros(all[0]),
      arrival: new Date(Math.floor(all[0].start)).toISOString().replace('Z', '+00:00'),
    });
  });

  it('a time in the place of the size is none, where answers without a body show it', () => {
    const place =
      (value: (r: Request) => string): Line =>
      (r) =>
        `127.0.0.1 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status === 302 ? 204 : r.status} ${value(r)} "-" "curl/8.5.0"`;
    const inMicros = parse(text(place((r) => String(micros(r)))));
    expect(inMicros.rows.map(({ duration }) => duration)).toEqual(all.map(micros));
    expect(inMicros.report.assumptions.join()).toMatch(/is taken as the duration/);
    const inSeconds = parse(text(place((r) => seconds(r, 6))));
    expect(inSeconds.rows.map(({ duration }) => duration)).toEqual(all.map(micros));
    expect(inSeconds.rows.every(({ bytes }) => bytes === null)).toBe(true);
    // The usual sizes stay some.
    const sized = parse(text(place((r) => (r.status === 302 ? '0' : String(r.bytes)))));
    expect(sized.rows.every(({ duration }) => duration === null)).toBe(true);
    expect(sized.rows[0].bytes).toBe(all[0].status === 302 ? 0 : all[0].bytes);
  });

  it("HAProxy's timers under their names hold its queue, and its pid is none of a worker", () => {
    const queueOf = (r: Request) => r.pid % 3;
    const line: Line = (r) => {
      const queue = queueOf(r);
      const times = { TR: 0, Tw: queue, Tc: 1, Tr: millis(r), Ta: queue + 1 + millis(r) };
      const start = r.end - times.Ta;
      const [date, clock] = [clfTime(start).slice(0, 20), (Math.floor(start) % 1000).toString().padStart(3, '0')];
      return JSON.stringify({ ts: `${date}.${clock}`, m: r.method, u: r.path, st: r.status, ...times, pid: 25_595 });
    };
    const { rows, report } = parse(text(line));
    expect(rows.map(({ wait }) => wait)).toEqual(all.map((r) => 1000 * queueOf(r)));
    expect(rows.map(({ duration }) => duration)).toEqual(all.map((r) => 1000 * millis(r)));
    expect(rows.every(({ worker, meaning }) => worker === null && meaning === 'start')).toBe(true);
    expect(report.assumptions.join()).toMatch(/time \(start\) from "ts"/);
  });

  it('a number in front of the identifier of a thread is its process, also where there is one alone', () => {
    const line: Line = (r) =>
      `${Math.floor(r.start)} 127.0.0.1 ${r.method} ${r.path} ${r.status} ${r.bytes} ${millis(r)} 25915:13985302511${r.pid}`;
    const { rows } = parse(text(line));
    expect(rows.every(({ worker }) => worker === '25915')).toBe(true);
    expect(rows.map(({ thread }) => thread)).toEqual(all.map(({ pid }) => `13985302511${pid}`));
  });
});
