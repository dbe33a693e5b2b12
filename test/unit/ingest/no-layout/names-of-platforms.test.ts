// What platforms call the fields of a request in records of their own.
import { describe, expect, it } from 'vitest';
import { parse } from '../../../helpers/ingest.ts';
import { all, isoTime, type Line, micros, millis, type Request, seconds, text } from './requests.ts';

const path = (r: Request) => r.path.split('?')[0];

describe('records of platforms', () => {
  it("of Azure's App Service hold the request as text, with the sizes of both ways", () => {
    const record: Line = (r) =>
      JSON.stringify({
        time: isoTime(r.end),
        resourceId: '/SUBSCRIPTIONS/X/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.WEB/SITES/WEB',
        category: 'AppServiceHTTPLogs',
        properties: JSON.stringify({
          CsHost: 'web.azurewebsites.net',
          CIp: `10.0.0.${r.pid % 10}`,
          CsUriStem: path(r),
          CsMethod: r.method,
          TimeTaken: millis(r),
          ScStatus: String(r.status),
          CsBytes: '1200',
          ScBytes: String(r.bytes),
        }),
      });
    const { rows, report } = parse(text(record));
    expect(report).toMatchObject({ requests: all.length, unparsed: 0 });
    expect(rows.map(({ duration }) => duration)).toEqual(all.map((r) => millis(r) * 1000));
    expect(rows.map(({ bytes }) => bytes)).toEqual(all.map((r) => r.bytes));
    expect(new Set(rows.map(({ client }) => client)).size).toBe(4);
    expect(rows.some(({ route }) => route?.includes('SUBSCRIPTIONS'))).toBe(false);
  });

  it("of Azure's gateway tell what was received and what was sent", () => {
    const record: Line = (r) =>
      JSON.stringify({
        timeStamp: isoTime(r.end),
        resourceId: '/SUBSCRIPTIONS/X',
        properties: {
          clientIP: '10.0.0.9',
          httpMethod: r.method,
          requestUri: path(r),
          httpStatus: r.status,
          receivedBytes: 184,
          sentBytes: r.bytes,
          timeTaken: Number(seconds(r, 3)),
        },
      });
    const { rows } = parse(text(record));
    expect(rows.map(({ bytes }) => bytes)).toEqual(all.map((r) => r.bytes));
    expect(rows[0].duration).toBe(Number(seconds(all[0], 3)) * 1e6);
  });

  it('of OpenTelemetry say when a request began and ended: what lies between is its duration', () => {
    const span: Line = (r) =>
      JSON.stringify({
        name: `${r.method} ${path(r)}`,
        kind: 'SpanKind.SERVER',
        start_time: isoTime(r.start),
        end_time: isoTime(r.end),
        status: { status_code: 'UNSET' },
        attributes: { 'http.method': r.method, 'http.target': r.path, 'http.status_code': r.status },
      });
    const { rows } = parse(text(span));
    expect(rows).toHaveLength(all.length);
    expect(rows[0]).toMatchObject({ meaning: 'start', status: all[0].status });
    rows.forEach(({ duration }, i) => {
      expect(Math.abs((duration ?? 0) - micros(all[i]))).toBeLessThan(1001);
    });
  });

  it('may hold durations of ISO 8601', () => {
    const spent = (r: Request) => (r.end - r.start > 250 ? `PT0M${seconds(r, 6)}S` : `PT${seconds(r, 6)}S`);
    const record: Line = (r) =>
      JSON.stringify({ ts: isoTime(r.end), method: r.method, path: r.path, status: r.status, duration: spent(r) });
    const { rows } = parse(text(record));
    rows.forEach(({ duration }, i) => {
      expect(Math.abs((duration ?? 0) - micros(all[i]))).toBeLessThan(2);
    });
  });

  it('name the host that was asked: that is no client, unless it is an address', () => {
    const record = (r: Request, host: string) =>
      JSON.stringify({ ts: isoTime(r.end), host, method: r.method, path: r.path, status: r.status, ms: millis(r) });
    expect(parse(text((r) => record(r, 'example.com'))).rows.every(({ client }) => client === 0)).toBe(true);
    expect(parse(text((r) => record(r, '203.0.113.7'))).rows.every(({ client }) => client !== 0)).toBe(true);
  });

  it('of tables with American dates have the month first, and neither number padded', () => {
    const stamp = (at: number) => {
      const [date, time] = isoTime(at).slice(0, 23).split('T');
      const [year, month, day] = date.split('-').map(Number);
      const hour = Number(time.slice(0, 2));
      // The tenth of a month could be a month, too.
      return `${month}/${day}/${year}, ${hour % 12 || 12}${time.slice(2)} ${hour < 12 ? 'AM' : 'PM'}`;
    };
    const early = all.map((r) => ({ ...r, end: r.end - 26 * 86_400_000 }));
    const header = '"TimeGenerated [UTC]",Log_s\n';
    const row: Line = (r) =>
      `"${stamp(r.end)}","INFO:     10.0.0.9:1 - ""${r.method} ${r.path} HTTP/1.1"" ${r.status} OK"`;
    const { rows } = parse(header + text(row, early), { timezone: 'America/New_York' });
    expect(rows.map(({ time }) => time?.slice(0, 23))).toEqual(early.map((r) => isoTime(r.end).slice(0, 23)));
  });
});
