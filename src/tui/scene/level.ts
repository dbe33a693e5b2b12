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

  /** An interval in units of a step; parts outside are left out. */
  add(from: number, to: number): void {
    const a = Math.max(0, from);
    const b = Math.min(this.steps, to);
    if (!(b > a)) return;
    const first = Math.floor(a);
    const last = Math.min(this.steps - 1, Math.floor(b));
    if (first === last) {
      this.#partly[first] += b - a;
      return;
    }
    this.#partly[first] += first + 1 - a;
    this.#partly[last] += b - last;
    this.#change[first + 1]++;
    this.#change[last]--;
  }

  /** Mean number of intervals in each step. */
  values(): Float64Array {
    const values = new Float64Array(this.steps);
    let open = 0;
    for (let i = 0; i < this.steps; i++) {
      open += this.#change[i];
      values[i] = open + this.#partly[i];
    }
    return values;
  }
}
