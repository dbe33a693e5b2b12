/** Weights of particles: how many particles still count, and which of them go on. */
import type { Draws } from './draws.ts';
import type { Genealogy } from './genealogy.ts';

/** Writes to `weights` the weights with sum 1; returns the effective sample size 1 / Σw², or 0 if no particle is left. */
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

/** Number of parts of a log, about equal in requests, for each of which the evidence is kept. */
export const PARTS = 10;

/** The first step after a part. */
export const endOfPart = (part: number, steps: number): number => Math.ceil(((part + 1) * steps) / PARTS);

/** Resamples the particles of a filter whenever their weights have become uneven, and after the last step. */
export class Resampling {
  readonly #weights: Float64Array;
  readonly #ancestors: Int32Array;
  readonly #draws: Draws;
  /** By part of the steps: estimate of ln P(the data by which the particles were weighed). */
  readonly logEvidence = new Float64Array(PARTS);
  readonly #steps: number;

  constructor(particles: number, steps: number, draws: Draws) {
    this.#steps = steps;
    this.#weights = new Float64Array(particles);
    this.#ancestors = new Int32Array(particles);
    this.#draws = draws;
  }

  /** Call it after a step that all particles took and the genealogy noted; `follow`: particle k continues as a copy of `ancestors[k]`. */
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
