/** Records which particle descends from which. A history is read backwards, from a particle at the end to its ancestor at the beginning. */
export class Genealogy {
  readonly #particles: number;
  readonly #steps: number;
  readonly #start: Float64Array;
  readonly #queued: Uint8Array;
  readonly #arrived: Float64Array;
  readonly #parents: Int32Array;

  constructor(steps: number, particles: number) {
    this.#particles = particles;
    this.#steps = steps;
    this.#start = new Float64Array(steps * particles);
    this.#queued = new Uint8Array(steps * particles);
    this.#arrived = new Float64Array(steps * particles);
    this.#parents = new Int32Array(steps * particles);
  }

  /** Notes what particle `a` drew in a step. */
  note(step: number, a: number, start: number, queued: number, arrived = Number.NaN): void {
    const at = step * this.#particles + a;
    this.#start[at] = start;
    this.#queued[at] = queued;
    this.#arrived[at] = arrived;
    this.#parents[at] = a;
  }

  /** After the step, particle k continues as a copy of `ancestors[k]`. */
  branch(step: number, ancestors: Int32Array): void {
    this.#parents.set(ancestors, step * this.#particles);
  }

  /**
   * Reads history `m` of `count` (evenly spread over the particles) from its last step to its first; returns its ancestor among the first
   * particles.
   */
  tell(m: number, count: number, step: (step: number, start: number, queued: number, arrived: number) => void): number {
    let a = Math.floor(((m + 0.5) / count) * this.#particles);
    for (let s = this.#steps - 1; s >= 0; s--) {
      a = this.#parents[s * this.#particles + a];
      const at = s * this.#particles + a;
      step(s, this.#start[at], this.#queued[at], this.#arrived[at]);
    }
    return a;
  }
}
