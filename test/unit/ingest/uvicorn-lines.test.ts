// What uvicorn's AccessFormatter writes in the order of its user (--log-config), without the level that its own lines begin with.
import { describe, expect, it } from 'vitest';
import { parse } from '../../helpers/ingest.ts';
import { all, isoTime, loggingTime, type Request } from './no-layout/requests.ts';

const phrases: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  302: 'Found',
  304: 'Not Modified',
  404: 'Not Found',
  500: 'Internal Server Error',
};

const lines = (line: (r: Request, i: number) => string): string => `${all.map(line).join('\n')}\n`;
const client = (i: number) => `127.0.0.1:${34_000 + i}`;
const request = (r: Request) => `${r.method} ${r.path} HTTP/1.1`;
const answer = (r: Request) => `${r.status} ${phrases[r.status] ?? ''}`;

describe("lines of uvicorn's AccessFormatter", () => {
  const layouts: readonly (readonly [string, (r: Request, i: number) => string])[] = [
    ['bare', (r, i) => `${client(i)} - "${request(r)}" ${answer(r)}`],
    ['behind a stamp', (r, i) => `${loggingTime(r.end)} ${client(i)} - "${request(r)}" ${answer(r)}`],
    ['behind a level', (r, i) => `INFO ${client(i)} - "${request(r)}" ${answer(r)}`],
    [
      'behind a stamp, a pid and a level',
      (r, i) => `${loggingTime(r.end)} [5283] [INFO] ${client(i)} - "${request(r)}" ${answer(r)}`,
    ],
    ['with pipes', (r, i) => `${loggingTime(r.end)} | INFO | ${client(i)} | ${request(r)} | ${answer(r)}`],
    ['without quotes', (r, i) => `${loggingTime(r.end)} ${client(i)} ${request(r)} ${answer(r)}`],
  ];

  it.each(layouts)('%s: known by the reason behind the status', (name, line) => {
    const { rows } = parse(lines(line));
    expect(rows).toHaveLength(all.length);
    expect(new Set(rows.map(({ format }) => format))).toEqual(new Set(['uvicorn']));
    expect(rows.map(({ status }) => status)).toEqual(all.map(({ status }) => status));
    const hasStamp = name !== 'bare' && name !== 'behind a level';
    expect(rows[0].meaning).toBe(hasStamp ? 'response-start' : null);
  });

  const records: readonly (readonly [string, (r: Request, i: number) => string])[] = [
    [
      'JSON',
      (r, i) =>
        `{"timestamp": "${loggingTime(r.end)}", "process": "5283", "level": "INFO", "client_addr": "${client(i)}", "request_line": "${request(r)}", "status_code": "${answer(r)}"}`,
    ],
    [
      'JSON with an object in it, as Python shows a dict',
      (r, i) =>
        `{'timestamp': '${loggingTime(r.end)}', 'level': 'INFO', 'message': {'status_code': '${answer(r)}', 'client_addr': '${client(i)}', 'request': '${request(r)}'}}`,
    ],
    [
      'logfmt',
      (r, i) =>
        `ts="${loggingTime(r.end)}" level=INFO pid=5283 client=${client(i)} request="${request(r)}" status=${answer(r)}`,
    ],
    [
      'JSON whose message is what was asked and answered',
      (r, i) => `{"time": "${loggingTime(r.end)}", "pid": 5283, "msg": "${client(i)} ${request(r)} ${answer(r)}"}`,
    ],
  ];

  it.each(records)('inside a record that was written by hand: %s', (_, line) => {
    const { rows } = parse(lines(line));
    expect(rows.map(({ status }) => status)).toEqual(all.map(({ status }) => status));
    expect(new Set(rows.map(({ format, meaning }) => `${format} ${meaning}`))).toEqual(
      new Set(['uvicorn response-start']),
    );
  });

  it('are none where a record tells how long the request took, or names no port', () => {
    const record = (r: Request, rest: object) =>
      JSON.stringify({
        timestamp: isoTime(r.end),
        request_line: request(r),
        status_code: answer(r),
        ...rest,
      });
    for (const rest of [{ client_addr: '203.0.113.7:5000', duration_ms: 12.5 }, { client_addr: '203.0.113.7' }]) {
      const { rows } = parse(lines((r) => record(r, rest)));
      expect(new Set(rows.map(({ format, meaning }) => `${format} ${meaning}`))).toEqual(new Set(['json end']));
    }
  });

  it('are not those of its worker under gunicorn, which writes no reason', () => {
    const { rows } = parse(lines((r, i) => `${client(i)} - "${request(r)}" ${r.status}`));
    expect(new Set(rows.map(({ format }) => format))).toEqual(new Set(['uvicorn-worker']));
  });

  it('name the port of the client: what a framework tells of its answers does not', () => {
    for (const who of ['', '203.0.113.7 ']) {
      const { rows } = parse(lines((r) => `${loggingTime(r.end)} INFO ${who}"${request(r)}" ${answer(r)}`));
      expect(rows).toHaveLength(all.length);
      expect(new Set(rows.map(({ format }) => format))).toEqual(new Set(['custom']));
    }
  });

  it('have neither a duration nor a size: lines that do are of another', () => {
    const { rows } = parse(
      lines((r, i) => `${loggingTime(r.end)} ${client(i)} "${request(r)}" ${answer(r)} ${r.end - r.start}ms`),
    );
    expect(rows).toHaveLength(all.length);
    expect(new Set(rows.map(({ format }) => format))).toEqual(new Set(['custom']));
  });
});
