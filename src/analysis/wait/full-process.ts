/**
 * Slots that no worker id tells apart may be those of several processes, each with a queue of its own. While one of them is full and the
 * others have nothing to do, exactly its slots are busy, for longer than callers at random would keep that number so.
 */
import { errorFunction } from 'simple-statistics';
import { binLevels } from '../../core/bin-levels.ts';
import { meanOf, sumOf } from '../../core/statistics.ts';
import type { Trace } from '../structure/trace.ts';

/** Length of a bin, in ticks of the stamps and in mean durations: shorter ones blur, or hold too few requests to be steady. */
const TICKS = 3;
const DURATIONS = 8;
const FEWEST_BINS = 8;
const MOST_BINS = 100_000;
/** How far from a whole number of slots a bin may be. */
const NEAR = 0.3;
/** Nats by which callers at random must be the worse explanation, the choice of the stretch counted. */
const CLEAR = 3;

/** Slots of a process that was full while others idled, as a divisor of `capacity`; null: nothing looks like one. */
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
    // M/G/∞: the mean level over a bin has the variance λ E[S²] / bin.
    const deviation = Math.sqrt((slots * meanSquare) / (meanDuration * bin));
    const nats = -Math.log(errorFunction(NEAR / (deviation * Math.SQRT2)));
    const bins = longestNear(busy, slots);
    if (bins >= FEWEST_BINS && bins * nats - Math.log(busy.length) > CLEAR) return slots;
  }
  return null;
}

/** Mean number of requests running in each whole bin of the trace, each where its stamp most likely puts it; empty where it has too many. */
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

/** Bins in a row that are near a level, the most there are. */
function longestNear(busy: Float64Array, level: number): number {
  let longest = 0;
  let run = 0;
  for (const slots of busy) {
    run = Math.abs(slots - level) <= NEAR ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
