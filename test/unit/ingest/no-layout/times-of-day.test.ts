// Lines whose stamp is a time of day without a date.
import { describe, expect, it } from 'vitest';
import { parse } from '../../../helpers/ingest.ts';
import { all, clfTime, isoTime, loggingTime, micros, millis, type Request, T0, text, timedelta } from './requests.ts';

describe('times of day without a date', () => {
  const clock = (ms: number) => isoTime(ms).slice(11, 23).replace('.', ',');
  const gaps = (times: readonly (string | null)[]) =>
    times.slice(1).map((time, i) => Date.parse(time ?? '') - Date.parse(times[i] ?? ''));

  it('are stamps of one day, or of two where midnight lies between', () => {
    for (const shift of [0, 24 * 3_600_000 - (T0 % (24 * 3_600_000)) - 800]) {
      const moved = all.map((r) => ({ ...r, start: r.start + shift, end: Math.round(r.end + shift) }));
      for (const line of [
        (r: Request) => `${clock(r.end)} INFO ${r.method} ${r.path} ${r.status} ${micros(r)}us`,
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
    const dated = parse(
      text((r) => `${clfTime(r.end)} ${clock(r.end)} ${r.method} ${r.path} ${r.status} ${millis(r)}ms`),
    );
    expect(dated.rows[0].time).toMatch(/^2024-10-29T17:04:15/);
    const spent = (r: Request) => isoTime(Math.round(r.end - r.start)).slice(11, 23);
    const none = parse(text((r) => `took ${spent(r)} ${r.method} ${r.path} ${r.status}`));
    expect(none.rows.every(({ time }) => time === null)).toBe(true);
    const python = parse(text((r) => `${loggingTime(r.end)} ${r.method} ${r.path} ${r.status} ${timedelta(r)}`));
    expect(python.rows.every(({ client }) => client === 0)).toBe(true);
  });

  it('stand in front of named values (Elixir)', () => {
    const line = (r: Request) =>
      `${clock(r.end).replace(',', '.')} [info] state=sent method=${r.method} path=${r.path} format=html action=show params={"id":"12"} status=${r.status} duration=${(r.end - r.start).toFixed(3)}`;
    const { rows, report } = parse(text(line));
    expect(report).toMatchObject({ requests: all.length, unparsed: 0 });
    expect(gaps(rows.map(({ time }) => time))).toEqual(
      all.slice(1).map(({ end }, i) => Date.parse(isoTime(end)) - Date.parse(isoTime(all[i].end))),
    );
    expect(rows.every(({ duration }, i) => Math.abs((duration ?? 0) - micros(all[i])) <= 1)).toBe(true);
    const dated = parse(
      text((r) => `clock=${clock(r.end)} ts=${isoTime(r.end)} method=${r.method} path=${r.path} status=${r.status}`),
    );
    expect(dated.rows[0].time).toMatch(/^2024-10-29T17:04:15/);
  });
});
