/** Slots of which no more were seen than there were requests at once may be more. */
import type { WaitInference } from '../../core/inference.ts';
import type { WaitInput } from './infer-wait.ts';
import { perhapsNone } from './no-rest.ts';

/** Below this the number of slots is a hedge. */
const HEDGED = 0.6;

/** `wait` as callers of so many slots had it: where there may be more of them, it stays open whether anybody waited. */
export function unlessMoreSlots(
  wait: WaitInference,
  { capacity, capacityRange, capacityConfidence }: WaitInput,
): WaitInference {
  const mayBeMore = capacity !== null && capacityRange !== null && capacityRange[1] > capacity;
  if (wait.method !== 'inferred' || !mayBeMore || capacityConfidence >= HEDGED) return wait;
  return perhapsNone(wait, `there are more slots than the ${capacity} that were seen`);
}
