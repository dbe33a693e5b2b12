// Ranking, causes and symptoms, and what a log cannot be asked.
import { describe, expect, it } from 'vitest';
import { defineFinding, type Finding, type FindingRule } from '../../../src/core/finding.ts';
import { diagnose } from '../../../src/findings/diagnose.ts';
import { findingRules } from '../../../src/findings/index.ts';
import { poisson, syncPool } from '../../helpers/traffic.ts';

const facts = syncPool(
  2,
  poisson(1, 3, 20, () => ({ takes: 0.1 })),
);

const said = (more: Partial<Finding> = {}): Finding => ({
  severity: 'warning',
  title: 't',
  detail: 'd',
  evidence: { n: 1 },
  advice: 'a',
  from: Number.NaN,
  to: Number.NaN,
  ...more,
});

const rule = (id: string, finding: Finding | null, more: Partial<FindingRule> = {}): FindingRule =>
  defineFinding({
    id,
    title: id,
    needs: [],
    examine: () => finding,
    explain: { test: '', guards: '', fix: {} },
    fires: [],
    quiet: [],
    ...more,
  });

const ids = (rules: readonly FindingRule[]) => diagnose(facts, rules).map(({ id }) => id);

describe('diagnose', () => {
  it('ranks by severity, then by what callers lost, then by the order of the rules', () => {
    const rules = [
      rule('info', said({ severity: 'info' })),
      rule('small', said({ lostSeconds: 1 })),
      rule('first', said()),
      rule('second', said()),
      rule('large', said({ lostSeconds: 100 })),
      rule('critical', said({ severity: 'critical' })),
    ];
    expect(ids(rules)).toEqual(['critical', 'large', 'small', 'first', 'second', 'info']);
  });

  it('lets a symptom speak that has a cause of its own this time', () => {
    const rules = [rule('a', said({ spares: ['b'] }), { silences: ['b', 'c'] }), rule('b', said()), rule('c', said())];
    expect(ids(rules)).toEqual(['a', 'b']);
  });

  it('lets a cause silence its symptoms, and their symptoms, and lists them', () => {
    const rules = [
      rule('c', said(), { silences: ['d'] }),
      rule('b', said(), { silences: ['c'] }),
      rule('a', said(), { silences: ['b', 'absent'] }),
      rule('d', said()),
      rule('e', said()),
    ];
    const found = diagnose(facts, rules);
    expect(found.map(({ id }) => id)).toEqual(['a', 'e']);
    expect(found[0].evidence.symptoms).toBe('b, c, d');
    expect(found[1].evidence.symptoms).toBeUndefined();
  });

  it('does not ask what the log cannot answer', () => {
    const asked: string[] = [];
    const curious = rule('waits', said(), {
      needs: ['wait'],
      examine: () => {
        asked.push('waits');
        return said();
      },
    });
    expect(diagnose(facts, [curious])).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('gives instants, and null for the whole log', () => {
    const [part] = diagnose(facts, [rule('part', said({ from: 1_700_000_000_000_000, to: 1_700_000_001_500_000 }))]);
    expect(part).toMatchObject({ from: '2023-11-14T22:13:20+00:00', to: '2023-11-14T22:13:21.500+00:00' });
    expect(diagnose(facts, [rule('whole', said())])[0]).toMatchObject({ from: null, to: null });
  });
});

describe('the findings', () => {
  it('never silence each other in a circle', () => {
    const byId = new Map(findingRules.map((one) => [one.id, one]));
    const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
      (byId.get(from)?.silences ?? []).some((id) => {
        if (id === to) return true;
        if (seen.has(id)) return false;
        seen.add(id);
        return reaches(id, to, seen);
      });
    for (const { id } of findingRules) expect(reaches(id, id), id).toBe(false);
  });
  it('silence only findings that exist', () => {
    const known = new Set(findingRules.map(({ id }) => id));
    for (const one of findingRules)
      for (const id of one.silences ?? []) expect(known.has(id), `${one.id} silences ${id}`).toBe(true);
  });
});
