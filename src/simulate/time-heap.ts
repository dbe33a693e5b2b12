/** A binary heap of (instant, row) in typed arrays, earliest first: the event list of a simulation. */
export class TimeHeap {
  #keys: Float64Array;
  #rows: Int32Array;
  #size = 0;

  constructor(capacity = 64) {
    this.#keys = new Float64Array(capacity);
    this.#rows = new Int32Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Key of the first entry; Infinity when empty. */
  get first(): number {
    return this.#size > 0 ? this.#keys[0] : Number.POSITIVE_INFINITY;
  }

  push(key: number, row: number): void {
    if (this.#size === this.#keys.length) this.#grow();
    const keys = this.#keys;
    const rows = this.#rows;
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (keys[parent] <= key) break;
      keys[at] = keys[parent];
      rows[at] = rows[parent];
      at = parent;
    }
    keys[at] = key;
    rows[at] = row;
  }

  /** Removes the first entry and returns its row. */
  pop(): number {
    const keys = this.#keys;
    const rows = this.#rows;
    const first = rows[0];
    const size = --this.#size;
    const key = keys[size];
    const row = rows[size];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && keys[child + 1] < keys[child]) child++;
      if (keys[child] >= key) break;
      keys[at] = keys[child];
      rows[at] = rows[child];
      at = child;
    }
    keys[at] = key;
    rows[at] = row;
    return first;
  }

  #grow(): void {
    const keys = new Float64Array(this.#keys.length * 2);
    keys.set(this.#keys);
    this.#keys = keys;
    const rows = new Int32Array(this.#rows.length * 2);
    rows.set(this.#rows);
    this.#rows = rows;
  }
}
