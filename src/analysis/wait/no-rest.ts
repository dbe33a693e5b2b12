/**
 * A pool that works from the first line of a log to the last. How many callers stood behind it does not show: clients who each ask again as
 * soon as they are answered keep it as full as an overload of minutes, and no log of the server tells one from the other.
 *
 * Of n such clients n - c queue before c slots, so each waits (n - c) / c service times: a whole one for twice as many clients as slots, next
 * to nothing for c + 1 of them, and none at all for c, who leave pauses as short as those between the requests of a queue. So the range
 * begins at none. What the histories of callers at random say is then how long the queue of such callers would have grown, and no estimate.
 *
 * Unless the lines carry addresses of more callers, all along: then there are more clients than slots, and so a queue, of at least those more.
 */
import type { WaitInference } from '../../core/inference.ts';
import { meanOf, quantileOf } from '../../core/statistics.ts';
import { variesMoreThanClients } from '../structure/clients-in-turn.ts';
import { neverRest, pauseOf } from '../structure/few-clients.ts';
import type { Trace } from '../structure/trace.ts';
import type { FilteredWaits } from './filtered-waits.ts';
import { scaledWaits } from './scaled-waits.ts';

/** µs: a slot that is taken again this soon, on average, was not free in between. */
export const HAND_OVER = 15_000;
/** The middle of a range as wide as this one is a guess. */
const GUESS = 0.5;
/** Turns of the slots in which callers are counted, and the share of such stretches that may hold fewer. */
const TURNS = 8;
const FEW_OF_THEM = 0.1;
/** Clients for each slot from which the callers are many, and the share of those more who stand in the queue at least: others think. */
const MANY = 3;
const LEAST_SHARE = 0.25;

const LOOPS = 'the callers were about as many as the slots and each asked again when it was answered';

/** `slots`: of all queues. `client`: of each row of the log, 0 unknown. Waits of a pool that rests stay as they are. */
export function withoutRest(
  found: FilteredWaits,
  trace: Trace,
  slots: number,
  client: ArrayLike<number>,
): FilteredWaits {
  const { summary } = found;
  if (summary.method !== 'inferred' || !neverRest(trace, slots)) return found;
  const clients = clientsAtOnce(trace, slots, client);
  if (clients >= MANY * slots)
    return withLeast(found, (LEAST_SHARE * meanOf(trace.duration) * (clients - slots)) / slots);
  const isSeamless = pauseOf(trace, slots) <= HAND_OVER;
  const varies = variesMoreThanClients(trace, slots);
  if (varies && !isSeamless) return found;
  const open = { ...found, summary: perhapsNone(summary, LOOPS) };
  if (varies || !(summary.mean > 0)) return open;
  // Between the wait of one client more than there are slots and the longest: the middle of what fits, by its logarithm.
  const middle = Math.sqrt((meanOf(trace.duration) / slots) * summary.highMean);
  const told = scaledWaits(open, Math.min(1, middle / summary.mean));
  const full = isSeamless ? 1 : summary.full;
  return { ...told, summary: { ...told.summary, confidence: GUESS, full } };
}

/** The same waits, or none, if the callers were of such a kind. */
export const perhapsNone = (wait: WaitInference, who: string): WaitInference => ({
  ...wait,
  lowMean: 0,
  lowP95: 0,
  basis: `${wait.basis}; or nobody waited, if ${who}`,
});

/**
 * Callers who ask at about one time, at least: different addresses in as many lines in a row as the slots end in a few turns, of most such
 * stretches. Callers behind one address are one.
 */
function clientsAtOnce(trace: Trace, slots: number, client: ArrayLike<number>): number {
  const lines = TURNS * slots;
  const seen: number[] = [];
  for (let from = 0; from + lines <= trace.length; from += lines) {
    const addresses = new Set<number>();
    for (let i = from; i < from + lines; i++) if (client[trace.row[i]] !== 0) addresses.add(client[trace.row[i]]);
    seen.push(addresses.size);
  }
  return seen.length > 0 ? quantileOf(seen, FEW_OF_THEM) : 0;
}

/** The same, whose range begins at `least` µs at most. */
const withLeast = (found: FilteredWaits, least: number): FilteredWaits => {
  const { summary } = found;
  return {
    ...found,
    summary: { ...summary, lowMean: Math.min(summary.lowMean, least), lowP95: Math.min(summary.lowP95, least) },
  };
};
