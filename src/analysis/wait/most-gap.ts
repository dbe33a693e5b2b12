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
export function mostGap({ length, slots, changes, isProcesses, low, high, duration, tick }: Stretch): number {
  if (changes || !isProcesses) return Number.POSITIVE_INFINITY;
  const bin = Math.max(SHORTEST_TICK, tick);
  const first = low.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
  const bins = Math.floor((high.reduce((last, at) => Math.max(last, at), 0) - first) / bin) + 1;
  if (bins > MOST_BINS) return Number.POSITIVE_INFINITY;
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
  let most = Number.POSITIVE_INFINITY;
  for (const ticks of TICKS) {
    for (let k = ticks; k <= bins; k++) {
      const starts = ended[k] - ended[k - ticks];
      if (starts < FEWEST) continue;
      const idle = slots * ticks * bin - (work[k] - work[k - ticks]) + edges;
      most = Math.min(most, Math.max(0, idle) / starts);
    }
  }
  return BY_CHANCE * most;
}
