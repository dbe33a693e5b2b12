/**
 * A pool of threads that is full all the time, although its slots seem to rest after each request. One thread of a process accepts for all
 * of them. If the others compute (Python's global interpreter lock) or the machine is short of CPU, that thread has to wait for its turn
 * several times per request; so slots idle while callers queue. A fixed number of clients who pause before they ask again leaves the same
 * lines, and hardly anybody waits. No server log tells one from the other, so the range holds both.
 */
import { showsVariation, variesMoreThanClients } from '../structure/clients-in-turn.ts';
import { pauseOf } from '../structure/few-clients.ts';
import { takesAsLong } from '../structure/growth.ts';
import type { Trace } from '../structure/trace.ts';
import type { FilteredWaits, Pool } from './filtered-waits.ts';
import { longestWaits, upTo } from './idle-moments.ts';
import { HAND_OVER, perhapsNone } from './no-rest.ts';

/** µs: `sys.getswitchinterval()`: for how long a running thread keeps the lock while another one asks for it. */
const SWITCH_INTERVAL = 5000;
/**
 * How often the lock is asked for between two requests of a slot, at most. Recorded: gunicorn's threads idled for up to 5 intervals of each
 * other thread.
 */
const ASKED_FOR = 6;
const CLIENTS = 'clients as many as the slots paused before they asked again';
/** Confidence: the middle of such a range is a guess. */
const GUESS = 0.5;

interface Threads {
  readonly pool: Pool;
  /** Threads of one process. */
  readonly threads: number;
  /** Slots of all processes. */
  readonly slots: number;
}

/**
 * Widens the range of a pool that may be starved. Waits stay as they are if pauses are short enough for plain hand-overs or too long for
 * this, if the load varies more than clients would make it (or that could not be seen), or if requests take as long among many as among
 * few.
 */
export function perhapsStarved(found: FilteredWaits, trace: Trace, asked: Threads): FilteredWaits {
  const { summary } = found;
  if (summary.method !== 'inferred' || asked.pool.changes) return found;
  if (!standsLikeStarved(trace, asked, found.inTurn)) return found;
  const { pool } = asked;
  const longest = longestWaits(trace, { slots: pool.slots, own: pool.queue === 'worker', changes: undefined });
  if (!longest) return found;
  const none = perhapsNone(summary, CLIENTS);
  return {
    ...found,
    summary: {
      ...none,
      ...upTo(summary, longest),
      confidence: Math.min(summary.confidence, GUESS),
      basis: `${none.basis}; or the threads were full all along, and slow to take the next request`,
    },
  };
}

function standsLikeStarved(trace: Trace, { threads, slots }: Threads, inTurn: boolean): boolean {
  const pause = pauseOf(trace, slots);
  return (
    pause > HAND_OVER &&
    pause <= ASKED_FOR * SWITCH_INTERVAL * (threads - 1) &&
    (inTurn || showsVariation(trace, slots)) &&
    !variesMoreThanClients(trace, slots) &&
    !takesAsLong(trace)
  );
}
