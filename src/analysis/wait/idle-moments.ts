/**
 * Moments at which a slot surely idled. They bound the wait of each request: while a slot idles nobody queues, so whoever starts later also
 * arrived later.
 *
 * The requests that may have run in an interval did at most a certain amount of work there, wherever in their windows they ended. If that
 * is less than the slots can do, one of them idled at some instant of the interval, whatever the arrivals were.
 */
import { floatsAt } from '../../core/columns.ts';
import type { WaitInference } from '../../core/inference.ts';
import { countBelow, meanOf, quantileOf } from '../../core/statistics.ts';
import { queuesOf, type Trace } from '../structure/trace.ts';
import { type Ends, leastIdlePerStart } from './most-gap.ts';
import { fullBefore } from './never-full.ts';
import { type SlotChange, slotsAt } from './slot-changes.ts';

/** µs: a slot may idle for this long between two requests although somebody queues. */
export const HAND_OVER = 15_000;
/**
 * On a machine short of CPU gaps vary by up to this factor from one moment to the next, relative to the idle time per start where the slots
 * are busiest (recorded within one overload: 6.6 ms over five seconds, 14 ms over others).
 */
export const UNSTEADY = 3;
/**
 * Lengths of the intervals that are examined, in ticks of the stamps. At the ends of an interval, the work within one tick is uncertain.
 */
const TICKS = [2, 4, 8, 16, 32];
/** µs: least tick. */
const SHORTEST_TICK = 100_000;
const MOST_INTERVALS = 500_000;

export interface QueueSlots {
  /** Slots of each queue; the largest number, where it changes. */
  readonly slots: number;
  /** Every worker has its own queue. */
  readonly own: boolean;
  readonly changes: readonly SlotChange[] | undefined;
  /** µs for which a slot may idle between two requests although somebody queues; missing: derived from where the slots are busiest. */
  readonly handOverMicros?: number;
}

/** By index in the trace, µs: upper bound of the wait, if nobody queued when the log began. null: the lines do not tell. */
export function longestWaits(trace: Trace, { slots, own, changes, handOverMicros }: QueueSlots): Float64Array | null {
  const bound = fullBefore(trace, slots, own);
  if (!bound) return null;
  const most = bound.most;
  const slotsWithin = (from: number, to: number) =>
    changes ? Math.max(slotsAt(changes, from), slotsAt(changes, to)) : slots;
  for (const queue of queuesOf(trace, own))
    if (queue.length > 0) boundByIdling(trace, queue, slotsWithin, most, handOverMicros);
  return most;
}

/** The upper ends of a range that allows for the longest waits. @param longest µs, by request */
export const upTo = ({ highMean, highP95 }: WaitInference, longest: Float64Array) => ({
  highMean: Math.max(highMean, meanOf(longest)),
  highP95: Math.max(highP95, quantileOf(longest, 0.95)),
});

function boundByIdling(
  { low, high, duration, resolution }: Trace,
  queue: readonly number[],
  slotsWithin: (from: number, to: number) => number,
  most: Float64Array,
  handOverMicros: number | undefined,
): void {
  const ends = {
    length: queue.length,
    low: floatsAt(low, queue),
    high: floatsAt(high, queue),
    duration: floatsAt(duration, queue),
  };
  const since = surelyIdle(ends, resolution, slotsWithin, handOverMicros);
  for (const i of queue) {
    const last = since(low[i] - duration[i]);
    most[i] = Math.min(Number.isNaN(most[i]) ? Number.POSITIVE_INFINITY : most[i], high[i] - duration[i] - last);
  }
}

/**
 * Returns a function of an instant: the start of the latest interval before it in which a slot surely idled; the beginning of the log
 * counts as one. All times in µs. `tick`: of the stamps; `slotsWithin`: the most slots between two instants.
 */
export function surelyIdle(
  ends: Ends,
  tick: number,
  slotsWithin: (from: number, to: number) => number,
  handOverMicros?: number,
): (instant: number) => number {
  const { length, low, high, duration } = ends;
  let begin = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < length; i++) {
    begin = Math.min(begin, low[i] - duration[i]);
    end = Math.max(end, high[i]);
  }
  const handOver = handOverMicros ?? handOverOf(ends, tick, slotsWithin(begin, end));
  const idle: { readonly from: number; readonly to: number }[] = [{ from: begin, to: begin }];
  for (const ticks of TICKS) {
    const width = ticks * Math.max(SHORTEST_TICK, tick);
    const count = Math.floor((end - begin) / width);
    if (count > MOST_INTERVALS) continue;
    const work = new Float64Array(count);
    for (let i = 0; i < length; i++) {
      const from = low[i] - duration[i];
      const last = Math.min(count - 1, Math.floor((high[i] - begin) / width));
      for (let k = Math.floor((from - begin) / width); k <= last; k++) {
        const inside = Math.min(high[i], begin + (k + 1) * width) - Math.max(from, begin + k * width);
        work[k] += Math.min(duration[i], inside) + handOver;
      }
    }
    work.forEach((micros, k) => {
      const [from, to] = [begin + k * width, begin + (k + 1) * width];
      if (micros < width * slotsWithin(from, to)) idle.push({ from, to });
    });
  }
  idle.sort((a, b) => a.to - b.to);
  const latest = Float64Array.from(idle, ({ from }) => from);
  for (let k = 1; k < latest.length; k++) latest[k] = Math.max(latest[k], latest[k - 1]);
  return (instant) => {
    const known = countBelow(idle.length, (k) => idle[k].to, instant + 1);
    return known > 0 ? latest[known - 1] : begin;
  };
}

/** µs that a slot may idle between two requests although somebody queues. */
function handOverOf(ends: Ends, tick: number, slots: number): number {
  const idle = leastIdlePerStart(ends, slots, Math.max(SHORTEST_TICK, tick));
  // Longer gaps are idle time of a pool that was never full.
  return idle <= HAND_OVER ? Math.max(HAND_OVER, UNSTEADY * idle) : HAND_OVER;
}
