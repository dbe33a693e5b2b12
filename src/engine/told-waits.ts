/**
 * The waits of single requests as a live view draws them. What is said of a full pool holds for each of the requests that it took from its
 * queue, or the charts would tell of no queue below a sentence that tells of one.
 */
import type { ServerInference } from '../core/inference.ts';
import { leastNow, longestNow } from './live-pools.ts';

export interface FullQueues {
  /** Rows of the inference. */
  readonly rows: Int32Array;
  /** µs since 1970 UTC: since when they are full; `orLonger`: perhaps before. */
  readonly since: number;
  readonly orLonger: boolean;
  /** Answers per second of each queue; null: not known. */
  readonly rate: number | null;
  /** µs: the wait that is told; its least is no more than that. 0: perhaps nobody waits. */
  readonly mean: number;
  /** µs: between what it is said to lie. */
  readonly low: number;
  readonly high: number;
  /** Answers per second of all of them; null: not known. */
  readonly answered: number | null;
}

/** The inference as it is drawn beside what is said of a full pool: charts are as open as the sentence above them. */
export function withToldRange(inference: ServerInference, queues: FullQueues | null): ServerInference {
  if (!queues || !(queues.mean > 0)) return inference;
  const { mean, low, high, answered } = queues;
  // Whoever queues is answered, at the pace of the pool, after the longest wait at the latest.
  const mostQueued = answered === null ? Number.POSITIVE_INFINITY : Math.max(1, (answered * high) / 1e6);
  return { ...inference, wait: { ...inference.wait, mean, lowMean: low, highMean: high, mostQueued } };
}

/**
 * `wait`, `start`: µs by row of the inference; a new column where one of them changes. `areFound`: these waits are as good as any that were
 * told. Otherwise what is told now stands for them: histories of two quick examinations differ by times, and drawn one beside the other
 * they make queues that nobody found.
 */
export function toldWaits(
  wait: Float64Array,
  start: Float64Array,
  queues: FullQueues | null,
  areFound: boolean,
): Float64Array {
  if (!queues) return wait;
  const { rows, since, orLonger, rate, mean } = queues;
  const told = wait.slice();
  const newest = rows.reduce((latest, row) => (wait[row] >= 0 ? Math.max(latest, start[row]) : latest), since);
  for (const row of rows) {
    const isFound = wait[row] >= 0;
    // Nor does this examination say anything of those who came last.
    if (!(isFound || start[row] > newest) || start[row] < since) continue;
    const found = isFound && areFound ? wait[row] : mean;
    const most = longestNow(start[row], orLonger ? Number.POSITIVE_INFINITY : since);
    const least = rate === null ? 0 : Math.min(mean, leastNow(rate, start[row] - since));
    told[row] = Math.min(most, Math.max(least, found));
  }
  return told;
}
