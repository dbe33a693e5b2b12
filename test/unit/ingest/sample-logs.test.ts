// The logs of sample-logs/, recorded from real servers: what each line is.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from '../../helpers/ingest.ts';

const samples = join(import.meta.dirname, '..', '..', '..', 'sample-logs');

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
