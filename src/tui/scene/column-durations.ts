/** A histogram of durations per column, small enough to be refilled for every picture: for quantiles and the heat map. */

/** Octaves from 1 µs to 2^31 µs (36 min) with eight bins each: a bin is within 6 % of the value, as fine as a chart can show. */
export const DURATION_BINS = 31 * 8;

function binOf(micros: number): number {
  const value = micros < 1 ? 1 : micros > 0x7fffffff ? 0x7fffffff : micros | 0;
  const octave = 31 - Math.clz32(value);
  const eighth = octave < 3 ? (value << (3 - octave)) & 7 : (value >> (octave - 3)) & 7;
  return octave * 8 + eighth;
}

/** Lower end of a bin, µs. */
export const durationOfBin = (bin: number): number => 2 ** Math.floor(bin / 8) * (1 + (bin % 8) / 8);
/** Middle of a bin, µs. */
const middleOf = (bin: number): number => 2 ** Math.floor(bin / 8) * (1 + ((bin % 8) + 0.5) / 8);

export class ColumnDurations {
  readonly #bins: Uint16Array;
  readonly #counts: Uint32Array;
  /** Longest duration of each column, µs: the p95 of a few requests, and an upper bound of every quantile. */
  readonly #longest: Float64Array;

  constructor(columns: number) {
    this.#bins = new Uint16Array(columns * DURATION_BINS);
    this.#counts = new Uint32Array(columns);
    this.#longest = new Float64Array(columns);
  }

  add(column: number, micros: number): void {
    const at = column * DURATION_BINS + binOf(micros);
    if (this.#bins[at] < 65_535) this.#bins[at]++;
    this.#counts[column]++;
    if (micros > this.#longest[column]) this.#longest[column] = micros;
  }

  /** Number of durations of a column in a bin. */
  count(column: number, bin: number): number {
    return this.#bins[column * DURATION_BINS + bin];
  }

  isEmpty(column: number): boolean {
    return this.#counts[column] === 0;
  }

  /** µs; NaN if the column is empty. */
  quantile(column: number, share: number): number {
    let rank = Math.ceil(this.#counts[column] * share);
    if (rank === 0) return Number.NaN;
    const longest = this.#longest[column];
    if (rank === this.#counts[column]) return longest < 1 ? 0 : longest;
    for (let bin = 0; bin < DURATION_BINS; bin++) {
      rank -= this.#bins[column * DURATION_BINS + bin];
      if (rank <= 0) return bin === 0 ? 0 : Math.min(middleOf(bin), longest);
    }
    return Number.NaN;
  }
}
