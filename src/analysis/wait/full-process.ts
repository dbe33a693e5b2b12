/**
 * Slots without worker ids may belong to several processes with a queue each. While one process is full and the others idle, exactly its
 * slots are busy, and they are so for longer than callers at random would keep it at that number.
 */
import { errorFunction } from 'simple-statistics';
import { binLevels } from '../../core/bin-levels.ts';
import { meanOf, sumOf } from '../../core/statistics.ts';
import type { Trace } from '../structure/trace.ts';

/** Width of a bin, in ticks of the stamps and in mean durations: shorter ones are blurred, or hold too few requests to be steady. */
const TICKS = 3;
const DURATIONS = 8;
const FEWEST_BINS = 8;
const MOST_BINS = 100_000;
/** How far the level of a bin may be from a whole number of slots. */
const NEAR = 0.3;
/** Nats by which callers at random must be the worse explanation, after accounting for the choice of the stretch. */
const CLEAR = 3;

/** Slots of a process that was full while others idled, a divisor of `capacity`; null: there is no sign of one. */
export function fullProcess(trace: Trace, capacity: number): number | null {
  const { length, duration, resolution } = trace;
  const meanDuration = meanOf(duration);
  const bin = Math.max(TICKS * resolution, DURATIONS * meanDuration);
  if (length === 0) return null;
  const busy = busySlots(trace, bin);
  if (busy.length < FEWEST_BINS) return null;
  const meanSquare = sumOf(duration.map((micros) => micros * micros)) / length;
  for (let slots = 2; slots <= capacity / 2; slots++) {
    if (capacity % slots !== 0) continue;
    // M/G/∞ queue: the mean level over a bin has the variance λ E[S²] / bin.
    const deviation = Math.sqrt((slots * meanSquare) / (meanDuration * bin));
    const nats = -Math.log(errorFunction(NEAR / (deviation * Math.SQRT2)));
    const bins = longestNear(busy, slots);
    if (bins >= FEWEST_BINS && bins * nats - Math.log(busy.length) > CLEAR) return slots;
  }
  return null;
}

/**
 * Mean number of requests running in each whole bin of the trace, with each request where its stamp most likely puts it; empty if there are
 * too many bins.
 */
function busySlots({ length, low, high, duration }: Trace, bin: number): Float64Array {
  const start = new Float64Array(length);
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < length; i++) {
    start[i] = (low[i] + high[i]) / 2 - duration[i];
    first = Math.min(first, low[i] - duration[i]);
    last = Math.max(last, high[i]);
  }
  const bins = Math.floor((last - first) / bin);
  return bins <= MOST_BINS ? binLevels(start, duration, first, bin, bins) : new Float64Array(0);
}

/** The largest number of bins in a row that are near `level`. */
function longestNear(busy: Float64Array, level: number): number {
  let longest = 0;
  let run = 0;
  for (const slots of busy) {
    run = Math.abs(slots - level) <= NEAR ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
