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
  // What is told stands beside an examination that finds nothing, right after a reload for one.
  const method = inference.wait.method === 'unknown' ? 'inferred' : inference.wait.method;
  return { ...inference, wait: { ...inference.wait, method, mean, lowMean: low, highMean: high, mostQueued } };
}

/** Of the rows in these queues the one that began last of those whose wait is known; -1: none is. */
function newestKnown({ rows }: FullQueues, wait: Float64Array, start: Float64Array): number {
  let newest = -1;
  for (const row of rows) if (wait[row] >= 0 && (newest < 0 || start[row] > start[newest])) newest = row;
  return newest;
}

/** µs: how long whoever was taken last had waited; null: nothing is full, or nobody knows. */
export function waitOfNewest(wait: Float64Array, start: Float64Array, queues: FullQueues | null): number | null {
  const newest = queues ? newestKnown(queues, wait, start) : -1;
  return newest < 0 ? null : wait[newest];
}

/**
 * `wait`, `start`: µs by row of the inference; a new column where one of them changes. `sinceLook`: µs that stand for those who came since
 * the last longer look, until the next one; null: these waits are as good as any. Histories of two quick examinations differ by times, and
 * drawn one beside the other they make queues that nobody found.
 */
export function toldWaits(
  wait: Float64Array,
  start: Float64Array,
  queues: FullQueues | null,
  sinceLook: number | null,
): Float64Array {
  if (!queues) return wait;
  const { rows, since, orLonger, rate, mean } = queues;
  const told = wait.slice();
  const last = newestKnown(queues, wait, start);
  const newest = last < 0 ? since : Math.max(since, start[last]);
  for (const row of rows) {
    const isFound = wait[row] >= 0;
    // Nor does this examination say anything of those who came last.
    if (!(isFound || start[row] > newest) || start[row] < since) continue;
    const found = sinceLook ?? (isFound ? wait[row] : mean);
    const most = longestNow(start[row], orLonger ? Number.POSITIVE_INFINITY : since);
    const least = rate === null ? 0 : Math.min(mean, leastNow(rate, start[row] - since));
    told[row] = Math.min(most, Math.max(least, found));
  }
  return told;
}
