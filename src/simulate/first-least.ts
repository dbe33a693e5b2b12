/**
 * The first of the least of many numbers, of which one changes at a time. They stand in blocks, so that a change looks at one block
 * and a question at one number a block: of a thousand stations sixty numbers instead of a thousand.
 */
const BLOCK = 32;

export class FirstLeast {
  readonly #values: Float64Array;
  /** By block: the place of its first least number. */
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

  /** Where the first of the least numbers stands. */
  get place(): number {
    const places = this.#places;
    let first = places[0];
    for (let block = 1; block < places.length; block++)
      if (this.#values[places[block]] < this.#values[first]) first = places[block];
    return first;
  }
}
