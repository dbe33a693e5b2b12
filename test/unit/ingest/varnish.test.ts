// Varnish: lines that varnishncsa wrote in front of gunicorn, and formats of its -F.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from '../../helpers/ingest.ts';
import { all, clfTime, micros, type Request, seconds, text } from './no-layout/requests.ts';

const common = (r: Request) =>
  `203.0.113.7 - - [${clfTime(r.start)}] "${r.method} http://example.com${r.path} HTTP/1.1" ${r.status} ${r.bytes} "-" "curl/8.5.0"`;
const durations = (line: (r: Request) => string) => parse(text(line)).rows.map(({ duration }) => duration);

describe('varnishncsa', () => {
  it('is known by the whole URL in its requests, and its stamps are those of starts', () => {
    const { rows, report } = parse(text(common));
    expect(report).toMatchObject({ format: 'varnish', unparsed: 0, timestamp: { meaning: 'start' } });
    expect(rows[0]).toMatchObject({ route: 'GET /users/{id}', duration: null });
  });

  it('gives microseconds beside the time to the first byte, as recorded from Varnish 7.1', () => {
    const recorded = readFileSync(new URL('captures/varnish-7.1.log', import.meta.url), 'utf8');
    const { rows, report } = parse(recorded);
    expect(report).toMatchObject({ format: 'varnish', unparsed: 0 });
    const written = recorded.split('\n').flatMap((line) => / (\d+) \d+\.\d{6} pass$/.exec(line)?.[1] ?? []);
    expect(rows.map(({ duration }) => duration)).toEqual(written.map(Number));
    expect(written).toHaveLength(14);
  });

  it('the whole is taken where the first byte came much earlier, and the time to the first byte never', () => {
    const early = (r: Request) => ((r.end - r.start) * 0.0009).toFixed(6);
    expect(durations((r) => `${common(r)} ${micros(r)} ${early(r)} pass`)).toEqual(all.map(micros));
    expect(durations((r) => `${common(r)} ${early(r)} ${micros(r)}`)).toEqual(all.map(micros));
    expect(durations((r) => `${common(r)} ${seconds(r, 6)} ${r.status < 300 ? 'hit' : 'miss'}`)).toEqual(
      all.map(() => null),
    );
  });

  it('a size is no whole of which seconds are the beginning', () => {
    const line = (r: Request) =>
      `203.0.113.7 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} 7 "-" "curl" ${900_000 + r.bytes} ${seconds(r, 6)}`;
    for (const [i, duration] of durations(line).entries()) {
      if (duration !== null) expect(duration).toBeCloseTo(micros(all[i]), -1);
    }
  });

  it('is read by its own directives', () => {
    const logFormat = 'varnish:%{%Y-%m-%dT%H:%M:%S%z}t %m %U%q %s %{Varnish:time_firstbyte}x %D';
    const at = (r: Request) => `${new Date(r.start).toISOString().slice(0, 19)}+0000`;
    const line = (r: Request) => `${at(r)} ${r.method} ${r.path} ${r.status} ${seconds(r, 6)} ${micros(r)}`;
    const { rows, report } = parse(text(line), { logFormat });
    expect(report).toMatchObject({ format: 'varnish', unparsed: 0, timestamp: { meaning: 'start' } });
    expect(rows.map(({ duration }) => duration)).toEqual(all.map(micros));
  });
});
