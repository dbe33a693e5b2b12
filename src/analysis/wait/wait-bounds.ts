/** The longest that the requests of a stretch can have waited, whatever their callers were. */
import { partOfTrace } from '../structure/trace.ts';
import type { Asked } from './filtered-waits.ts';
import { fullProcess } from './full-process.ts';
import { longestWaits, type QueueSlots } from './idle-moments.ts';

export interface Bounds {
  /** Slots of the process that may have been full while others idled; null: nothing looks like it. */
  readonly slotsOfOne: number | null;
  /** s, ascending: no request can have waited longer, each by its own bound; null: not known. */
  readonly longest: Float64Array | null;
  /** The same before that process. */
  readonly inOneProcess: Float64Array | null;
}

export function boundsOf({ trace, pool, hidden, part, partly }: Asked): Bounds {
  const followed = partly ? partOfTrace(trace, part.from, part.from + part.length) : trace;
  const seconds = (queue: QueueSlots) =>
    longestWaits(followed, queue)
      ?.map((micros) => micros / 1e6)
      .sort() ?? null;
  // What began in a full pool, or held workers without a line, may have waited for longer than the log shows.
  const tellsIdling = !hidden && part.unseen === 0 && pool.queue !== 'unknown';
  const { slots, changes } = pool;
  const longest = tellsIdling ? seconds({ slots, own: pool.queue === 'worker', changes }) : null;
  const slotsOfOne = pool.queue === 'unknown' && !part.plan.quick ? fullProcess(followed, slots) : null;
  const inOneProcess = slotsOfOne === null ? null : seconds({ slots: slotsOfOne, own: false, changes: undefined });
  return { slotsOfOne, longest, inOneProcess };
}
