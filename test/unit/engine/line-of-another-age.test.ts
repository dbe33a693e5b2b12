// One line whose stamp is of another age (a bit that fell over, a clock that was never set): the others are told all the same, and soon.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { examine } from '../../../src/engine/examine.ts';
import { howToLog } from '../../../src/engine/how-to-log.ts';
import { whatIfByServer } from '../../../src/simulate/what-if-servers.ts';
import { partialOfTexts } from '../../helpers/infer-log.ts';

const options = { inputs: [], version: 'test', effort: 'full', howToLog: howToLog(formats) } as const;

describe.each(['daphne-1-default.log', 'gunicorn-sync-4-half-loaded.log', 'gunicorn-gthread-2x8-nearly-full.log'])(
  '%s with a line of another age',
  (name) => {
    const lines = readFileSync(new URL(`../../../sample-logs/${name}`, import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line.includes('GET /'));

    it.each([
      { which: 'first', at: 0, year: '1990' },
      { which: 'last', at: lines.length - 1, year: '9998' },
    ])('the $which one, of $year: every request is told, and other pools are simulated', ({ at, year }) => {
      const text = lines.map((line, i) => `${i === at ? line.replace('/2026:', `/${year}:`) : line}\n`).join('');
      expect(text).toContain(`/${year}:`);
      const { summary, facts } = examine(partialOfTexts(text), options);
      expect(summary.requests.total).toBe(lines.length);
      expect(summary.window[at === 0 ? 'from' : 'to']).toContain(year);
      const { scenarios } = whatIfByServer(facts, { workers: [2, 4] }, 200_000);
      expect(scenarios.length).toBeGreaterThan(0);
    });
  },
);
