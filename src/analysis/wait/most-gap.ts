/**
 * How long a slot stands idle between two requests at most while somebody queues, by conservation of work: over any stretch of time the slots
 * are either at work, which the durations tell, or idle. Where they are busiest, what is left to each start is an upper bound of the gap
 * between a request and the next, whether the pool was full or not; and gaps are about the same all along.
 */
import type { Stretch } from './stretch.ts';

/** Lengths of the windows, in ticks of the stamps. */
const TICKS = [4, 8, 16, 32, 64];
/** s: shorter ticks are no finer. */
const SHORTEST_TICK = 0.25;
/** Of longer logs the gaps are not bounded. */
const MOST_BINS = 500_000;
/** Of fewer starts the gaps are short by chance, and the edges of a window count for too much. */
const FEWEST = 200;
/** Of many windows the least is short by chance. */
const BY_CHANCE = 1.3;

/** s, of the mean gap; Infinity where the log does not bound it. */
export const mostGap = (stretch: Stretch): number => BY_CHANCE * leastIdle(stretch);

/** s for each start, where the slots were busiest; Infinity where the log does not tell. */
export function leastIdle(stretch: Stretch): number {
  const { slots, changes, isProcesses, tick } = stretch;
  if (changes || !isProcesses) return Number.POSITIVE_INFINITY;
  return leastIdlePerStart(stretch, slots, Math.max(SHORTEST_TICK, tick));
}

export interface Ends {
  readonly length: number;
  /** Between which each request ended. */
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  readonly duration: ArrayLike<number>;
}

/**
 * Time that slots stood idle for each start, where they were busiest; Infinity where the log has too few starts, or is too long. All times in
 * the unit of the bins that are counted in.
 */
export function leastIdlePerStart({ length, low, high, duration }: Ends, slots: number, bin: number): number {
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (let i = 0; i < length; i++) {
    first = Math.min(first, low[i]);
    last = Math.max(last, high[i]);
  }
  const bins = Math.floor((last - first) / bin) + 1;
  if (bins > MOST_BINS || length < FEWEST) return Number.POSITIVE_INFINITY;
  // Up to the end of each bin: the work of the requests that ended, and how many these are.
  const work = new Float64Array(bins + 1);
  const ended = new Float64Array(bins + 1);
  let total = 0;
  let squares = 0;
  for (let i = 0; i < length; i++) {
    const k = Math.floor(((low[i] + high[i]) / 2 - first) / bin) + 1;
    work[k] += duration[i];
    ended[k]++;
    total += duration[i];
    squares += duration[i] * duration[i];
  }
  for (let k = 1; k <= bins; k++) {
    work[k] += work[k - 1];
    ended[k] += ended[k - 1];
  }
  // What began before a window and what goes on behind it: a mean residual of each slot at either end.
  const edges = (slots * squares) / total;
  let least = Number.POSITIVE_INFINITY;
  for (const ticks of TICKS) {
    for (let k = ticks; k <= bins; k++) {
      const starts = ended[k] - ended[k - ticks];
      if (starts < FEWEST) continue;
      const idle = slots * ticks * bin - (work[k] - work[k - ticks]) + edges;
      least = Math.min(least, Math.max(0, idle) / starts);
    }
  }
  return least;
}
