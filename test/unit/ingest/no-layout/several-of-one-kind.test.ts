// Of several stamps or times in a line the one that is the request's; dates without a year; columns that a header names; joined records.
import { describe, expect, it } from 'vitest';
import { parse } from '../../../helpers/ingest.ts';
import { all, clfTime, dateAndTime, isoTime, type Line, loggingTime, micros, millis, text } from './requests.ts';

/** glog's and klog's. */
const monthDay = (at: number) => isoTime(at).slice(5, 23).replace('T', ' ');

const endsOf = (line: Line) => {
  const { rows } = parse(text(line));
  expect(rows.length).toBe(all.length);
  return rows.map(({ time }) => Date.parse(time ?? ''));
};

describe('stamps', () => {
  it('of a month and a day, behind the letter of a level or with signs between them, as glog and Python write them', () => {
    const glog: Line = (r) =>
      `I${monthDay(r.end).replace('-', '')} ${String(r.pid).padStart(7)} web.py:42] ${r.method} ${r.path} ${r.status} ${millis(r)}ms`;
    const { rows } = parse(text(glog));
    rows.forEach(({ time, worker, duration }, i) => {
      // Of which year they are no line says: the last one in which that day has come.
      expect(time?.slice(5, 23)).toBe(isoTime(all[i].end).slice(5, 23));
      expect({ worker, duration }).toEqual({ worker: String(all[i].pid), duration: millis(all[i]) * 1000 });
    });
    const logging: Line = (r) =>
      `${monthDay(r.end).replace('.', ',')} INFO web ${r.method} ${r.path} ${r.status} ${millis(r)}ms`;
    expect(parse(text(logging)).rows.map(({ time }) => time?.slice(5, 23))).toEqual(
      all.map(({ end }) => isoTime(end).slice(5, 23)),
    );
  });

  it('finer ones are taken where something in front of the line has one of whole seconds', () => {
    const line: Line = (r) =>
      `${dateAndTime(r.end)} ${loggingTime(r.end)} INFO web ${r.method} ${r.path} ${r.status} ${millis(r)}ms`;
    expect(endsOf(line)).toEqual(all.map(({ end }) => Math.floor(end)));
    const record: Line = (r) =>
      JSON.stringify({
        requestTime: clfTime(r.start),
        requestTimeEpoch: Math.floor(r.start),
        httpMethod: r.method,
        path: r.path,
        status: String(r.status),
        responseLatency: String(millis(r)),
      });
    expect(endsOf(record)).toEqual(all.map(({ start }) => Math.floor(start)));
  });
});

describe('times', () => {
  it('of a part are shorter than the whole', () => {
    const line: Line = (r) =>
      JSON.stringify({
        timestamp: isoTime(r.end),
        method: r.method,
        uri: r.path,
        status: r.status,
        processing_ns: '4000',
        total_ns: String(micros(r) * 1000),
      });
    expect(parse(text(line)).rows.map(({ duration }) => duration)).toEqual(all.map(micros));
    const haproxy: Line = (r) =>
      JSON.stringify({
        t: isoTime(r.start),
        method: r.method,
        path: r.path,
        status: r.status,
        Tw: 0,
        Tr: 1,
        Ta: millis(r),
        Tt: millis(r) + 9,
      });
    expect(parse(text(haproxy)).rows.map(({ duration }) => duration)).toEqual(all.map((r) => millis(r) * 1000));
  });
});

describe('columns that a header names', () => {
  it('are read by it', () => {
    const header =
      '#Software: Microsoft Internet Information Services 10.0\n#Fields: date time s-sitename cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) sc-status sc-win32-status sc-bytes cs-bytes time-taken\n';
    const line: Line = (r) => {
      const [path, query = '-'] = r.path.split('?');
      return `${dateAndTime(r.end)} W3SVC1 ${r.method} ${path} ${query} 203.0.113.7 curl/8.5.0 ${r.status} 0 ${r.bytes} 300 ${millis(r)}`;
    };
    const { rows, report } = parse(header + text(line));
    expect(rows.map(({ duration, status, bytes }) => ({ duration, status, bytes }))).toEqual(
      all.map((r) => ({ duration: millis(r) * 1000, status: r.status, bytes: r.bytes })),
    );
    expect(report).toMatchObject({ format: 'w3c', unparsed: 0, lifecycle: 2 });
  });
});

describe('records without a newline between them', () => {
  it('are lines of their own', () => {
    const line: Line = (r) =>
      JSON.stringify({ ts: isoTime(r.end), method: r.method, path: r.path, status: r.status, duration_ms: millis(r) });
    const lines = text(line).split('\n').filter(Boolean);
    const joined = lines.map((one, i) => one + (i % 3 === 1 ? '' : '\n')).join('');
    const told = (log: string) => parse(log).rows.map(({ offset: _, ...row }) => row);
    expect(told(joined)).toEqual(told(text(line)));
    expect(told(`${lines.join('')}\n`)).toEqual(told(text(line)));
    const { report } = parse(joined);
    expect(report).toMatchObject({ lines: all.length, requests: all.length, unparsed: 0 });
  });
});
