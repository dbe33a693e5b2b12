/** How many things are going on in each step of an axis: intervals added up exactly, whole steps through differences. */
export class Level {
  readonly steps: number;
  readonly #partly: Float64Array;
  readonly #change: Float64Array;

  constructor(steps: number) {
    this.steps = steps;
    this.#partly = new Float64Array(steps);
    this.#change = new Float64Array(steps + 1);
  }

  /** An interval in units of a step; parts outside are left out. `weight`: how much it counts for in each step. */
  add(from: number, to: number, weight = 1): void {
    const a = Math.max(0, from);
    const b = Math.min(this.steps, to);
    if (!(b > a)) return;
    const first = Math.floor(a);
    const last = Math.min(this.steps - 1, Math.floor(b));
    if (first === last) {
      this.#partly[first] += weight * (b - a);
      return;
    }
    this.#partly[first] += weight * (first + 1 - a);
    this.#partly[last] += weight * (b - last);
    this.#change[first + 1] += weight;
    this.#change[last] -= weight;
  }

  /** Mean number of intervals in each step. */
  values(): Float64Array {
    const values = new Float64Array(this.steps);
    let open = 0;
    for (let i = 0; i < this.steps; i++) {
      open += this.#change[i];
      // Weights are fractions: what should be nothing may be a rounding error.
      const value = open + this.#partly[i];
      values[i] = value > 1e-9 ? value : 0;
    }
    return values;
  }
}
