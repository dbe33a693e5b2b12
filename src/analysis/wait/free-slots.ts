/** By particle: when its slots become free again, the first in front. Where their number changes, slots come and go. */
import { integersAt } from '../../core/columns.ts';
import { type SlotStep, slotSteps } from './slot-changes.ts';
import type { Stretch } from './stretch.ts';

export class FreeSlots {
  readonly #slots: number;
  /** By particle, s, ascending: when each slot becomes free; -Infinity: since before the log; Infinity: the slot is not there. */
  #free: Float64Array;
  #spare: Float64Array;
  readonly #steps: readonly SlotStep[];
  /** By particle: how many changes of the number of slots it has made. */
  #stepped: Int32Array;

  constructor(particles: number, { slots, changes }: Stretch) {
    this.#slots = slots;
    const present = changes?.[0].slots ?? slots;
    this.#free = Float64Array.from({ length: particles * slots }, (_, k) =>
      k % slots < present ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
    );
    this.#spare = new Float64Array(particles * slots);
    this.#steps = slotSteps(changes ?? []);
    this.#stepped = new Int32Array(particles);
  }

  /** s: when the first slot of particle `a` becomes free. */
  first(a: number): number {
    return this.#free[a * this.#slots];
  }

  /** Number of slots of particle `a` that are busy at an instant. */
  busyAt(a: number, second: number): number {
    let taken = 0;
    for (let x = 0; x < this.#slots; x++) {
      const free = this.#free[a * this.#slots + x];
      if (free > second && free < Number.POSITIVE_INFINITY) taken++;
    }
    return taken;
  }

  /** The slot of particle `a` that is free first is busy until `until`. */
  take(a: number, until: number): void {
    const base = a * this.#slots;
    let x = 1;
    for (; x < this.#slots && this.#free[base + x] < until; x++) this.#free[base + x - 1] = this.#free[base + x];
    this.#free[base + x - 1] = until;
  }

  /** Makes the changes that take effect before the next request can start, at or after `clock`, the last start. */
  change(a: number, clock: number): void {
    const first = a * this.#slots;
    for (; this.#stepped[a] < this.#steps.length; this.#stepped[a]++) {
      const { at, comes } = this.#steps[this.#stepped[a]];
      if (comes) {
        let x = this.#slots - 1;
        for (; x > 0 && this.#free[first + x - 1] > at; x--) this.#free[first + x] = this.#free[first + x - 1];
        this.#free[first + x] = at;
        continue;
      }
      const free = this.#free[first];
      const isIdle = clock >= at && free <= clock;
      if (free < at && !isIdle) return;
      this.take(a, Number.POSITIVE_INFINITY);
    }
  }

  /** Particle k continues as a copy of `ancestors[k]`. */
  follow(ancestors: Int32Array): void {
    const slots = this.#slots;
    for (let k = 0; k < ancestors.length; k++) {
      const from = ancestors[k] * slots;
      for (let x = 0; x < slots; x++) this.#spare[k * slots + x] = this.#free[from + x];
    }
    this.#stepped = integersAt(this.#stepped, ancestors);
    [this.#free, this.#spare] = [this.#spare, this.#free];
  }
}
