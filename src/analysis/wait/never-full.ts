/**
 * A pool that always had a free slot made nobody wait: true whatever the arrivals were, so where the windows of the stamps
 * prove it, it is said without any model. Where they prove it for most of the time only, what is left bounds the wait:
 * nobody waited longer than the pool can have been full before.
 */
import { ascendingOrder, sortInstants } from '../../core/order.ts';
import { queuesOf, type Trace } from '../structure/trace.ts';

/** µs: a slot that is taken again this soon was not free in between: its next caller may have waited for it. */
const HAND_OVER = 15_000;

export interface FullBound {
  /** µs by index in the trace: no request waited longer than this. */
  readonly most: Float64Array;
  /** Share of the requests that may have found the pool full. */
  readonly mayWait: number;
}

/**
 * Longest time that the pool may have been full before each start.
 * @param slots per queue: of the pool, or of one worker where every worker has its own queue
 * @param own the queue of a request is its worker's
 * @param mostMean µs: beyond that mean nothing is to be said
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

/** Of the requests of one queue those that may have found all slots taken, and the earliest instant since when they may have been. */
function* perhapsQueued(trace: Trace, members: readonly number[], slots: number) {
  // Each request surely runs inside [earliest start, latest end]: overlaps of these bound the number in service.
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

/** Work that a tick brings must stay below this share of what the slots can do, or a backlog may outlast the tick. */
const LIGHT = 0.6;
const SECOND = 1_000_000;

/**
 * A bound from the work alone, for stamps too coarse to place the requests: where the slots could do all that ended in a second
 * within the second, nobody waited longer than it takes them to do what ended in it and its neighbours.
 * @returns µs, mean and 95th percentile of the bound over the requests; null where some second brings too much work
 */
export function boundByWork(trace: Trace, slots: number): { readonly mean: number; readonly p95: number } | null {
  if (!trace.hasDurations || trace.startsOnly || trace.length === 0 || slots < 1) return null;
  const work = new Map<number, number>();
  const second = (i: number) => Math.floor(trace.end[i] / SECOND);
  for (let i = 0; i < trace.length; i++) {
    // A request longer than the tick works in several of them: the bound would not hold.
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
