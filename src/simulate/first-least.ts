/**
 * The index of the smallest of many numbers (the first, if several are equal) when numbers change one at a time. They are kept in blocks: a
 * change scans one block, a query scans the minimum of each block. For a thousand stations that is some sixty comparisons instead of a
 * thousand.
 */
const BLOCK = 32;

export class FirstLeast {
  readonly #values: Float64Array;
  /** Per block: index of its smallest number (the first, if several are equal). */
  readonly #places: Int32Array;

  constructor(count: number, value: number) {
    this.#values = new Float64Array(count).fill(value);
    this.#places = Int32Array.from({ length: Math.ceil(count / BLOCK) }, (_, block) => block * BLOCK);
  }

  valueAt(place: number): number {
    return this.#values[place];
  }

  set(place: number, value: number): void {
    const values = this.#values;
    values[place] = value;
    const from = place - (place % BLOCK);
    const to = Math.min(values.length, from + BLOCK);
    let first = from;
    let least = Number.POSITIVE_INFINITY;
    for (let i = from; i < to; i++) {
      if (values[i] < least) {
        least = values[i];
        first = i;
      }
    }
    this.#places[from / BLOCK] = first;
  }

  /** Index of the smallest number; of equal ones the first. */
  get place(): number {
    const places = this.#places;
    let first = places[0];
    for (let block = 1; block < places.length; block++)
      if (this.#values[places[block]] < this.#values[first]) first = places[block];
    return first;
  }
}
