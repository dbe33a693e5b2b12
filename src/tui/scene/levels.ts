/** How many intervals cover each step of an axis, for many axes at once: added up exactly, with differences for whole steps. */

/** Intervals [first, count) of the arrays `from` and `to`. */
export interface Intervals {
  /** The row of each interval, or of all; negative: none. */
  readonly row: Int32Array | number;
  readonly from: Float64Array;
  readonly to: Float64Array;
  readonly first: number;
  readonly count: number;
  /** Steps of the axis per unit of the times; default 1. */
  readonly scale?: number;
  /** How much each interval counts in every step; null: 1. */
  readonly weight?: Float64Array | null;
}

export class Levels {
  readonly steps: number;
  readonly #partly: Float64Array;
  /** One more than `steps` per row, as an interval may end with the last step. */
  readonly #change: Float64Array;

  constructor(rows: number, steps: number) {
    this.steps = steps;
    this.#partly = new Float64Array(rows * steps);
    this.#change = new Float64Array(rows * (steps + 1));
  }

  /** Adds many intervals at once: passing times one by one would allocate an object each. Parts outside of the axis are left out. */
  add({ row, from, to, first, count, scale = 1, weight = null }: Intervals): void {
    const { steps } = this;
    const partly = this.#partly;
    const change = this.#change;
    for (let i = first; i < count; i++) {
      const line = typeof row === 'number' ? row : row[i];
      const a = from[i] > 0 ? from[i] * scale : 0;
      const b = to[i] * scale < steps ? to[i] * scale : steps;
      if (line < 0 || !(b > a)) continue;
      const each = weight ? weight[i] : 1;
      const begin = Math.floor(a);
      const end = b === steps ? steps - 1 : Math.floor(b);
      const at = line * steps;
      if (begin === end) {
        partly[at + begin] += each * (b - a);
        continue;
      }
      partly[at + begin] += each * (begin + 1 - a);
      partly[at + end] += each * (b - end);
      change[at + line + begin + 1] += each;
      change[at + line + end] -= each;
    }
  }

  /** Mean number of intervals in each step, row after row. */
  values(): Float64Array {
    const { steps } = this;
    const values = new Float64Array(this.#partly.length);
    for (let row = 0, at = 0; at < values.length; row++) {
      let open = 0;
      const change = row * (steps + 1);
      for (let i = 0; i < steps; i++, at++) {
        open += this.#change[change + i];
        // With fractional weights a zero may come out as a rounding error.
        const value = open + this.#partly[at];
        values[at] = value > 1e-9 ? value : 0;
      }
    }
    return values;
  }
}
