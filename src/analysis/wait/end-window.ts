/**
 * The window in which the current request of a lane may end, given its stamp, the order of the lines, and the ends that are already drawn
 * on the other lanes.
 */
import type { LaneParticles } from './lane-particles.ts';
import type { LaneStretch } from './stretch.ts';

export class EndWindow {
  readonly #s: LaneStretch;
  readonly #lanes: LaneParticles;
  /** By lane: its current request; -1: none. It is the same in all particles, because lines come in the order of ends. */
  readonly #current: Int32Array;
  /** s: the window of the last `lookUp` is [from, to]. */
  from = 0;
  to = 0;

  constructor(stretch: LaneStretch, lanes: LaneParticles) {
    this.#s = stretch;
    this.#lanes = lanes;
    this.#current = stretch.first.slice();
  }

  /** Lane `l` has ended its current request; the next one is `i`, or -1 if there is none. */
  goOn(l: number, i: number): void {
    this.#current[l] = i;
  }

  /** Sets the window of request `i` on lane `l` in particle `a`. */
  lookUp(a: number, i: number, l: number): void {
    const { slots, low, high, duration, jitter } = this.#s;
    let from = low[i];
    let to = high[i];
    for (let x = 0; x < slots; x++) {
      const other = this.#current[x];
      if (x === l || other < 0) continue;
      const end = this.#lanes.start[a * slots + x] + duration[other];
      if (other > i) {
        if (end + jitter < to) to = end + jitter;
      } else if (end - jitter > from) from = end - jitter;
    }
    this.from = from;
    this.to = to;
  }
}
