/** How many arrivals per second there were around each moment: mean over possible histories of the callers. */
import type { ArrivalSample } from './arrivals.ts';
import type { Epochs } from './epochs.ts';
import type { Path, RateCurve } from './paths.ts';

const MOST_BINS = 20_000;
const LEAST_BIN = 0.25;

export class IntensityCurve {
  readonly #from: number;
  readonly #bin: number;
  readonly #sum: Float64Array;
  readonly #seconds: Float64Array;

  constructor(paths: readonly Path[], duration: Float64Array) {
    let from = Number.POSITIVE_INFINITY;
    let to = 0;
    for (const { start } of paths)
      for (let i = 0; i < start.length; i++) {
        from = Math.min(from, start[i]);
        to = Math.max(to, start[i] + duration[i]);
      }
    this.#from = from;
    this.#bin = Math.max(LEAST_BIN, (to - from) / MOST_BINS);
    this.#sum = new Float64Array(Math.ceil((to - from) / this.#bin) + 1);
    this.#seconds = new Float64Array(this.#sum.length);
  }

  add({ length, at, span }: Epochs, { rate, crowd }: ArrivalSample): void {
    for (let e = 0; e < length; e++) {
      let now = at[e] - span[e];
      this.#sum[this.#binOf(now)] += crowd[e];
      for (let b = this.#binOf(now); now < at[e] - 1e-9; b++) {
        const until = b >= this.#sum.length - 1 ? at[e] : Math.min(at[e], this.#from + (b + 1) * this.#bin);
        this.#sum[b] += rate[e] * (until - now);
        this.#seconds[b] += until - now;
        now = until;
      }
    }
  }

  #binOf(second: number): number {
    return Math.min(this.#sum.length - 1, Math.max(0, Math.floor((second - this.#from) / this.#bin)));
  }

  curve(): RateCurve {
    const rate = this.#sum.map((sum, b) => sum / Math.max(1e-9, this.#seconds[b]));
    return (second) => rate[this.#binOf(second)];
  }
}
