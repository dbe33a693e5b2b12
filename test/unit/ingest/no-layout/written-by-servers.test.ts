// Lines as gunicorn and django-structlog were seen to write them.
import { describe, expect, it } from 'vitest';
import { parse } from '../../../helpers/ingest.ts';
import { all, clfTime, isoTime, type Line, loggingTime, micros, millis, seconds, text } from './requests.ts';

const columns = (line: Line) =>
  parse(text(line))
    .rows.sort((a, b) => a.offset - b.offset)
    .map(({ status, worker, duration }) => ({ status, worker, duration }));
const truth = all.map((r) => ({ status: r.status, worker: String(r.pid), duration: micros(r) }));

describe('lines of gunicorn', () => {
  it('with every atom there is: the first number behind the last quote is no status', () => {
    const line: Line = (r) => {
      const [path, query = ''] = r.path.split('?');
      return `127.0.0.1 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.method} ${path} ${query} HTTP/1.1 ${r.status} ${r.bytes} ${r.bytes} "-" "curl/8.5.0" ${Math.floor(millis(r) / 1000)} ${Math.floor(micros(r) / 1000)} ${micros(r)} ${seconds(r, 6)} <${r.pid}>`;
    };
    expect(columns(line)).toEqual(truth);
  });

  it('with the pid in brackets of both kinds, and with whole seconds beside microseconds', () => {
    expect(columns((r) => `- - - "${r.method} ${r.path}" ${r.status} in ${micros(r)}µs [<${r.pid}>]`)).toEqual(truth);
    const pair: Line = (r) =>
      `127.0.0.1 "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} ${Math.floor(micros(r) / 1e6)}/${micros(r)}`;
    expect(parse(text(pair)).rows.map(({ duration }) => duration)).toEqual(all.map(micros));
  });
});

describe('lines of gunicorn, by names in front of the request', () => {
  it('have their pid and duration', () => {
    const line: Line = (r) =>
      `[${clfTime(r.end)}] pid=<${r.pid}> us=${micros(r)} "${r.method} ${r.path} HTTP/1.1" ${r.status}`;
    expect(columns(line)).toEqual(truth);
  });
});

describe('lines of runserver with a process in front', () => {
  it('have no other one behind the request: what stands there is a size', () => {
    const size = (r: { path: string }) => [10, 38, 143, 843, 1683, 423][r.path.length % 6];
    const line: Line = (r) =>
      `INFO ${loggingTime(r.end)} basehttp 8773 140230848001728 "${r.method} ${r.path} HTTP/1.1" ${r.status} ${size(r)}`;
    const { rows } = parse(text(line));
    expect(rows.length).toBe(all.length);
    expect(new Set(rows.map(({ worker }) => worker))).toEqual(new Set(['8773']));
  });
});

describe('lines of django-structlog', () => {
  it('in colour beside those of gunicorn are counted once', () => {
    const key = (name: string, value: string) => `\u001b[36m${name}\u001b[0m=\u001b[35m${value}\u001b[0m`;
    const line = (at: number, event: string, pairs: string[]) =>
      `\u001b[2m${isoTime(at)}\u001b[0m [\u001b[32m\u001b[1minfo     \u001b[0m] \u001b[1m${event.padEnd(30)}\u001b[0m ${pairs.join(' ')}`;
    const lines = all.flatMap((r, i): [number, string][] => {
      const both = [key('request', `'${r.method} ${r.path}'`), key('request_id', `3e4522d6-${1000 + i}-4db4`)];
      return [
        [r.start, line(r.start, 'request_started', both)],
        [r.end, line(r.end, 'request_finished', [key('code', String(r.status)), ...both])],
        [r.end, `127.0.0.1 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} "-" "curl"`],
      ];
    });
    lines.sort((a, b) => a[0] - b[0]);
    const { rows, report } = parse(lines.map(([, one]) => `${one}\n`).join(''));
    expect(rows.length).toBe(all.length);
    expect(rows.every(({ duration }, i) => Math.abs((duration ?? Number.NaN) - micros(all[i])) < 1100)).toBe(true);
    expect(report.unparsed).toBe(0);
  });
});

describe('tracebacks', () => {
  it('speak of requests in their code and in what they say, and tell of none', () => {
    const traceback =
      'Traceback (most recent call last):\n  File "/app/views.py", line 3, in show\n    raise ValueError("GET /a 500")\nValueError: GET /a 500\n';
    const line: Line = (r) =>
      `${isoTime(r.end)} | ${r.method} | ${r.path} | ${r.status} | ${millis(r)}ms | pid=${r.pid}`;
    const { rows, report } = parse(traceback.repeat(2600) + text(line));
    expect(rows.length).toBe(all.length);
    expect(report).toMatchObject({ continuation: 4 * 2600, unparsed: 0 });
  });
});
