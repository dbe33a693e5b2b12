/**
 * A pool that works from the first line of a log to the last. How many callers stood behind it does not show: clients who each ask again as
 * soon as they are answered keep it as full as an overload of minutes, and no log of the server tells one from the other.
 *
 * Of n such clients n - c queue before c slots, so each waits (n - c) / c service times: a whole one for twice as many clients as slots, next
 * to nothing for c + 1 of them, and none at all for c, who leave pauses as short as those between the requests of a queue. So the range
 * begins at none. What the histories of callers at random say is then how long the queue of such callers would have grown, and no estimate.
 */
import type { WaitInference } from '../../core/inference.ts';
import { meanOf } from '../../core/statistics.ts';
import { variesMoreThanClients } from '../structure/clients-in-turn.ts';
import { neverRest, pauseOf } from '../structure/few-clients.ts';
import type { Trace } from '../structure/trace.ts';
import type { FilteredWaits } from './filtered-waits.ts';
import { scaledWaits } from './scaled-waits.ts';

/** µs: a slot that is taken again this soon, on average, was not free in between. */
export const HAND_OVER = 15_000;
/** The middle of a range as wide as this one is a guess. */
const GUESS = 0.5;

const LOOPS = 'the callers were about as many as the slots and each asked again when it was answered';

/** `slots`: of all queues. Waits of a pool that rests stay as they are. */
export function withoutRest(found: FilteredWaits, trace: Trace, slots: number): FilteredWaits {
  const { summary } = found;
  if (summary.method !== 'inferred' || !neverRest(trace, slots)) return found;
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
