// Logs of real servers (captures/: loopback, synthetic requests, many of them odd on purpose): what each line is.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from '../../helpers/ingest.ts';

/** File, format, and how many of its lines are what: lines, requests, lifecycle, continuation, unparsed. */
const captures: readonly (readonly [string, string, number, number, number, number, number])[] = [];

const folder = join(import.meta.dirname, 'captures');
const samples = join(import.meta.dirname, '../../../sample-logs');

describe('captures', () => {
  it('are all in the table', () => {
    expect(captures.map(([name]) => name)).toEqual(readdirSync(folder).sort());
  });

  for (const [name, format, lines, requests, lifecycle, continuation, unparsed] of captures) {
    it(name, () => {
      const { report, rows } = parse(readFileSync(join(folder, name)));
      expect(report).toMatchObject({ format, lines, requests, lifecycle, continuation, unparsed });
      expect(requests + lifecycle + continuation + unparsed).toBe(lines);
      expect(rows).toHaveLength(requests);
      for (const { route } of rows) expect(route ?? '').not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    });
  }
});

describe('sample logs', () => {
  const truth = JSON.parse(readFileSync(join(samples, 'truth.json'), 'utf8')) as Record<string, { logged: number }>;

  for (const name of readdirSync(samples).filter((file) => file.endsWith('.log'))) {
    it(`every line of ${name} is taken for what it is`, () => {
      const { report, rows } = parse(readFileSync(join(samples, name)));
      expect(report.unparsed).toBe(0);
      expect(report.requests + report.lifecycle + report.continuation).toBe(report.lines);
      expect(rows).toHaveLength(truth[name]?.logged ?? 0);
    });
  }

  for (const [what, pattern] of [
    ['duration', / us=\d+/],
    ['pid', / pid=<\d+>/],
    ['both', / pid=<\d+> us=\d+/],
  ] as const) {
    it(`requests are the same with the ${what} taken away`, () => {
      for (const [name, { logged }] of Object.entries(truth)) {
        const text = readFileSync(join(samples, name), 'utf8');
        if (!pattern.test(text)) continue;
        const stripped = text.replaceAll(new RegExp(pattern, 'g'), '');
        expect(parse(stripped).rows, name).toHaveLength(logged);
      }
    });
  }
});
