/**
 * Between two longer looks, a live window has a few histories only, and each window has others, so its numbers would jump. While the last
 * look is fresh its numbers are kept, and the waits of single requests are scaled to them.
 */
import type { ServerInference, WaitInference } from '../../core/inference.ts';

/** A window whose mean wait differs from the look by more than this factor shows something new. */
const MOST_FACTOR = 10;

export function heldToLook(inference: ServerInference, look: WaitInference | null): ServerInference {
  const { requests, wait: found } = inference;
  // A wait that was found without histories is as reliable as that of a look.
  if (!look || look.callers === null || found.callers === null || !(found.mean > 0)) return inference;
  const factor = look.mean / found.mean;
  if (!(factor <= MOST_FACTOR && factor >= 1 / MOST_FACTOR)) return inference;
  const times = (column: Float64Array) => column.map((micros) => micros * factor);
  const samples = requests.waitSamples ? { waitSamples: requests.waitSamples.map(times) } : {};
  return { ...inference, wait: look, requests: { ...requests, wait: times(requests.wait), ...samples } };
}
