/**
 * What histories of starts say about the arrivals behind them, before any model of the callers.
 *
 * Callers who come at random come as often while a pool is full as while it has a free slot (filtered ASTA, "arrivals see time averages",
 * El-Taha and Stidham). So R = (starts from the queue / time full) / (starts that found a slot idle / other time) is near 1. Waves, batches
 * and overload make it larger; callers who wait for their answer before they come again make it smaller.
 */
import { floatsAt } from '../../core/columns.ts';
import { ascendingOrder } from '../../core/order.ts';
import type { Path } from './paths.ts';

export interface ArrivalEvidence {
  /** ln R, and its standard error from the counts; not finite where the pool was never full, or always. */
  readonly logRatio: number;
  readonly error: number;
  /** Requests of the longest congestion period of a queue, as a share of its requests. */
  readonly longest: number;
  /**
   * Share of the time in which every slot of a queue was busy. Like `longest`, averaged over the queues with the starts from the queue as
   * weights.
   */
  readonly full: number;
  /** s: upper bound of the mean wait: as if all callers had come together when hardly a slot was busy. */
  readonly most: number;
}

/** Mean over `paths`. `queues`: the requests of each queue of `slots` slots, as indices in the paths; `duration`: s, by request. */
export function arrivalEvidence(
  paths: readonly Path[],
  queues: readonly Int32Array[],
  slots: number,
  duration: Float64Array,
): ArrivalEvidence {
  const requests = queues.reduce((sum, members) => sum + members.length, 0);
  const each = queues
    .filter((members) => members.length > 0)
    .map((members) => {
      const counts = { queued: 0, fresh: 0, full: 0, free: 0, most: 0 };
      let longest = 0;
      for (const path of paths) longest += addQueue(path, members, slots, duration, counts);
      return { ...counts, longest: longest / paths.length / members.length };
    });
  const sum = (of: (counts: Counts & { readonly longest: number }) => number) =>
    each.reduce((total, counts) => total + of(counts), 0);
  const queued = sum((counts) => counts.queued);
  const fresh = sum((counts) => counts.fresh);
  const ratio = queued / sum((counts) => counts.full) / (fresh / sum((counts) => counts.free));
  const ofWaiters = (of: (counts: Counts & { readonly longest: number }) => number) =>
    queued > 0 ? sum((counts) => counts.queued * of(counts)) / queued : 0;
  return {
    logRatio: Math.log(ratio),
    error: Math.sqrt(paths.length * (1 / queued + 1 / fresh)),
    longest: ofWaiters(({ longest }) => longest),
    full: ofWaiters(({ full, free }) => (full + free > 0 ? full / (full + free) : 0)),
    most: sum((counts) => counts.most) / paths.length / requests,
  };
}

interface Counts {
  queued: number;
  fresh: number;
  full: number;
  free: number;
  most: number;
}

/** Adds one path through one queue to `counts`; returns the number of waiters in its longest congestion period. */
function addQueue(
  { start, queued }: Path,
  members: Int32Array,
  slots: number,
  duration: Float64Array,
  counts: Counts,
): number {
  const order = ascendingOrder(floatsAt(start, members)).map((k) => members[k]);
  const few = Math.floor((slots - 1) / 4);
  let running: number[] = [];
  let crowdedSince = start[order[0]];
  let waiters = 0;
  let longest = 0;
  for (let k = 0; k < order.length; k++) {
    const at = start[order[k]];
    const passed = k > 0 ? at - start[order[k - 1]] : 0;
    running = running.filter((end) => end > at);
    if (k > 0 && queued[order[k]] === 1) {
      counts.queued++;
      counts.full += passed;
      waiters++;
      longest = Math.max(longest, waiters);
    } else {
      counts.fresh++;
      counts.free += passed;
      waiters = 0;
      if (running.length <= few) crowdedSince = at;
    }
    counts.most += at - crowdedSince;
    running.push(at + duration[order[k]]);
  }
  return longest;
}
