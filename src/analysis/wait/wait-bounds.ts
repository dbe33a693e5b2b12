/** Upper bounds of the waits of a stretch, whatever its callers were. */
import { partOfTrace, type Trace } from '../structure/trace.ts';
import type { Asked } from './filtered-waits.ts';
import { fullProcess } from './full-process.ts';
import { longestWaits } from './idle-moments.ts';

export interface Bounds {
  /** Slots of the process that may have been full while others idled; null: there is no sign of one. */
  readonly slotsOfOne: number | null;
  /** s, ascending: upper bounds of the waits, one for each request; null: unknown. */
  readonly longest: Float64Array | null;
  /** The same bounds if that process had a queue of its own. */
  readonly inOneProcess: Float64Array | null;
}

export function boundsOf(asked: Asked): Bounds {
  const { trace, pool, part, partly } = asked;
  const followed = partly ? partOfTrace(trace, part.from, part.from + part.length) : trace;
  const longest = longestInPart(asked, followed);
  const slotsOfOne = pool.queue === 'unknown' && !part.plan.quick ? fullProcess(followed, pool.slots) : null;
  const inOneProcess =
    slotsOfOne === null ? null : longestWaits(followed, { slots: slotsOfOne, own: false, changes: undefined });
  return { slotsOfOne, longest: inSeconds(longest), inOneProcess: inSeconds(inOneProcess) };
}

const inSeconds = (waits: Float64Array | null) => waits?.map((micros) => micros / 1e6).sort() ?? null;

/** By request of the part, µs; null: unknown. */
function longestInPart({ trace, pool, hidden, part }: Asked, followed: Trace): Float64Array | null {
  // A killed request may have held a worker without writing a line.
  if (hidden || pool.queue === 'unknown') return null;
  const queue = { slots: pool.slots, own: pool.queue === 'worker', changes: pool.changes };
  if (part.unseen === 0) return longestWaits(followed, queue);
  // Requests that began in a full pool may have waited longer than the part shows. If the log before the part tells since when the pool was
  // full, that bounds them.
  if (!part.isSeenBefore) return null;
  return longestWaits(trace, queue)?.subarray(part.from, part.from + part.length) ?? null;
}
