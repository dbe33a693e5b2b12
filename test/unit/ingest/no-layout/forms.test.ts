// Lines of no known layout: requests in the forms that people give their own logs.
import { describe, expect, it } from 'vitest';
import { parse } from '../../../helpers/ingest.ts';
import { forms } from './forms.ts';
import { all, clfTime, isoTime, type Line, loggingTime, micros, millis, seconds, text } from './requests.ts';

describe('lines of no known layout', () => {
  it('are found by the columns that most have, where a value is empty or ends in a blank', () => {
    const line: Line = (r) =>
      `${loggingTime(r.end)} | pid:${r.pid} | 203.0.113.7:52134 | ${r.method} ${r.path} | ${r.status} OK`;
    const { rows, report } = parse(`${text(line)}${line({ ...all[0], status: 299 }).replace('OK', '')}\n`);
    expect(report).toMatchObject({ requests: all.length + 1, unparsed: 0 });
    expect(rows[0]).toMatchObject({ worker: String(all[0].pid), meaning: 'end' });
  });

  it('may have their stamp behind the status, and a duration where the size stands elsewhere', () => {
    const line: Line = (r) =>
      `203.0.113.7 "${r.method} ${r.path} HTTP/1.1" ${r.status} ${micros(r)} <${r.pid}> [${clfTime(r.end)}]`;
    const { rows, report } = parse(text(line));
    expect(report).toMatchObject({ requests: all.length, unparsed: 0, format: 'gunicorn' });
    expect(rows[0]).toMatchObject({ worker: String(all[0].pid), bytes: null, duration: micros(all[0]) });
    expect(rows[0].time).toMatch(/^2024-10-29T17:04:15/);
    const colon: Line = (r) =>
      `${isoTime(r.end)} "${r.method} ${r.path} HTTP/1.1" ${r.status} pid:${r.pid} took:${millis(r)}ms`;
    expect(parse(text(colon)).rows[0]).toMatchObject({ worker: String(all[0].pid), duration: millis(all[0]) * 1000 });
  });

  it('have their duration in brackets, or a quoted field behind it', () => {
    const common: Line = (r) =>
      `203.0.113.7 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} 7 "-" "Mozilla/5.0"`;
    const behind: readonly Line[] = [
      (r) => `${micros(r)}µs xff="203.0.113.7, 10.0.0.1"`,
      (r) => `(${micros(r)} µs)`,
      (r) => `(${seconds(r, 6)} sec)`,
      (r) => `[${seconds(r, 6)}s]`,
    ];
    for (const one of behind) {
      const { rows, report } = parse(text((r) => `${common(r)} ${one(r)}`));
      expect(report).toMatchObject({ requests: all.length, unparsed: 0 });
      expect(rows.map(({ duration }) => duration)).toEqual(all.map(micros));
    }
  });

  for (const [name, line, told] of forms) {
    it(`${name}: ${line(all[0]).slice(0, 90)}`, () => {
      const stamped = told.includes('start') || told.includes('end');
      const { rows, report } = parse(text(line));
      expect(report).toMatchObject({ requests: all.length, unparsed: 0 });
      rows.sort((a, b) => a.offset - b.offset);
      rows.forEach((row, i) => {
        const request = all[i];
        expect(row.status).toBe(request.status);
        expect(row.route).toMatch(new RegExp(`^${request.method} /`));
        if (told.includes('duration')) expect(Math.abs((row.duration ?? -1e9) - micros(request))).toBeLessThan(1001);
        else expect(row.duration).toBeNull();
        expect(row.worker).toBe(told.includes('pid') ? String(request.pid) : null);
        const stamp = told.includes('start') ? request.start : request.end;
        if (stamped) expect(Math.abs(Date.parse(row.time ?? '') - stamp)).toBeLessThanOrEqual(1);
      });
      if (stamped) expect(rows[0].meaning).toBe(told.includes('start') ? 'start' : 'end');
      expect(/no known layout/.test(report.assumptions.join())).toBe(!told.includes('declared'));
    });
  }

  it('are found inside envelopes and among the lines of a server', () => {
    const line: Line = (r) => `${loggingTime(r.end)} | ${r.method} | ${r.path} | ${r.status} | ${millis(r)}ms`;
    const wrapped = all
      .map((r) => JSON.stringify({ log: `${line(r)}\n`, stream: 'stdout', time: isoTime(r.end) }))
      .join('\n');
    expect(parse(`${wrapped}\n`).report).toMatchObject({ requests: all.length, envelope: 'docker' });
    const own = '[2024-10-29 17:04:15 +0000] [811] [INFO] Booting worker with pid: 811\n';
    expect(parse(own + text(line)).report).toMatchObject({ requests: all.length, lifecycle: 1, format: 'gunicorn' });
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

  it('have nothing said of them that holds a control character, whatever their keys are', () => {
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
