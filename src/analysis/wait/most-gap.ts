/**
 * An upper bound of the mean gap between two requests of a slot while somebody queues, by conservation of work. Over any stretch of time
 * the slots either work, which the durations tell, or idle. Where they are busiest, the idle time per start is at least the mean gap,
 * whether the pool was full or not. Gaps are taken to be about the same all the time.
 */
import type { Stretch } from './stretch.ts';

/** Lengths of the windows, in bins of a tick. */
const TICKS = [1, 2, 4, 8, 16, 32, 64];
/** s: least width of a bin. */
const SHORTEST_TICK = 0.25;
/** Longer logs get no bound. */
const MOST_BINS = 500_000;
/** Least number of starts in a window: with fewer, gaps are short by chance, and the edges of the window count for too much. */
const FEWEST = 200;
/** Factor on the bound, because the least of many windows is too low by chance. */
const BY_CHANCE = 1.3;

/** s: upper bound of the mean gap; Infinity: the log gives none; 0: callers usually found a slot free, so only the shortest gaps are possible. */
export const mostGap = (stretch: Stretch): number => (stretch.hasRoom ? 0 : BY_CHANCE * leastIdle(stretch));

/** s: idle time per start where the slots were busiest; Infinity: the log does not tell. */
export function leastIdle(stretch: Stretch): number {
  const { slots, changes, isProcesses, tick } = stretch;
  if (changes || !isProcesses) return Number.POSITIVE_INFINITY;
  return leastIdlePerStart(stretch, slots, binOf(tick));
}

/** s: a bin of the counts, for stamps of such a resolution. */
export const binOf = (tick: number): number => Math.max(SHORTEST_TICK, tick);

export interface Ends {
  readonly length: number;
  /** By request: its end lies in [low, high). */
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  readonly duration: ArrayLike<number>;
}

/**
 * Idle time of the slots per start, where they were busiest; Infinity: the log has too few starts, or is too long. All times are in the
 * unit of `bin`.
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
  // By bin, cumulative: work of the requests that ended, and their number.
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
  // Requests that overlap the edges of a window: a mean residual service time (E[S²] / 2 E[S]) of each slot at either end.
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
