/** Did a measure change between two logs? By tests that are valid for autocorrelated samples; where there is no answer, the reason why. */
import { permutationTest, sampleCorrelation } from 'simple-statistics';
import type { DiffMeasure } from '../core/diff.ts';
import { createRandom } from '../core/random.ts';
import { meanOf, shareScore, twoSided } from '../core/statistics.ts';
import type { Summary } from '../core/summary.ts';

/** Smaller changes are not reported even if they are real: relative to the larger value, and for waits also absolute (seconds). */
const WORTH = 0.05;
const WORTH_WAIT_SECONDS = 0.005;
/** Numbers of blocks to try, largest first; with fewer than the last the test has no power. */
const BLOCKS = [24, 16, 12, 8, 6] as const;
const LEAST_PER_BLOCK = 3;
/** With at least this many requests on each side, ranges of the wait that lie apart are enough without a test. */
const LEAST_APART = 10;
const LEAST_ERRORS = 5;
const PERMUTATIONS = 20_000;
const NO_CHANGE = 'none: a difference this small is no change';

/** Range of the mean wait that fits the log, seconds. */
export type WaitRange = [low: number, high: number];

export interface WaitRanges {
  readonly before: WaitRange | null;
  readonly after: WaitRange | null;
  /** false: the wait is unknown in at least one of the logs. */
  readonly known: boolean;
  /** Both are inferred. The widths of such ranges were calibrated by the errors on recorded servers. */
  readonly inferred: boolean;
}

export function waitRanges(before: Pick<Summary, 'wait'>, after: Pick<Summary, 'wait'>): WaitRanges {
  const range = ({ wait }: Pick<Summary, 'wait'>): WaitRange | null => {
    const [low, high] = [wait.low.mean ?? wait.mean, wait.high.mean ?? wait.mean];
    return low === null || high === null ? null : [low, high];
  };
  return {
    before: range(before),
    after: range(after),
    known: before.wait.method !== 'unknown' && after.wait.method !== 'unknown',
    inferred: before.wait.method === 'inferred' && after.wait.method === 'inferred',
  };
}

const overlap = ({ before, after }: WaitRanges): boolean =>
  before !== null && after !== null && before[0] <= after[1] && after[0] <= before[1];

/** Shorter waits (seconds) are just the time to hand a request to a worker, so their ratio means nothing. */
const LEAST_WAIT = 0.001;

/**
 * Are the estimates further apart than their errors explain, although the ranges overlap at their ends? It is unlikely that both logs err to
 * the ends that face each other, so independent errors are added in quadrature (√(a² + b²)). In logarithms, as the ranges are made.
 */
function isFurtherApart({ before, after }: WaitRanges, left: number, right: number): boolean {
  if (before === null || after === null) return false;
  const log = (seconds: number) => Math.log(Math.max(LEAST_WAIT, seconds));
  const distance = Math.abs(log(left) - log(right));
  const [high, low] =
    left > right
      ? [log(left) - log(before[0]), log(after[1]) - log(right)]
      : [log(before[1]) - log(left), log(right) - log(after[0])];
  return distance > Math.hypot(high, low);
}

/** Values in µs, in order of time. `mean`, µs: overrides the mean of the values where a better one is known. */
export interface TimedSide {
  readonly values: readonly number[];
  readonly mean?: number;
}

/** Compares times, of which less is better. `level`: significance level; `waits`: ranges, if the times contain waits. */
export function timeMeasure(
  { values: before, mean: meanBefore = meanOf(before) }: TimedSide,
  { values: after, mean: meanAfter = meanOf(after) }: TimedSide,
  level: number,
  waits?: WaitRanges,
): DiffMeasure {
  const left = before.length > 0 ? meanBefore / 1e6 : null;
  const right = after.length > 0 ? meanAfter / 1e6 : null;
  const measure = {
    before: left,
    after: right,
    ratio: left !== null && right !== null && left > 0 ? right / left : null,
  };
  if (left === null || right === null || waits?.known === false) {
    return { ...measure, p: null, test: 'a log without these times', change: 'unknown', doubt: null };
  }
  const small = Math.abs(right - left) < Math.max(WORTH * Math.max(left, right), waits ? WORTH_WAIT_SECONDS : 0);
  if (small) {
    return { ...measure, p: null, test: NO_CHANGE, change: 'same', doubt: null };
  }
  const change = right < left ? 'better' : 'worse';
  const { p, test, doubt } = blockTest(before, after);
  if ((meanOf(after) - meanOf(before)) * (right - left) < 0)
    return { ...measure, p: null, test, change: 'unclear', doubt: 'parts-differ' };
  if (p !== null && p > level) return { ...measure, p, test, change: 'unclear', doubt: 'chance' };
  if (waits && overlap(waits) && !isFurtherApart(waits, left, right))
    return { ...measure, p, test, change: 'unclear', doubt: 'ranges-overlap' };
  if (p !== null) return { ...measure, p, test, change, doubt: null };
  // A queue that grows all the time is too autocorrelated for the test. Ranges that lie apart are enough.
  if (waits?.inferred && Math.min(before.length, after.length) >= LEAST_APART) {
    return {
      ...measure,
      p,
      test: `${test}; the inferred waits are further apart than their ranges explain`,
      change,
      doubt: null,
    };
  }
  return { ...measure, p, test, change: 'unclear', doubt };
}

/** `doubt`: why there was no test; "knotted": successive requests are too strongly correlated. */
type Tested =
  | { readonly p: number; readonly test: string; readonly doubt: null }
  | { readonly p: null; readonly test: string; readonly doubt: 'few-requests' | 'knotted' };

/**
 * Permutation test of block means. Successive requests are correlated (a queue has memory), the means of long blocks hardly are. Blocks
 * grow until the lag-1 correlation of their means is at most 0.3. p is null if no block size achieves that.
 */
function blockTest(before: readonly number[], after: readonly number[]): Tested {
  const possible = BLOCKS.filter((count) => Math.min(before.length, after.length) >= LEAST_PER_BLOCK * count);
  for (const count of possible) {
    const left = blockMeans(before, count);
    const right = blockMeans(after, count);
    if (Math.max(lagOne(left), lagOne(right)) > 0.3) continue;
    const test = `permutation test of the means of ${count} and ${count} blocks`;
    return { p: permuted(left, right), test, doubt: null };
  }
  return possible.length === 0
    ? { p: null, test: 'none: too few requests', doubt: 'few-requests' }
    : { p: null, test: 'none: requests resemble those before them too much', doubt: 'knotted' };
}

function blockMeans(values: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, k) =>
    meanOf(values.slice(Math.floor((k * values.length) / count), Math.floor(((k + 1) * values.length) / count))),
  );
}

function lagOne(means: readonly number[]): number {
  if (means.every((value) => value === means[0])) return 0;
  return sampleCorrelation(means.slice(0, -1), means.slice(1)) || 0;
}

function permuted(left: number[], right: number[]): number {
  if ([...left, ...right].every((value) => value === left[0])) return 1;
  // A fixed seed: the same logs always give the same p.
  const test = (count: number) => Math.max(1 / count, permutationTest(left, right, 'two_side', count, createRandom(1)));
  // A short first run settles most cases. Only a small p is worth many permutations.
  const first = test(PERMUTATIONS / 20);
  return first > 0.05 ? first : test(PERMUTATIONS);
}

/** Compares error ratios: k1 errors of n1 requests before, k2 of n2 after. Fewer are better. */
export function errorMeasure(k1: number, n1: number, k2: number, n2: number, level: number): DiffMeasure {
  const before = n1 > 0 ? k1 / n1 : null;
  const after = n2 > 0 ? k2 / n2 : null;
  if (before === null || after === null) {
    return { before, after, ratio: null, p: null, test: 'a log without statuses', change: 'unknown', doubt: null };
  }
  const measure = { before, after, ratio: before > 0 ? after / before : null };
  if (Math.abs(after - before) <= WORTH * Math.max(before, after)) {
    return { ...measure, p: null, test: NO_CHANGE, change: 'same', doubt: null };
  }
  const p = twoSided(shareScore(k1, n1, k2, n2));
  const test = 'z test of two shares';
  if (p > level) return { ...measure, p, test, change: 'unclear', doubt: 'chance' };
  if (k1 + k2 < LEAST_ERRORS) return { ...measure, p, test, change: 'unclear', doubt: 'few-errors' };
  return { ...measure, p, test, change: after < before ? 'better' : 'worse', doubt: null };
}
