// Quantiles of a column: no longer than the longest, which the sentence above tells exactly.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ColumnDurations } from '../../../src/tui/scene/column-durations.ts';

const quantileOf = (micros: readonly number[], share: number): number => {
  const durations = new ColumnDurations(2);
  for (const one of micros) durations.add(1, one);
  expect(durations.isEmpty(0)).toBe(true);
  return durations.quantile(1, share);
};

it('are exact where they are the longest, and never above it', () => {
  expect(quantileOf([1_500_900], 0.5)).toBe(1_500_900);
  expect(quantileOf([200_000, 878_000], 0.95)).toBe(878_000);
  expect(quantileOf([0, 0], 0.95)).toBe(0);
  expect(quantileOf([], 0.95)).toBeNaN();
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 2e9 }), { minLength: 1, maxLength: 60 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (all, share) => {
        const sorted = all.toSorted((a, b) => a - b);
        const exact = sorted[Math.ceil(all.length * share) - 1];
        const told = quantileOf(all, share);
        expect(told).toBeLessThanOrEqual(sorted[sorted.length - 1]);
        expect(Math.abs(told - exact)).toBeLessThanOrEqual(exact * 0.07 + 1);
      },
    ),
  );
});
