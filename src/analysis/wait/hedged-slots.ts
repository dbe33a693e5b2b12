/** A pool that may have more slots than were seen, as never more requests ran at once. */
import type { WaitInference } from '../../core/inference.ts';
import type { WaitInput } from './infer-wait.ts';
import { perhapsNone } from './no-rest.ts';

/** Confidence below which the number of slots is only a lower bound. */
const HEDGED = 0.6;

/** `wait` was inferred for the slots that were seen. If there may be more of them, perhaps nobody waited. */
export function unlessMoreSlots(
  wait: WaitInference,
  { capacity, capacityRange, capacityConfidence }: WaitInput,
): WaitInference {
  const mayBeMore = capacity !== null && capacityRange !== null && capacityRange[1] > capacity;
  if (wait.method !== 'inferred' || !mayBeMore || capacityConfidence >= HEDGED) return wait;
  return perhapsNone(wait, `there are more slots than the ${capacity} that were seen`);
}
