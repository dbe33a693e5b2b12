/**
 * A log-linear histogram of durations in µs: additive, so that any split of a log gives the same counts.
 *
 * Values below 128 µs have a bin each; above, every power of two is cut into 64 bins, so a quantile is read with a
 * relative error of at most 1/128 (0.8 %); sum and maximum are exact. After G. Tene's HdrHistogram, without its
 * configuration. 64 * (52 - 5) bins reach 2^52 µs, 140 years.
 */
const SUB_BITS = 6;
const SUB_BINS = 1 << SUB_BITS;
const FIRST_OCTAVE = SUB_BITS + 1;
const BINS_AT_ONCE = 256;

function binOf(micros: number): number {
  if (micros < 2 * SUB_BINS) return micros < 0 ? 0 : micros | 0;
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
  #bins = new Float64Array(BINS_AT_ONCE * (FIRST_OCTAVE - 2));
  count = 0;
  /** µs, exact */
  sum = 0;
  /** µs, exact; -1 while empty */
  max = -1;

  /** NaN is not counted; a negative duration (a clock that stepped back) counts as 0. */
  add(micros: number): void {
    if (!(micros === micros)) return;
    const bin = binOf(micros);
    if (bin >= this.#bins.length) this.#grow(bin);
    this.#bins[bin]++;
    this.count++;
    if (micros > 0) this.sum += micros;
    if (micros > this.max) this.max = micros;
  }

  #grow(bin: number): void {
    const wider = new Float64Array(Math.ceil((bin + 1) / BINS_AT_ONCE) * BINS_AT_ONCE);
    wider.set(this.#bins);
    this.#bins = wider;
  }

  merge(other: DurationHistogram): void {
    if (other.#bins.length > this.#bins.length) this.#grow(other.#bins.length - 1);
    for (let bin = 0; bin < other.#bins.length; bin++) this.#bins[bin] += other.#bins[bin];
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
    for (let bin = 0; bin < this.#bins.length; bin++) {
      rank -= this.#bins[bin];
      if (rank <= 0) return Math.min(middleOf(bin), this.max);
    }
    return this.max;
  }

  /** Non-empty bins as [bin, count] pairs, flat: the compact form for another process. */
  toPairs(): Float64Array {
    const pairs: number[] = [];
    for (let bin = 0; bin < this.#bins.length; bin++) if (this.#bins[bin] > 0) pairs.push(bin, this.#bins[bin]);
    return Float64Array.from(pairs);
  }

  static fromPairs(pairs: ArrayLike<number>, sum: number, max: number): DurationHistogram {
    const histogram = new DurationHistogram();
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      if (pairs[i] >= histogram.#bins.length) histogram.#grow(pairs[i]);
      histogram.#bins[pairs[i]] += pairs[i + 1];
      histogram.count += pairs[i + 1];
    }
    histogram.sum = sum;
    histogram.max = max;
    return histogram;
  }
}
