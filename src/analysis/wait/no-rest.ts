/**
 * A pool that works from the first line of a log to the last. How many callers queued does not show: clients who each ask again as soon as
 * they are answered keep it as full as an overload of minutes, and no server log tells one from the other.
 *
 * Of n such clients n - c queue before c slots, so each waits (n - c) / c service times: one for twice as many clients as slots, next to
 * nothing for c + 1. With n = c nobody waits, and the pauses are as short as between requests from a queue. So the range begins at no wait.
 * The histories of callers at random then say how long the queue of such callers would have grown, which is no estimate.
 *
 * The exception: if the lines carry the addresses of more callers than slots throughout, there are more clients than slots, and at least
 * some of the surplus queue.
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
/** Confidence where the estimate is merely the middle of a wide range. */
const GUESS = 0.5;
/** Turns of the slots per stretch in which callers are counted, and the share of stretches that may hold fewer callers. */
const TURNS = 8;
const FEW_OF_THEM = 0.1;
/** Clients per slot from which callers count as many, and the least share of the surplus clients that queue (the others pause). */
const MANY = 3;
const LEAST_SHARE = 0.25;

const LOOPS = 'the callers were about as many as the slots and each asked again when it was answered';

/**
 * Corrects the waits of a pool that never rests; others stay as they are. `slots`: of all queues. `client`: id by row of the log, 0:
 * unknown.
 */
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
  // The geometric middle of the plausible range, from the wait with one client more than slots to the longest.
  const middle = Math.sqrt((meanOf(trace.duration) / slots) * summary.highMean);
  const told = scaledWaits(open, Math.min(1, middle / summary.mean));
  const full = isSeamless ? 1 : summary.full;
  return { ...told, summary: { ...told.summary, confidence: GUESS, full } };
}

/** Lets the range begin at no wait, for the case that the callers were as `who` says. */
export const perhapsNone = (wait: WaitInference, who: string): WaitInference => ({
  ...wait,
  lowMean: 0,
  lowP95: 0,
  basis: `${wait.basis}; or nobody waited, if ${who}`,
});

/**
 * Least number of callers at about one time: distinct addresses in as many lines as the slots end in a few turns; a tenth of such stretches
 * may hold fewer. Callers behind one address count as one.
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

/** Lowers the lower ends of the range to `least` µs. */
const withLeast = (found: FilteredWaits, least: number): FilteredWaits => {
  const { summary } = found;
  return {
    ...found,
    summary: { ...summary, lowMean: Math.min(summary.lowMean, least), lowP95: Math.min(summary.lowP95, least) },
  };
};
