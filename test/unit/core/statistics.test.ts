// The tests that decide whether something is said at all, against published values and exact sums.
import { describe, expect, it } from 'vitest';
import {
  logBinomialTail,
  logPoissonTail,
  medianOf,
  quantileOf,
  rankSumTest,
  shareScore,
  twoSided,
} from '../../../src/core/statistics.ts';
import { createRandom } from '../../helpers/random.ts';

describe('the normal tail', () => {
  it.each([
    [1.96, 0.05],
    [3.2905, 0.001],
    [4.8916, 1e-6],
    [6.109, 1e-9],
  ])('of %f is %f', (z, p) => {
    expect(twoSided(z) / p).toBeGreaterThan(0.98);
    expect(twoSided(z) / p).toBeLessThan(1.02);
    expect(twoSided(-z)).toBe(twoSided(z));
  });
});

describe('the rank sum test', () => {
  const draw = (seed: number, n: number, shift: number) => {
    const random = createRandom(seed);
    return Array.from({ length: n }, () => random.exponential(1) + shift);
  };
  it('says nothing of two samples of one law', () => {
    const ps = Array.from({ length: 200 }, (_, i) => rankSumTest(draw(i, 40, 0), draw(i + 999, 60, 0)).p);
    expect(ps.filter((p) => p < 0.05).length).toBeLessThan(25);
    expect(ps.filter((p) => p < 0.001).length).toBeLessThan(3);
  });
  it('sees a shift, and its direction', () => {
    const { z, p } = rankSumTest(draw(1, 100, 0), draw(2, 100, 1));
    expect(p).toBeLessThan(1e-6);
    expect(z).toBeGreaterThan(0);
  });
  it('says nothing of nothing', () => expect(rankSumTest([], [1]).p).toBe(1));
});

describe('tails of counts', () => {
  const poissonTail = (k: number, mean: number) => {
    let term = Math.exp(-mean);
    let below = 0;
    for (let i = 0; i < k; i++) {
      below += term;
      term *= mean / (i + 1);
    }
    return 1 - below;
  };
  it.each([
    [8, 2],
    [12, 5],
    [30, 15],
  ])('P(Poisson >= %i | mean %i) within a factor of 1.5', (k, mean) => {
    const ratio = Math.exp(logPoissonTail(k, mean)) / poissonTail(k, mean);
    expect(ratio).toBeGreaterThan(0.99);
    expect(ratio).toBeLessThan(1.5);
  });
  it('bounds the binomial tail from above', () => {
    // P(Bin(10, 0.5) >= 9) = 11 / 1024
    expect(logBinomialTail(9, 10, 0.5)).toBeGreaterThan(Math.log(11 / 1024));
    expect(logBinomialTail(9, 10, 0.5)).toBeLessThan(Math.log(11 / 1024) + 2);
    expect(logBinomialTail(10, 10, 0.1)).toBeCloseTo(10 * Math.log(0.1), 9);
    expect(logBinomialTail(3, 10, 0.5)).toBe(0);
  });
});

describe('quantiles and shares', () => {
  it('interpolate', () => {
    expect(medianOf([3, 1, 2])).toBe(2);
    expect(quantileOf([0, 10], 0.25)).toBe(2.5);
    expect(quantileOf([], 0.5)).toBeNaN();
  });
  it('compare', () => {
    expect(shareScore(10, 1000, 10, 1000)).toBe(0);
    expect(shareScore(10, 1000, 60, 1000)).toBeGreaterThan(5);
    expect(shareScore(0, 0, 1, 2)).toBe(0);
  });
});
