// A pool that is full again and again is told as one spell, and a break or a stretch that lasts ends it.
import { expect, it } from 'vitest';
import { FullSpell } from '../../../src/engine/full-spell.ts';

const SECOND = 1_000_000;
const seconds = (...stretches: readonly [from: number, to: number][]) => {
  const spell = new FullSpell();
  for (const [from, to] of stretches) {
    spell.begin(from * SECOND, false);
    spell.end({ from: from * SECOND, to: to * SECOND });
  }
  return spell;
};

it('is one spell from its first stretch on, full for the sum of them, and nobody waits for longer than the longest', () => {
  const spell = seconds([10, 20], [25, 40]);
  expect(spell.at(48 * SECOND, null)).toEqual({
    from: 10 * SECOND,
    orLonger: false,
    fullMicros: 25 * SECOND,
    micros: 38 * SECOND,
    longest: 18 * SECOND,
  });
  expect(spell.at(48 * SECOND, 46 * SECOND)).toMatchObject({ fullMicros: 27 * SECOND });
});

it('is no spell after one stretch alone, which has ended', () => {
  expect(seconds([10, 20]).at(25 * SECOND, null)).toBe(null);
});

it('is over after a long break, and while one stretch is long', () => {
  const spell = seconds([10, 20], [25, 40]);
  expect(spell.at(61 * SECOND, null)).toBe(null);
  expect(spell.at(80 * SECOND, 49 * SECOND)).toBe(null);
  expect(seconds([10, 20], [25, 60]).at(65 * SECOND, null)).toBe(null);
  expect(seconds([10, 20], [45, 60]).at(65 * SECOND, null)).toBe(null);
});

it('counts no time twice where better times move a beginning before the end of the last stretch', () => {
  expect(seconds([10, 20]).at(30 * SECOND, 15 * SECOND)).toMatchObject({
    fullMicros: 20 * SECOND,
    micros: 20 * SECOND,
  });
});

it('goes on with what was found before, but with a wait of its own', () => {
  const spell = new FullSpell();
  const first = spell.begin(10 * SECOND, true);
  first.severity = 'critical';
  first.waited({ mean: 2 * SECOND, low: SECOND, high: 4 * SECOND, isOpen: true }, true);
  spell.end({ from: 10 * SECOND, to: 20 * SECOND });
  const second = spell.begin(25 * SECOND, false);
  expect(second).toMatchObject({ since: 25 * SECOND, severity: 'critical', wait: null, orLonger: false });
  expect(spell.at(26 * SECOND, 25 * SECOND)).toMatchObject({ orLonger: true, longest: Number.POSITIVE_INFINITY });
  spell.end({ from: 25 * SECOND, to: 30 * SECOND });
  expect(spell.begin(60 * SECOND, false).severity).toBe('info');
});
