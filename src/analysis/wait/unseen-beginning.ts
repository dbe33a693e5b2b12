/**
 * How much of a part of a log lies before the first moment at which the pool was not full. Callers that were queued when the
 * part began cannot be seen in it; only such a moment shows that none of them is left. And how much of a log lies behind the last such
 * moment: whoever still waits when it ends is in no line of it.
 */
import { binLevels } from '../../core/bin-levels.ts';
import { floatsAt } from '../../core/columns.ts';
import { countBelow } from '../../core/statistics.ts';
import { queuesOf, type Trace } from '../structure/trace.ts';

/** Mean level of a bin, as a share of the slots, from which the pool counts as full: hand-overs leave small gaps. */
const FULL_LEVEL = 0.9;
/** Services that a bin holds at least, on the average: shorter ones have levels by chance. */
const SERVICES = 2;
/** Ticks of the stamps that a bin holds: within one, nobody knows where a request ended. */
const TICKS = 3;
const MOST_BINS = 1 << 20;

/** Share of the requests [from, from + length) of a trace, 0..1, where the pool has `slots` slots when they begin. */
export type UnseenShare = (from: number, length: number, slots: number) => number;

/**
 * Asked of several parts of a trace. What ran before a part is looked at, too.
 * @param byWorker each worker is a pool of its own
 */
export function unseenBeginnings(trace: Trace, byWorker: boolean): UnseenShare {
  return shareOf(queuesOf(trace, byWorker).map((queue) => edgesOfQueue(trace, queue).unseen));
}

/** The same of those that began when the pool was not idle any more until its log ends. */
export function unseenEndings(trace: Trace, byWorker: boolean): UnseenShare {
  return shareOf(queuesOf(trace, byWorker).map((queue) => edgesOfQueue(trace, queue).inLastFull));
}

/** Requests of a queue whose callers may have stood in it before its log began. */
export interface Unseen {
  readonly requests: number;
  /** µs between two of them, on average. */
  readonly spacing: number;
  /** µs from the first line to the first moment at which the pool was not full; Infinity: it was full until the log ends. */
  readonly full: number;
}

/** Of each queue of a log, with `slots` slots each; queues that begin with room are left out. */
export function unseenInQueues(trace: Trace, byWorker: boolean, slots: number): Unseen[] {
  return queuesOf(trace, byWorker)
    .map((queue) => edgesOfQueue(trace, queue).beginning(slots))
    .filter(({ requests }) => requests > 0);
}

type CountIn = (from: number, to: number, slots: number) => number;

const shareOf =
  (queues: readonly CountIn[]): UnseenShare =>
  (from, length, slots) => {
    let count = 0;
    for (const countIn of queues) count += countIn(from, from + length, slots);
    return length > 0 ? count / length : 0;
  };

interface Edges {
  /** How many requests [from, to) of the trace are of this queue and unseen. */
  readonly unseen: CountIn;
  /** How many began since it was full until its log ends. */
  readonly inLastFull: CountIn;
  readonly beginning: (slots: number) => Unseen;
}

function edgesOfQueue(trace: Trace, queue: readonly number[]): Edges {
  let origin = Number.POSITIVE_INFINITY;
  let firstEnd = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  let work = 0;
  for (const k of queue) {
    origin = Math.min(origin, trace.end[k] - trace.duration[k]);
    firstEnd = Math.min(firstEnd, trace.end[k]);
    last = Math.max(last, trace.end[k]);
    work += trace.duration[k];
  }
  const width = Math.max(TICKS * trace.resolution, (SERVICES * work) / queue.length, (last - origin) / MOST_BINS, 1);
  const start = Float64Array.from(queue, (k) => trace.end[k] - trace.duration[k]);
  const service = floatsAt(trace.duration, queue);
  const level = binLevels(start, service, origin, width, Math.floor((last - origin) / width) + 1);
  const binOf = (instant: number) => Math.min(level.length - 1, Math.floor((instant - origin) / width));
  // Of what ran before the first line of the trace only a part is seen, and of what runs behind its last line, too.
  const firstKnown = binOf(firstEnd) + 1;
  const lastKnown = binOf(last - width) - 1;
  const placeOf = (k: number) => countBelow(queue.length, (i) => queue[i], k);
  const followedIn = (from: number, to: number) => queue.slice(placeOf(from), placeOf(to));
  const firstWithRoom = (began: number, slots: number) => {
    let bin = began;
    while (bin <= lastKnown && level[bin] >= FULL_LEVEL * slots) bin++;
    return bin;
  };
  const countUnseen: CountIn = (from, to, slots) => {
    const followed = followedIn(from, to);
    if (followed.length === 0) return 0;
    const began = Math.max(firstKnown, from === 0 ? 0 : Math.min(lastKnown, binOf(trace.end[followed[0]]) - 1));
    const bin = firstWithRoom(began, slots);
    if (bin === began) return 0;
    return bin > lastKnown ? followed.length : followed.filter((k) => binOf(trace.end[k]) <= bin).length;
  };
  return {
    unseen: countUnseen,
    beginning: (slots) => {
      const bin = firstWithRoom(firstKnown, slots);
      return {
        requests: countUnseen(0, trace.length, slots),
        spacing: (last - firstEnd) / Math.max(1, queue.length - 1),
        full: bin > lastKnown ? Number.POSITIVE_INFINITY : origin + bin * width - firstEnd,
      };
    },
    inLastFull: (from, to, slots) => {
      let bin = lastKnown;
      while (bin >= firstKnown && level[bin] >= FULL_LEVEL * slots) bin--;
      return bin === lastKnown ? 0 : followedIn(from, to).filter((k) => binOf(trace.end[k]) > bin).length;
    },
  };
}
