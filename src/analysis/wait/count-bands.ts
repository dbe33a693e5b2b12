/** Laws of the number of arrivals and of the level of their rate: one band before each epoch and one after the last, all in one array. */

/** Less likely counts are dropped. */
const PRUNED = 1e-8;
/** If the sum of a band is below this, the model cannot explain the epoch. */
const NOTHING = 1e-300;
/** Nats that such an epoch costs. */
const PRICE_OF_NOTHING = 700;
/** Usual number of counts in a band, for the first allocation. */
const USUAL_WIDTH = 4;

/**
 * Arrays that are no longer used, kept for reuse. Every history and model needs one of about the same size. Making it, mostly filling it
 * with zeros, takes a tenth of the time of working out its laws. At most MOST_SPARE arrays with MOST_VALUES values in all are kept.
 */
const spare: Float64Array[] = [];
const MOST_SPARE = 4;
const MOST_VALUES = 1 << 22;

/** An array of at least `values` values; its contents are undefined. */
function arrayFor(values: number): Float64Array {
  const found = spare.findLastIndex(({ length }) => length >= values);
  return found < 0 ? new Float64Array(values) : spare.splice(found, 1)[0];
}

function spareArray(array: Float64Array): void {
  spare.push(array);
  let values = spare.reduce((sum, { length }) => sum + length, 0);
  while (spare.length > MOST_SPARE || values > MOST_VALUES) values -= spare.shift()?.length ?? 0;
}

/** Band e holds the counts [low[e], low[e] + width[e]) at every level: count j at level l is mass[at[e] + l · width[e] + j - low[e]]. */
export class CountBands {
  readonly low: Int32Array;
  readonly width: Int32Array;
  readonly at: Int32Array;
  mass: Float64Array;
  readonly #levels: number;

  /** Makes room for `bands` bands of `levels` levels. */
  constructor(bands: number, levels: number) {
    this.low = new Int32Array(bands);
    this.width = new Int32Array(bands);
    this.at = new Int32Array(bands);
    this.mass = arrayFor(bands * levels * USUAL_WIDTH);
    this.#levels = levels;
  }

  /** Begins band `e` after the one before it, filled with zeros; returns its index in `mass`. */
  begin(e: number, low: number, width: number): number {
    const at = e === 0 ? 0 : this.at[e - 1] + this.#levels * this.width[e - 1];
    const until = at + this.#levels * width;
    this.low[e] = low;
    this.width[e] = width;
    this.at[e] = at;
    if (until > this.mass.length) {
      const more = arrayFor(2 * until);
      more.set(this.mass.subarray(0, at));
      spareArray(this.mass);
      this.mass = more;
    }
    const { mass } = this;
    for (let x = at; x < until; x++) mass[x] = 0;
    return at;
  }

  /** Gives the array back for reuse. */
  release(): void {
    spareArray(this.mass);
    this.mass = new Float64Array(0);
  }

  /** Divides band `e` by its sum and returns ln of the sum. If nothing is left, the levels start anew from `chance`, at a price. */
  scale(e: number, chance: Float64Array): number {
    const { mass } = this;
    const from = this.at[e];
    const width = this.width[e];
    const to = from + this.#levels * width;
    let sum = 0;
    for (let x = from; x < to; x++) sum += mass[x];
    if (!(sum > NOTHING)) {
      for (let l = 0; l < this.#levels; l++) mass[from + l * width] = chance[l];
      return -PRICE_OF_NOTHING;
    }
    for (let x = from; x < to; x++) mass[x] /= sum;
    return Math.log(sum);
  }

  /** Removes the counts at both ends of band `e`, which must be the last one, that are too unlikely at every level. */
  prune(e: number): void {
    const { mass } = this;
    const at = this.at[e];
    const width = this.width[e];
    let from = 0;
    let to = width - 1;
    while (from < to && this.#isNegligible(at + from, width)) from++;
    while (to > from && this.#isNegligible(at + to, width)) to--;
    const kept = to - from + 1;
    if (kept === width) return;
    for (let l = 0; l < this.#levels; l++)
      for (let x = 0; x < kept; x++) mass[at + l * kept + x] = mass[at + l * width + from + x];
    this.low[e] += from;
    this.width[e] = kept;
  }

  #isNegligible(at: number, width: number): boolean {
    for (let l = 0; l < this.#levels; l++) if (this.mass[at + l * width] > PRUNED) return false;
    return true;
  }
}
