/** Particles by their weights: how many still count, and which ones go on. */
import type { Draws } from './draws.ts';
import type { Genealogy } from './genealogy.ts';

/**
 * Turns log weights into weights with sum 1, in place of `weights`; returns the effective sample size 1 / Σw², or 0
 * when no particle is left.
 */
function normalise(logWeights: Float64Array, weights: Float64Array): number {
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

/** ln of the mean weight. */
function logMeanExp(logWeights: Float64Array): number {
  let best = Number.NEGATIVE_INFINITY;
  for (const w of logWeights) if (w > best) best = w;
  let sum = 0;
  for (const w of logWeights) sum += Math.exp(w - best);
  return best + Math.log(sum / logWeights.length);
}

/** Systematic resampling: `ancestors[k]` is the particle that slot k continues. */
function resample(weights: Float64Array, ancestors: Int32Array, draws: Draws): void {
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

/** Parts of a log of which each tells its own evidence, of about as many requests each. */
export const PARTS = 10;

/** The first step behind a part. */
export const endOfPart = (part: number, steps: number): number => Math.ceil(((part + 1) * steps) / PARTS);

/** Resamples the particles of a filter whenever their weights have become uneven, and at the end. */
export class Resampling {
  readonly #weights: Float64Array;
  readonly #ancestors: Int32Array;
  readonly #draws: Draws;
  /** ln P(all that the particles were weighed by), estimated, by part of the steps. */
  readonly logEvidence = new Float64Array(PARTS);
  readonly #steps: number;

  constructor(particles: number, steps: number, draws: Draws) {
    this.#steps = steps;
    this.#weights = new Float64Array(particles);
    this.#ancestors = new Int32Array(particles);
    this.#draws = draws;
  }

  /** After a step that all particles took and the genealogy noted; `follow`: particle k continues as a copy of `ancestors[k]`. */
  after(
    step: number,
    isLast: boolean,
    logWeights: Float64Array,
    genealogy: Genealogy,
    follow: (ancestors: Int32Array) => void,
  ): void {
    const effective = normalise(logWeights, this.#weights);
    if (effective > 0 && effective >= this.#weights.length / 2 && !isLast) return;
    if (effective > 0) {
      this.logEvidence[Math.floor((PARTS * step) / this.#steps)] += logMeanExp(logWeights);
      resample(this.#weights, this.#ancestors, this.#draws);
      genealogy.branch(step, this.#ancestors);
      follow(this.#ancestors);
    }
    logWeights.fill(0);
  }
}
