// Tables keep to the width of the terminal: what can be done without goes first, and a figure is never cut.
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { postMortem } from '../../../src/engine/post-mortem.ts';
import { compare } from '../../../src/findings/compare.ts';
import { findingRules } from '../../../src/findings/index.ts';
import { alignWithin } from '../../../src/report/columns.ts';
import { diffText } from '../../../src/report/diff-text.ts';
import { explainFindingRule, listFindingRules } from '../../../src/report/text-finding-rules.ts';
import { whatIfText } from '../../../src/report/whatif-text.ts';
import { whatIfByServer } from '../../../src/simulate/what-if-servers.ts';

const paint = (_meaning: string, text: string) => text;
const widest = (text: string): number => Math.max(...text.split('\n').map((row) => row.length));

describe('columns within a width', () => {
  const rows = [
    ['route', 'requests', 'p95'],
    ['GET /a/rather/long/name', '100', '12 ms'],
  ];
  it('are all there where they fit', () => expect(alignWithin(rows, 60, [1])[0]).toContain('requests'));
  it('go in the order given', () => expect(alignWithin(rows, 32, [1])[0]).not.toContain('requests'));
  it('leave the figures whole and cut the name', () =>
    expect(alignWithin(rows, 20, [1])).toEqual(['route            p95', 'GET /a/rathe…  12 ms']));
});

const sideOf = ({ facts, summary }: Awaited<ReturnType<typeof postMortem>>) => ({
  path: 'logs/of/a/server/access.log',
  analysis: facts,
  findings: summary.findings,
});

describe('the reports', async () => {
  const [before, after] = await Promise.all(
    ['unbalanced', 'backend-away'].map((name) => postMortem([`test/faults/${name}.log.gz`], { formats })),
  );
  for (const width of [80, 100]) {
    it(`of what-if and diff fit into ${width} columns`, () => {
      const document = whatIfByServer(before.facts, { workers: [2, 4, 16], threads: [8, 16] }, 200_000);
      expect(widest(whatIfText({ document, path: 'unbalanced.log', width, paint }))).toBeLessThanOrEqual(width);
      expect(widest(diffText(compare(sideOf(before), sideOf(after)), width, paint))).toBeLessThanOrEqual(width);
    });
  }
});

describe('the pages of the findings', () => {
  it.each([80, 120])('fit into %i columns', (width) => {
    expect(widest(listFindingRules(findingRules, width, paint))).toBeLessThanOrEqual(width);
    for (const rule of findingRules) {
      const [, prose] = explainFindingRule(rule, width, paint).split(/^(?=Test$)/m);
      expect(widest(prose), rule.id).toBeLessThanOrEqual(width);
    }
  });
});
