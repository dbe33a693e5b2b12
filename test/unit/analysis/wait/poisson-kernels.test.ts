// The laws of the number of arrivals: Poisson's, one by one; where they are counted in units, one of the same mean and spread.
import { describe, expect, it } from 'vitest';
import { type Kernel, poissonKernels } from '../../../../src/analysis/wait/poisson-kernels.ts';

const sumOver = ({ from, mass }: Kernel, of: (k: number) => number): number =>
  mass.reduce((sum, p, i) => sum + p * of(from + i), 0);
const means = [0.001, 0.02, 0.5, 1, 3.7, 12, 80, 700];

describe('one by one', () => {
  it.each(means)('mean %d: Poisson mass, all but a millionth of it', (mean) => {
    const kernel = poissonKernels(1).of(Math.log(mean));
    const total = sumOver(kernel, () => 1);
    expect(total).toBeGreaterThan(1 - 1e-6);
    expect(total).toBeLessThan(1 + 1e-9);
    // Means are kept to one part in a hundred.
    const kept = sumOver(kernel, (k) => k);
    expect(Math.abs(Math.log(kept / mean))).toBeLessThan(0.0051);
    expect(sumOver(kernel, (k) => (k - kept) ** 2)).toBeCloseTo(kept, 3);
    // The law itself: p(k + 1) / p(k) = mean / (k + 1).
    const { from, mass } = kernel;
    for (let k = from; k < from + 5; k++) {
      expect(mass[k + 1 - from] / mass[k - from]).toBeCloseTo(kept / (k + 1), 4);
    }
  });

  it('next to nothing arrives: nobody, surely', () => {
    for (const logMean of [-60, -1000, Number.NEGATIVE_INFINITY]) {
      const { from, mass } = poissonKernels(1).of(logMean);
      expect(from).toBe(0);
      expect(mass[0]).toBeCloseTo(1, 9);
    }
  });
});

describe('in units of so many', () => {
  it.each([
    [4, 40],
    [8, 200],
    [16, 1000],
  ])('of %d, mean %d: the same mean and spread', (unit, mean) => {
    const kernel = poissonKernels(unit).of(Math.log(mean));
    expect(sumOver(kernel, () => 1)).toBeCloseTo(1, 9);
    const middle = sumOver(kernel, (k) => k * unit);
    expect(Math.abs(middle / mean - 1)).toBeLessThan(0.006);
    expect(sumOver(kernel, (k) => (k * unit - middle) ** 2) / mean).toBeCloseTo(1, 1);
  });

  it('less than a unit is not told more finely than a third of one', () => {
    const kernel = poissonKernels(64).of(Math.log(16));
    const middle = sumOver(kernel, (k) => k);
    expect(sumOver(kernel, (k) => (k - middle) ** 2)).toBeGreaterThan(0.05);
    expect(sumOver(kernel, () => 1)).toBeCloseTo(1, 9);
  });
});

it('a mean that was asked for is not worked out again, and units do not share their laws', () => {
  const kernel = poissonKernels(1).of(Math.log(30));
  expect(poissonKernels(1).of(Math.log(30.01))).toBe(kernel);
  expect(poissonKernels(1).of(Math.log(31))).not.toBe(kernel);
  expect(poissonKernels(2).of(Math.log(30))).not.toBe(kernel);
});
