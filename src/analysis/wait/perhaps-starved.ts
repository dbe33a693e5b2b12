/**
 * A pool of threads that is full all along, although a slot of it seems to rest after each request. One thread of a process accepts for all of
 * them, and where the others work on the processor (Python's global interpreter lock) or the machine is short of it, that one has to wait its
 * turn several times for each request: so slots stand idle while callers queue. A fixed number of clients who pause before they ask again
 * leaves the same lines, and lets hardly anybody wait. No log of the server tells one from the other, so the range reaches from one to the other.
 */
import { showsVariation, variesMoreThanClients } from '../structure/clients-in-turn.ts';
import { pauseOf } from '../structure/few-clients.ts';
import { takesAsLong } from '../structure/growth.ts';
import type { Trace } from '../structure/trace.ts';
import type { FilteredWaits, Pool } from './filtered-waits.ts';
import { longestWaits, upTo } from './idle-moments.ts';
import { HAND_OVER, perhapsNone } from './no-rest.ts';

/** µs: `sys.getswitchinterval()`, how long a thread that works keeps the lock from one that asks for it. */
const SWITCH_INTERVAL = 5000;
/** Times that the lock is asked for between two requests of a slot. Recorded: gunicorn's threads stood idle for up to 5 intervals of each other one. */
const ASKED_FOR = 6;
const CLIENTS = 'clients as many as the slots paused before they asked again';
/** The middle of such a range is a guess. */
const GUESS = 0.5;

interface Threads {
  readonly pool: Pool;
  /** Of one process. */
  readonly threads: number;
  /** Of all processes. */
  readonly slots: number;
}

/** Waits of a pool that hardly rests, or now and then rests for long, or whose requests take as long among many as among few, stay as they are. */
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
