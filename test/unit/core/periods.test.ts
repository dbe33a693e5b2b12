// A period is one that all events keep, some of which may not have shown; events at random keep none.
import { describe, expect, it } from 'vitest';
import { periodOf } from '../../../src/core/periods.ts';
import { createRandom } from '../../helpers/random.ts';

describe('periodOf', () => {
  it('is the gap that events keep, also where one or two of them did not show', () => {
    expect(periodOf([0, 15, 30, 45])).toBe(15);
    expect(periodOf([0, 15, 30, 60, 75, 90.5])).toBe(15);
    expect(periodOf([0, 15.2, 29.9, 75, 90])).toBeCloseTo(15.1, 0);
  });
  it('is none of fewer than three gaps, of gaps that differ, and of mostly missing ones', () => {
    expect(periodOf([])).toBeNaN();
    expect(periodOf([0, 15, 30])).toBeNaN();
    expect(periodOf([0, 15, 30, 52])).toBeNaN();
    expect(periodOf([0, 30, 45, 75, 90, 120])).toBeNaN();
    expect(periodOf([5, 5, 5, 5])).toBeNaN();
  });
  it('is seldom made by chance', () => {
    const random = createRandom(22);
    const kept = Array.from({ length: 1000 }, () => {
      let at = 0;
      return periodOf(Array.from({ length: 6 }, () => (at += random.between(10, 30))));
    }).filter(Number.isFinite);
    expect(kept.length).toBeLessThan(15);
  });
});
