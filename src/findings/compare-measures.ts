/** Whether a measure changed between two logs, by tests that a knotted sample cannot fool, and where that cannot be said, why. */
import { permutationTest, sampleCorrelation } from 'simple-statistics';
import type { DiffMeasure } from '../core/diff.ts';
import { createRandom } from '../core/random.ts';
import { meanOf, shareScore, twoSided } from '../core/statistics.ts';
import type { Summary } from '../core/summary.ts';

/** Smaller changes are real at most, not worth a word. */
const WORTH = 0.05;
const WORTH_WAIT_SECONDS = 0.005;
/** Numbers of blocks to try, most first; fewer than the last say nothing. */
const BLOCKS = [24, 16, 12, 8, 6] as const;
const LEAST_PER_BLOCK = 3;
/** Ranges that lie apart speak for themselves from so many requests on each side. */
const LEAST_APART = 10;
const LEAST_ERRORS = 5;
const PERMUTATIONS = 20_000;
const NO_CHANGE = 'none: a difference this small is no change';

/** What the inference leaves open of the mean wait, seconds. */
export type WaitRange = [low: number, high: number];

export interface WaitRanges {
  readonly before: WaitRange | null;
  readonly after: WaitRange | null;
  /** false: the wait is unknown in one of the logs. */
  readonly known: boolean;
  /** Both are inferred: their ranges are as wide as the errors on recorded servers. */
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

/** Seconds: shorter waits are what a hand-over takes, and no ratio of them says anything. */
const LEAST_WAIT = 0.001;

/**
 * Ranges may overlap at their ends, and the estimates be further apart than both errors together explain: that each log errs to its very end,
 * and towards the other, is as unlikely as the root of the sum of squares says. On a scale of logarithms, on which the ranges are made.
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

/** Times in µs, in the order of time, and their mean, where it is told in another way than as theirs. */
export interface TimedSide {
  readonly values: readonly number[];
  readonly mean?: number;
}

/** Less is better. `level`: chance up to which a difference counts. */
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
  // A queue that grows all along is too knotted for the test; ranges that lie apart speak for themselves.
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

/** `doubt`: why there was no test. */
type Tested =
  | { readonly p: number; readonly test: string; readonly doubt: null }
  | { readonly p: null; readonly test: string; readonly doubt: 'few-requests' | 'knotted' };

/**
 * Permutation test of block means: neighbours are alike (a queue remembers), blocks of the log are nearly not. Blocks
 * grow until those that follow each other are no longer alike (lag-1 correlation under 0.3); without such a size, null.
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
  // Seeded alike for all: the same logs give the same p.
  const test = (count: number) => Math.max(1 / count, permutationTest(left, right, 'two_side', count, createRandom(1)));
  // A first look settles most: only what it cannot explain by chance is worth many permutations.
  const first = test(PERMUTATIONS / 20);
  return first > 0.05 ? first : test(PERMUTATIONS);
}

/** Errors and requests before, errors and requests after; fewer errors are better. */
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
