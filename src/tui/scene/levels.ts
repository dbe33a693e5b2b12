/** How many things are going on in each step of an axis, for many axes at once: intervals added up exactly, whole steps through differences. */
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

  /** An interval in units of a step; parts outside are left out. `weight`: how much it counts for in each step. */
  add(row: number, from: number, to: number, weight = 1): void {
    const { steps } = this;
    const a = from > 0 ? from : 0;
    const b = to < steps ? to : steps;
    if (!(b > a)) return;
    const first = Math.floor(a);
    const last = b === steps ? steps - 1 : Math.floor(b);
    const base = row * steps;
    if (first === last) {
      this.#partly[base + first] += weight * (b - a);
      return;
    }
    this.#partly[base + first] += weight * (first + 1 - a);
    this.#partly[base + last] += weight * (b - last);
    const change = row * (steps + 1);
    this.#change[change + first + 1] += weight;
    this.#change[change + last] -= weight;
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
