/**
 * What the particle filters have in common: all particles take a step for each request, then they are weighed and resampled. At the end
 * histories are read from them.
 */
import type { Draws } from './draws.ts';
import { Genealogy } from './genealogy.ts';
import type { FilterRun, FilterSettings, Following, Path } from './paths.ts';
import { endOfPart, PARTS, Resampling } from './resample.ts';

export abstract class SteppedFilter implements Following {
  protected readonly genealogy: Genealogy;
  /** By particle: ln of its weight since the last resampling. */
  protected readonly logWeight: Float64Array;
  readonly #resampling: Resampling;
  readonly #steps: number;
  readonly #paths: number;
  #next = 0;

  constructor(steps: number, { particles, paths }: FilterSettings, draws: Draws) {
    this.#steps = steps;
    this.#paths = paths;
    this.logWeight = new Float64Array(particles);
    this.genealogy = new Genealogy(steps, particles);
    this.#resampling = new Resampling(particles, steps, draws);
  }

  /** All particles take a step and note it in the genealogy. */
  protected abstract step(step: number): void;
  /** Particle k continues as a copy of `ancestors[k]`. */
  protected abstract follow(ancestors: Int32Array): void;
  /** Reads history `m` of `count`. */
  protected abstract pathOf(m: number, count: number): Path;

  get logEvidence(): Float64Array {
    return this.#resampling.logEvidence;
  }

  goOn(part: number): void {
    const end = endOfPart(part, this.#steps);
    const follow = (ancestors: Int32Array) => this.follow(ancestors);
    for (; this.#next < end; this.#next++) {
      this.step(this.#next);
      this.#resampling.after(this.#next, this.#next === this.#steps - 1, this.logWeight, this.genealogy, follow);
    }
  }

  told(): FilterRun {
    this.goOn(PARTS - 1);
    const paths = Array.from({ length: this.#paths }, (_, m) => this.pathOf(m, this.#paths));
    return { paths, logEvidence: this.logEvidence };
  }
}
