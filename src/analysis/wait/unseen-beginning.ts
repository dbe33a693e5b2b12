/**
 * How many requests of a part of a log come before the first moment at which the pool had room. Callers who were queued when the part began
 * cannot be seen in it; only such a moment shows that none of them is left. Likewise, how many come after the last such moment: whoever
 * still waits when the log ends has no line in it.
 */
import { binLevels } from '../../core/bin-levels.ts';
import { floatsAt } from '../../core/columns.ts';
import { countBelow } from '../../core/statistics.ts';
import { queuesOf, type Trace } from '../structure/trace.ts';

/** Mean number of requests running in a bin, as a share of the slots, from which the pool counts as full; hand-overs leave small gaps. */
const FULL_LEVEL = 0.9;
/** Least width of a bin in mean service times: the level of a shorter one is too random. */
const SERVICES = 2;
/** Least width of a bin in ticks: within a tick it is unknown when a request ended. */
const TICKS = 3;
const MOST_BINS = 1 << 20;

/**
 * Share (0..1) of the requests [from, from + length) of a trace that are unseen in this sense. `slots`: those of each queue when the part
 * begins.
 */
export type UnseenShare = (from: number, length: number, slots: number) => number;

/**
 * For parts of a trace: the share of requests before the pool first had room. What ran before a part is used, too.
 * @param byWorker every worker has its own queue
 */
export function unseenBeginnings(trace: Trace, byWorker: boolean): UnseenShare {
  return shareOf(queuesOf(trace, byWorker).map((queue) => edgesOfQueue(trace, queue).unseen));
}

/** The share of requests that ended after the pool last had room, in a pool that is full until the log ends. */
export function unseenEndings(trace: Trace, byWorker: boolean): UnseenShare {
  return shareOf(queuesOf(trace, byWorker).map((queue) => edgesOfQueue(trace, queue).inLastFull));
}

/** The requests of a queue whose callers may have been delayed by a queue from before the log. */
export interface Unseen {
  readonly requests: number;
  /** µs: mean time between the ends of two requests. */
  readonly spacing: number;
  /** µs from the first end to the first moment at which the pool had room; Infinity: it was full until the log ends. */
  readonly full: number;
}

/** For each queue of a log (`slots` slots each); queues that begin with room are left out. */
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
  /** How many requests of this queue among [from, to) of the trace ended before the pool first had room. */
  readonly unseen: CountIn;
  /** How many of them ended after the pool last had room. */
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
  // Of what ran before the first and after the last line only a part has a line, so the first and the last bins are left out.
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
