/**
 * A log-linear histogram of durations in µs: additive, so that any split of a log gives the same counts.
 *
 * Values below 128 µs have a bin each; above, every power of two is cut into 64 bins, so a quantile is read with a
 * relative error of at most 1/128 (0.8 %); sum and maximum are exact. After G. Tene's HdrHistogram, without its
 * configuration.
 */
const SUB_BITS = 6;
const SUB_BINS = 1 << SUB_BITS;
/** Bins are allocated in groups of so many, only where there are durations: a log may have thousands of routes of a few requests each. */
const BINS_AT_ONCE = 64;
const NO_BINS = new Float64Array(0);

function binOf(micros: number): number {
  if (micros < 2 * SUB_BINS) return micros | 0;
  if (micros < 0x7fffffff) {
    const value = micros | 0;
    const shift = 31 - Math.clz32(value) - SUB_BITS;
    return (shift << SUB_BITS) + (value >> shift);
  }
  const octave = Math.floor(Math.log2(micros));
  const shift = octave - SUB_BITS;
  return shift * SUB_BINS + Math.floor(micros / 2 ** shift);
}

/** Middle of a bin, µs. */
function middleOf(bin: number): number {
  if (bin < 2 * SUB_BINS) return bin;
  const shift = Math.floor(bin / SUB_BINS) - 1;
  const low = (bin - shift * SUB_BINS) * 2 ** shift;
  return low + (2 ** shift - 1) / 2;
}

export class DurationHistogram {
  /** Counts of the bins from `#low` on. */
  #bins = NO_BINS;
  #low = 0;
  count = 0;
  /** µs, exact */
  sum = 0;
  /** µs, exact; -1 while empty */
  max = -1;

  /** NaN is not counted; a negative duration (a clock that stepped back) counts as 0. */
  add(micros: number): void {
    if (!(micros === micros)) return;
    const value = micros > 0 ? micros : 0;
    this.#count(binOf(value), 1);
    this.count++;
    this.sum += value;
    if (value > this.max) this.max = value;
  }

  #count(bin: number, count: number): void {
    const at = bin - this.#low;
    if (at >= 0 && at < this.#bins.length) {
      this.#bins[at] += count;
      return;
    }
    this.#reach(bin, bin);
    this.#bins[bin - this.#low] += count;
  }

  /** Makes room for the bins from `first` to `last`. */
  #reach(first: number, last: number): void {
    const isNew = this.#bins.length === 0;
    const from = Math.floor((isNew ? first : Math.min(first, this.#low)) / BINS_AT_ONCE);
    const to = Math.floor((isNew ? last : Math.max(last, this.#low + this.#bins.length - 1)) / BINS_AT_ONCE);
    const wider = new Float64Array((to - from + 1) * BINS_AT_ONCE);
    const low = from * BINS_AT_ONCE;
    if (!isNew) wider.set(this.#bins, this.#low - low);
    this.#bins = wider;
    this.#low = low;
  }

  merge(other: DurationHistogram): void {
    const bins = other.#bins;
    if (bins.length > 0) {
      const low = other.#low;
      const last = low + bins.length - 1;
      if (this.#bins.length === 0 || low < this.#low || last >= this.#low + this.#bins.length) this.#reach(low, last);
      for (let k = 0, at = low - this.#low; k < bins.length; k++, at++) this.#bins[at] += bins[k];
    }
    this.count += other.count;
    this.sum += other.sum;
    if (other.max > this.max) this.max = other.max;
  }

  /** µs; NaN while empty. */
  get mean(): number {
    return this.count === 0 ? Number.NaN : this.sum / this.count;
  }

  /** µs at quantile q of 0..1 (the value with rank ceil(q n)); NaN while empty. */
  quantile(q: number): number {
    if (this.count === 0) return Number.NaN;
    let rank = Math.max(1, Math.ceil(q * this.count));
    for (let at = 0; at < this.#bins.length; at++) {
      rank -= this.#bins[at];
      if (rank <= 0) return Math.min(middleOf(this.#low + at), this.max);
    }
    return this.max;
  }

  /** How many are about as long or longer. */
  countFrom(micros: number): number {
    let count = 0;
    for (let at = Math.max(0, binOf(micros) - this.#low); at < this.#bins.length; at++) count += this.#bins[at];
    return count;
  }

  /** Non-empty bins as [bin, count] pairs, flat: the compact form for another process. */
  toPairs(): Float64Array {
    const pairs: number[] = [];
    for (let at = 0; at < this.#bins.length; at++) if (this.#bins[at] > 0) pairs.push(this.#low + at, this.#bins[at]);
    return Float64Array.from(pairs);
  }

  static fromPairs(pairs: ArrayLike<number>, sum: number, max: number): DurationHistogram {
    const histogram = new DurationHistogram();
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      histogram.#count(pairs[i], pairs[i + 1]);
      histogram.count += pairs[i + 1];
    }
    histogram.sum = sum;
    histogram.max = max;
    return histogram;
  }
}
