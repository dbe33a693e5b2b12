/**
 * A pool that always had a free slot made nobody wait. That holds whatever the arrivals were, so where the windows of the stamps prove it
 * no model is needed. Where they prove it for most of the time only, the rest bounds the wait: nobody waited longer than the pool can have
 * been full before.
 */
import { ascendingOrder, sortInstants } from '../../core/order.ts';
import { queuesOf, type Trace } from '../structure/trace.ts';

/** µs: a slot that is taken again this soon may not have been free in between; its next caller may have waited for it. */
const HAND_OVER = 15_000;

export interface FullBound {
  /** By index in the trace, µs: upper bound of the wait. */
  readonly most: Float64Array;
  /** Share of the requests that may have found the pool full. */
  readonly mayWait: number;
}

/**
 * The longest time for which the pool may have been full before each start; null: the lines do not tell, or the mean exceeds `mostMean`.
 * @param slots of one queue: those of the pool, or those of one worker where every worker has its own queue
 * @param own every worker has its own queue
 * @param mostMean µs: a bound with a larger mean is of no use
 */
export function fullBefore(
  trace: Trace,
  slots: number,
  own: boolean,
  mostMean = Number.POSITIVE_INFINITY,
): FullBound | null {
  if (!trace.hasDurations || trace.startsOnly || (own && !trace.hasWorkers)) return null;
  const most = new Float64Array(trace.length);
  const limit = mostMean * trace.length;
  let sum = 0;
  let mayWait = 0;
  for (const members of queuesOf(trace, own)) {
    for (const { request, fullSince } of perhapsQueued(trace, members, slots)) {
      most[request] = Math.max(0, trace.high[request] - trace.duration[request] - fullSince);
      sum += most[request];
      if (sum > limit) return null;
      mayWait++;
    }
  }
  return { most, mayWait: trace.length > 0 ? mayWait / trace.length : 0 };
}

/** The requests of one queue that may have found all slots taken, each with the earliest instant since when that may have been so. */
function* perhapsQueued(trace: Trace, members: readonly number[], slots: number) {
  // Each request surely runs inside [earliest start, latest end], so the overlaps of these windows bound the number in service from above.
  const starts = new Float64Array(members.length);
  const down = new Float64Array(members.length);
  for (let m = 0; m < members.length; m++) {
    starts[m] = trace.low[members[m]] - trace.duration[members[m]];
    down[m] = trace.high[members[m]] + HAND_OVER;
  }
  sortInstants(down);
  const up = ascendingOrder(starts);
  let ended = 0;
  let fullSince = Number.NaN;
  for (let k = 0; k < up.length; k++) {
    const start = starts[up[k]];
    while (ended < down.length && down[ended] <= start) ended++;
    const running = k - ended;
    if (running >= slots) yield { request: members[up[k]], fullSince };
    else fullSince = running + 1 === slots ? start : Number.NaN;
  }
}

/** The work of each second must stay below this share of what the slots can do. Otherwise a backlog may outlast the second. */
const LIGHT = 0.6;
const SECOND = 1_000_000;

/**
 * A bound from the work alone, for stamps too coarse to place the requests. If the slots could do all that ended in a second within that
 * second, nobody waited longer than they need for what ended in the same second and the one before.
 * @returns µs, mean and 95th percentile of the bound over the requests; null: some second brings too much work
 */
export function boundByWork(trace: Trace, slots: number): { readonly mean: number; readonly p95: number } | null {
  if (!trace.hasDurations || trace.startsOnly || trace.length === 0 || slots < 1) return null;
  const work = new Map<number, number>();
  const second = (i: number) => Math.floor(trace.end[i] / SECOND);
  for (let i = 0; i < trace.length; i++) {
    // A request of this length may work in several seconds, so the bound would not hold.
    if (trace.duration[i] > SECOND / 2) return null;
    work.set(second(i), (work.get(second(i)) ?? 0) + trace.duration[i]);
  }
  for (const micros of work.values()) if (micros > LIGHT * slots * SECOND) return null;
  const at = (key: number) => work.get(key) ?? 0;
  const most = Float64Array.from({ length: trace.length }, (_, i) => {
    const key = second(i);
    return Math.max(0, at(key - 1) + at(key) - trace.duration[i]) / slots;
  }).sort();
  return {
    mean: most.reduce((sum, value) => sum + value, 0) / most.length,
    p95: most[Math.min(most.length - 1, Math.floor(0.95 * most.length))],
  };
}
