/** How many things are going on in each step of an axis, for many axes at once: intervals added up exactly, whole steps through differences. */

/** Intervals [first, count) of columns of times. */
export interface Intervals {
  /** The row of each, or of all; less than 0: none. */
  readonly row: Int32Array | number;
  readonly from: Float64Array;
  readonly to: Float64Array;
  readonly first: number;
  readonly count: number;
  /** Steps of the axis in a unit of the times. */
  readonly scale?: number;
  /** How much each counts for in every step; null: 1. */
  readonly weight?: Float64Array | null;
}

export class Levels {
  readonly steps: number;
  readonly #partly: Float64Array;
  /** One more than steps per row: an interval may end with the last step. */
  readonly #change: Float64Array;

  constructor(rows: number, steps: number) {
    this.steps = steps;
    this.#partly = new Float64Array(rows * steps);
    this.#change = new Float64Array(rows * (steps + 1));
  }

  /** Many at once: times that are passed on one by one are an object each. Parts outside of the axis are left out. */
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
        // Weights are fractions: what should be nothing may be a rounding error.
        const value = open + this.#partly[at];
        values[at] = value > 1e-9 ? value : 0;
      }
    }
    return values;
  }
}
