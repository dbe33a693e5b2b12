/** What the requests of a stretch of time say, for the lists on the screen: routes, workers and totals of a selection of rows. */
import { DurationHistogram } from '../analysis/histogram.ts';
import type { Snapshot } from '../core/snapshot.ts';

/** µs; NaN unknown. */
export interface Quantiles {
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface RouteStats {
  /** Id in `names.routes`. */
  readonly route: number;
  readonly requests: number;
  readonly errors: number;
  readonly perSecond: number;
  /** Share of all busy time in the scope; NaN where durations are unknown. */
  readonly busyShare: number;
  readonly service: Quantiles;
  /** Requests in each of `TREND_STEPS` equal parts of the scope. */
  readonly trend: Float64Array;
}

export interface WorkerStats {
  /** Id in `names.workers`. */
  readonly worker: number;
  readonly requests: number;
  readonly errors: number;
  readonly busyMicros: number;
  readonly service: Quantiles;
  /** µs since 1970 UTC of the first and last request held, in the scope or not. */
  readonly first: number;
  readonly last: number;
}

export interface ScopeStats {
  /** What `rows` are rows of. */
  readonly source: Pick<Snapshot, 'requests' | 'placement'>;
  readonly from: number;
  readonly to: number;
  readonly requests: number;
  readonly errors: number;
  readonly perSecond: number;
  readonly service: Quantiles;
  readonly wait: Quantiles;
  readonly routes: readonly RouteStats[];
  readonly workers: readonly WorkerStats[];
  /** Rows in the scope, in the order of the table; valid up to `requests`. */
  readonly rows: Int32Array;
}

export const TREND_STEPS = 12;

const unknownQuantiles: Quantiles = {
  mean: Number.NaN,
  p50: Number.NaN,
  p95: Number.NaN,
  p99: Number.NaN,
  max: Number.NaN,
};

const quantilesOf = (histogram: DurationHistogram): Quantiles =>
  histogram.count === 0
    ? unknownQuantiles
    : {
        mean: histogram.mean,
        p50: histogram.quantile(0.5),
        p95: histogram.quantile(0.95),
        p99: histogram.quantile(0.99),
        max: histogram.max,
      };

/** Up to here durations are kept one by one. */
const FEW = 1024;

/** What one route or worker did. Quantiles are read when somebody asks: a list shows a few of what may be thousands. */
class Tally {
  requests = 0;
  errors = 0;
  busyMicros = 0;
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;
  readonly trend = new Float64Array(TREND_STEPS);
  /** µs, exact while there are few; counted in bins (0.8 %) when there are many. */
  #durations: number[] | null = [];
  #histogram: DurationHistogram | null = null;
  #quantiles: Quantiles | null = null;

  add(begun: number, ended: number, micros: number, isError: boolean, step: number): void {
    this.requests++;
    if (isError) this.errors++;
    this.trend[step]++;
    if (begun < this.first) this.first = begun;
    if (ended > this.last) this.last = ended;
    if (!(micros > 0)) return;
    this.busyMicros += micros;
    if (this.#histogram) this.#histogram.add(micros);
    else this.#keep(micros);
  }

  #keep(micros: number): void {
    this.#durations!.push(micros);
    if (this.#durations!.length < FEW) return;
    this.#histogram = new DurationHistogram();
    for (const value of this.#durations!) this.#histogram.add(value);
    this.#durations = null;
  }

  get service(): Quantiles {
    this.#quantiles ??= this.#histogram ? quantilesOf(this.#histogram) : this.#exact(this.#durations!);
    return this.#quantiles;
  }

  #exact(durations: readonly number[]): Quantiles {
    const sorted = Float64Array.from(durations).sort();
    const n = sorted.length;
    const at = (share: number) => sorted[Math.max(0, Math.ceil(share * n) - 1)];
    return n === 0
      ? unknownQuantiles
      : { mean: this.busyMicros / n, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted[n - 1] };
  }
}

/**
 * Counts the rows that ended in [from, to]; with `touching` those that ran or waited at any time in it (for a moment, which
 * nothing ends in). `candidates` are rows of the table that pass the filter, valid up to `count`.
 */
export function scopeStats(
  source: Pick<Snapshot, 'requests' | 'placement'>,
  candidates: Int32Array,
  count: number,
  from: number,
  to: number,
  touching = false,
): ScopeStats {
  const { requests, placement } = source;
  const rows = new Int32Array(count);
  const routes: Tally[] = [];
  const workers: Tally[] = [];
  const service = new DurationHistogram();
  const wait = new DurationHistogram();
  let length = 0;
  let errors = 0;
  let busy = 0;
  for (let i = 0; i < count; i++) {
    const row = candidates[i];
    const start = placement.start[row];
    const ended = placement.end[row] === placement.end[row] ? placement.end[row] : start;
    const begun = start === start ? start - Math.max(0, placement.wait[row] || 0) : ended;
    if (touching ? ended < from || begun > to : ended < from || ended > to) continue;
    rows[length++] = row;
    const isError = requests.status[row] >= 500;
    if (isError) errors++;
    const micros = ended - start;
    const step =
      to > from ? Math.min(TREND_STEPS - 1, Math.max(0, Math.floor(((ended - from) / (to - from)) * TREND_STEPS))) : 0;
    (routes[requests.route[row]] ??= new Tally()).add(begun, ended, micros, isError, step);
    const worker = requests.worker[row];
    if (worker >= 0) (workers[worker] ??= new Tally()).add(begun, ended, micros, isError, step);
    if (micros > 0) {
      busy += micros;
      service.add(micros);
    }
    if (placement.wait[row] >= 0) wait.add(placement.wait[row]);
  }
  const seconds = Math.max((to - from) / 1e6, 1e-6);
  return {
    source: { requests, placement },
    from,
    to,
    requests: length,
    errors,
    perSecond: length / seconds,
    service: quantilesOf(service),
    wait: quantilesOf(wait),
    routes: entriesOf(routes).map(([route, tally]) => ({
      route,
      requests: tally.requests,
      errors: tally.errors,
      perSecond: tally.requests / seconds,
      busyShare: busy > 0 ? tally.busyMicros / busy : Number.NaN,
      get service() {
        return tally.service;
      },
      trend: tally.trend,
    })),
    workers: entriesOf(workers).map(([worker, tally]) => ({
      worker,
      requests: tally.requests,
      errors: tally.errors,
      busyMicros: tally.busyMicros,
      get service() {
        return tally.service;
      },
      first: tally.first,
      last: tally.last,
    })),
    rows: rows.subarray(0, length),
  };
}

/** Ids that occur, with their tallies. */
function entriesOf(tallies: readonly Tally[]): [id: number, tally: Tally][] {
  const entries: [number, Tally][] = [];
  tallies.forEach((tally, id) => {
    entries.push([id, tally]);
  });
  return entries;
}
