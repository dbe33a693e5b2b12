/** Particles by their weights: how many still count, and which ones go on. */
import type { Draws } from './draws.ts';

/**
 * Turns log weights into weights with sum 1, in place of `weights`; returns the effective sample size 1 / Σw², or 0
 * when no particle is left.
 */
export function normalise(logWeights: Float64Array, weights: Float64Array): number {
  let best = Number.NEGATIVE_INFINITY;
  for (const w of logWeights) if (w > best) best = w;
  if (best === Number.NEGATIVE_INFINITY) return 0;
  let sum = 0;
  for (let a = 0; a < weights.length; a++) {
    weights[a] = Math.exp(logWeights[a] - best);
    sum += weights[a];
  }
  let squares = 0;
  for (let a = 0; a < weights.length; a++) {
    weights[a] /= sum;
    squares += weights[a] * weights[a];
  }
  return 1 / squares;
}

/** Systematic resampling: `ancestors[k]` is the particle that slot k continues. */
export function resample(weights: Float64Array, ancestors: Int32Array, draws: Draws): void {
  const n = weights.length;
  const offset = draws.next();
  let reached = 0;
  let k = 0;
  for (let a = 0; a < n; a++) {
    reached += weights[a] * n;
    while (k < n && offset + k < reached) ancestors[k++] = a;
  }
  while (k < n) ancestors[k++] = n - 1;
}
