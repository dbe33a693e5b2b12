/**
 * Between two longer looks a live window has a few histories only, and each window others: its numbers would dance. While the last
 * look is fresh, its numbers stand, and the waits of single requests are held to them.
 */
import type { ServerInference, WaitInference } from '../../core/inference.ts';

/** A window whose waits lie further from the look tells of something new. */
const MOST_FACTOR = 10;

export function heldToLook(inference: ServerInference, look: WaitInference | null): ServerInference {
  const { requests, wait: found } = inference;
  // A wait that was found without histories is as good as that of a look.
  if (!look || look.callers === null || found.callers === null || !(found.mean > 0)) return inference;
  const factor = look.mean / found.mean;
  if (!(factor <= MOST_FACTOR && factor >= 1 / MOST_FACTOR)) return inference;
  const times = (column: Float64Array) => column.map((micros) => micros * factor);
  const samples = requests.waitSamples ? { waitSamples: requests.waitSamples.map(times) } : {};
  return { ...inference, wait: look, requests: { ...requests, wait: times(requests.wait), ...samples } };
}
