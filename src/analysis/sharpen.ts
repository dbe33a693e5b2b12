/**
 * Sharpens coarse stamps: requests of one slot follow each other, and lines stand in the order of their ends.
 *
 * The unknown end e_i lies in [low_i, high_i). With `previous`, the request before i on the same slot,
 *   e_i >= e_previous + D_i + gap   and, for lines in order,   e_(i+1) >= e_i - jitter.
 * All these difference constraints point forward in the order of lines, so the tightest bounds take one pass each way:
 *   low_i  = max(low_i,  low_previous + D_i + gap,  max of earlier lows - jitter)
 *   high_i = min(high_i, high_next - D_next - gap,  min of later highs + jitter)
 */

/** Requests in the order of their lines; all times in one unit. */
export interface Chains {
  readonly length: number;
  /** The end of each request lies in [low, high). */
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly duration: Float64Array;
  /** Index of the next and of the previous request on the same slot; -1: none. */
  readonly next: Int32Array;
  readonly previous: Int32Array;
}

/**
 * Narrows `low` and `high` in place. `jitter`: how far lines may deviate from the order of their ends; Infinity: their order says nothing.
 * Returns how many windows came out empty because the lanes or the order are not as assumed. Such a window is closed at its middle.
 */
export function sharpen(chains: Chains, gap: number, jitter: number): number {
  const { length, low, high, duration, next, previous } = chains;
  let reached = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < length; i++) {
    const before = previous[i];
    if (before >= 0) low[i] = Math.max(low[i], low[before] + duration[i] + gap);
    low[i] = Math.max(low[i], reached - jitter);
    reached = Math.max(reached, low[i]);
  }
  reached = Number.POSITIVE_INFINITY;
  for (let i = length - 1; i >= 0; i--) {
    const after = next[i];
    if (after >= 0) high[i] = Math.min(high[i], high[after] - duration[after] - gap);
    high[i] = Math.min(high[i], reached + jitter);
    reached = Math.min(reached, high[i]);
  }
  let empty = 0;
  for (let i = 0; i < length; i++) {
    if (low[i] <= high[i]) continue;
    empty++;
    const middle = (low[i] + high[i]) / 2;
    low[i] = middle;
    high[i] = middle;
  }
  return empty;
}
