/** Tests shared by findings and comparisons, in addition to simple-statistics. */
import { cumulativeStdNormalProbability, quantileSorted, wilcoxonRankSum } from 'simple-statistics';

/** At most so many values are ranked per side: an even sample of more decides the same. */
const MOST = 5000;

/** Quantile, with linear interpolation between order statistics; NaN if there are no values. */
export function quantileOf(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) return Number.NaN;
  return quantileSorted(new Float64Array(values).sort() as unknown as number[], share);
}

export const medianOf = (values: ArrayLike<number>): number => quantileOf(values, 0.5);

export function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}

export const meanOf = (values: ArrayLike<number>): number => sumOf(values) / values.length;

/**
 * Mann-Whitney test. z > 0: `after` tends to be larger than `before`. p is two-sided, by the normal approximation, which needs at least
 * eight values on each side.
 */
export function rankSumTest(before: ArrayLike<number>, after: ArrayLike<number>): { z: number; p: number } {
  const a = thinned(after);
  const b = thinned(before);
  if (a.length === 0 || b.length === 0) return { z: 0, p: 1 };
  const sum = wilcoxonRankSum(a, b);
  const expected = (a.length * (a.length + b.length + 1)) / 2;
  const deviation = Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12);
  const z = (sum - expected) / deviation;
  return { z, p: twoSided(z) };
}

/** Two-sided p of a standard normal score: from the library near the middle, by Laplace's continued fraction in the tail. */
export function twoSided(z: number): number {
  const size = Math.abs(z);
  if (size < 3) return Math.min(1, 2 * (1 - cumulativeStdNormalProbability(size)));
  let fraction = size;
  for (let k = 12; k >= 1; k--) fraction = size + k / fraction;
  return Math.max(Number.MIN_VALUE, (2 * Math.exp((-size * size) / 2)) / Math.sqrt(2 * Math.PI) / fraction);
}

/** An even sample, if there are too many values. */
function thinned(values: ArrayLike<number>): number[] {
  if (values.length <= MOST) return Array.from(values);
  return Array.from({ length: MOST }, (_, i) => values[Math.floor((i * values.length) / MOST)]);
}

/** z score of the difference of two shares k/n (pooled); > 0 if the second share is larger. */
export function shareScore(k1: number, n1: number, k2: number, n2: number): number {
  if (n1 === 0 || n2 === 0) return 0;
  const pooled = (k1 + k2) / (n1 + n2);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2));
  return deviation > 0 ? (k2 / n2 - k1 / n1) / deviation : 0;
}

/** ln P(X >= k) of a Poisson distribution, by its leading term and a bound for the rest; 0 if k is at most the mean. */
export function logPoissonTail(k: number, mean: number): number {
  if (k <= mean) return 0;
  if (mean <= 0) return Number.NEGATIVE_INFINITY;
  let logTerm = -mean + k * Math.log(mean);
  for (let i = 2; i <= k; i++) logTerm -= Math.log(i);
  // Geometric bound of the rest: each further term is at most mean / (k + 1) times the one before.
  return Math.min(0, logTerm - Math.log(1 - mean / (k + 1)));
}

/** ln P(X >= k) of a binomial distribution, by the Chernoff bound, which is exact enough for small probabilities. */
export function logBinomialTail(k: number, n: number, p: number): number {
  const share = k / n;
  if (share <= p) return 0;
  if (p <= 0) return Number.NEGATIVE_INFINITY;
  const free = share < 1 ? (1 - share) * Math.log((1 - share) / (1 - p)) : 0;
  return -n * (share * Math.log(share / p) + free);
}

/** How many of `length` ascending values, given by `at(i)`, are below a limit. */
export function countBelow(length: number, at: (i: number) => number, limit: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(middle) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many values of an ascending array are <= t. */
export function countUpTo(values: Float64Array, t: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}
