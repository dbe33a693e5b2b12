/**
 * The waits of single requests as a live view draws them. What is said about a full pool applies to every request taken from its queue;
 * otherwise the charts would show no queue below a sentence about one.
 */
import type { ServerInference } from '../core/inference.ts';
import { leastNow, longestNow } from './live-pools.ts';

export interface FullQueues {
  /** Rows of the inference. */
  readonly rows: Int32Array;
  /** Since when the queues are full, µs since 1970 UTC; `orLonger`: perhaps since earlier. */
  readonly since: number;
  readonly orLonger: boolean;
  /** Since when they did not run empty, µs since 1970 UTC. */
  readonly standingSince: number;
  /** Answers per second of each queue; null: not known. */
  readonly rate: number | null;
  /** The mean wait that is shown, µs; no row's lower bound exceeds it. 0: perhaps nobody waits. */
  readonly mean: number;
  /** The range that is shown for it, µs. */
  readonly low: number;
  readonly high: number;
  /** Answers per second of all queues together; null: not known. */
  readonly answered: number | null;
}

/** The inference with the wait that is said of a full pool, so that charts show the same range as the sentence above them. */
export function withToldRange(inference: ServerInference, queues: FullQueues | null): ServerInference {
  if (!queues || !(queues.mean > 0)) return inference;
  const { mean, low, high, answered } = queues;
  // Whoever queues is answered within the longest wait, so at most the answers of that time are queued.
  const mostQueued = answered === null ? Number.POSITIVE_INFINITY : Math.max(1, (answered * high) / 1e6);
  // The wait may be shown although this examination found none, as right after a reload.
  const method = inference.wait.method === 'unknown' ? 'inferred' : inference.wait.method;
  return { ...inference, wait: { ...inference.wait, method, mean, lowMean: low, highMean: high, mostQueued } };
}

/** The row in these queues with the latest start whose wait is known; -1: there is none. */
function newestKnown({ rows }: FullQueues, wait: Float64Array, start: Float64Array): number {
  let newest = -1;
  for (const row of rows) if (wait[row] >= 0 && (newest < 0 || start[row] > start[newest])) newest = row;
  return newest;
}

/** Wait (µs) of the request taken last; null: nothing is full, or its wait is unknown. */
export function waitOfNewest(wait: Float64Array, start: Float64Array, queues: FullQueues | null): number | null {
  const newest = queues ? newestKnown(queues, wait, start) : -1;
  return newest < 0 ? null : wait[newest];
}

/**
 * `wait`, `start`: µs by row of the inference; a copy is returned if something changes. `sinceLook`: wait (µs) to use for requests since
 * the last look, until the next one; null: these waits are as good as those of a look. Histories from two quick examinations differ by
 * factors, and drawn side by side they would show queues that nobody found.
 */
export function toldWaits(
  wait: Float64Array,
  start: Float64Array,
  queues: FullQueues | null,
  sinceLook: number | null,
): Float64Array {
  if (!queues) return wait;
  const { rows, since, orLonger, standingSince, rate, mean } = queues;
  const told = wait.slice();
  const last = newestKnown(queues, wait, start);
  const newest = last < 0 ? since : Math.max(since, start[last]);
  for (const row of rows) {
    const isFound = wait[row] >= 0;
    // Requests after the newest known one get a wait too, as this examination has none for them.
    if (!(isFound || start[row] > newest) || start[row] < since) continue;
    const found = sinceLook ?? (isFound ? wait[row] : mean);
    const most = longestNow(start[row], orLonger ? Number.POSITIVE_INFINITY : since);
    const standing = start[row] - (start[row] < standingSince ? since : standingSince);
    const least = rate === null ? 0 : Math.min(mean, leastNow(rate, standing));
    told[row] = Math.min(most, Math.max(least, found));
  }
  return told;
}
