/** What one route or worker did in the time range that is shown. */
import { DurationHistogram } from '../analysis/histogram.ts';
import type { Placement } from '../core/snapshot.ts';

/** Up to this number durations are kept individually. */
const FEW = 256;

/** µs; NaN unknown. */
export interface Quantiles {
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export const TREND_STEPS = 12;

const unknownQuantiles: Quantiles = {
  mean: Number.NaN,
  p50: Number.NaN,
  p95: Number.NaN,
  p99: Number.NaN,
  max: Number.NaN,
};

export const quantilesOf = (histogram: DurationHistogram): Quantiles =>
  histogram.count === 0
    ? unknownQuantiles
    : {
        mean: histogram.mean,
        p50: histogram.quantile(0.5),
        p95: histogram.quantile(0.95),
        p99: histogram.quantile(0.99),
        max: histogram.max,
      };

/** The times (µs) of the row being counted, in one reused object: passing and returning them would allocate an object per row. */
export class CountedRow {
  /** When it arrived: its start less its wait. */
  begun = Number.NaN;
  ended = Number.NaN;
  /** NaN unknown */
  micros = Number.NaN;

  read({ start, end, wait }: Placement, row: number): void {
    const started = start[row];
    const ended = end[row] === end[row] ? end[row] : started;
    this.begun = started !== started ? ended : wait[row] > 0 ? started - wait[row] : started;
    this.ended = ended;
    this.micros = ended - started;
  }
}

/** What one route or worker did. Quantiles are computed only when asked for: a list shows a few of possibly thousands. */
export class Tally {
  requests = 0;
  /** Requests that ended in the time range. */
  ended = 0;
  errors = 0;
  busyMicros = 0;
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;
  readonly trend = new Float64Array(TREND_STEPS);
  /** µs: exact while there are few; in bins of 0.8 % when there are many. */
  #durations = new Float64Array(16);
  #kept = 0;
  #histogram: DurationHistogram | null = null;
  #quantiles: Quantiles | null = null;

  add(counted: CountedRow, endsInScope: boolean, isError: boolean, step: number): void {
    this.requests++;
    if (endsInScope) this.ended++;
    if (isError) this.errors++;
    this.trend[step]++;
    if (counted.begun < this.first) this.first = counted.begun;
    if (counted.ended > this.last) this.last = counted.ended;
    if (!(counted.micros > 0)) return;
    this.busyMicros += counted.micros;
    this.#durations[this.#kept++] = counted.micros;
    if (this.#kept === this.#durations.length) this.#makeRoom();
  }

  #makeRoom(): void {
    if (this.#kept === FEW) {
      this.#count();
      return;
    }
    const wider = new Float64Array(this.#kept * 4);
    wider.set(this.#durations);
    this.#durations = wider;
  }

  /** Moves the kept durations into the histogram, many at once: passing each one on its own would allocate. */
  #count(): void {
    this.#histogram ??= new DurationHistogram();
    for (let i = 0; i < this.#kept; i++) this.#histogram.add(this.#durations[i]);
    this.#kept = 0;
  }

  get service(): Quantiles {
    if (!this.#quantiles) {
      if (this.#histogram) this.#count();
      this.#quantiles = this.#histogram ? quantilesOf(this.#histogram) : this.#exact();
    }
    return this.#quantiles;
  }

  #exact(): Quantiles {
    const sorted = this.#durations.slice(0, this.#kept).sort();
    const n = sorted.length;
    const at = (share: number) => sorted[Math.max(0, Math.ceil(share * n) - 1)];
    return n === 0
      ? unknownQuantiles
      : { mean: this.busyMicros / n, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted[n - 1] };
  }
}
