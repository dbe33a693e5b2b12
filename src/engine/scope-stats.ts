/** What the requests of a stretch of time say, for the lists on the screen: routes, workers and totals of a selection of rows. */
import { DurationHistogram } from '../analysis/histogram.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { RowTest } from './filter.ts';

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
  /** Those that do not pass the filter too. */
  readonly inScope: number;
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
const FEW = 256;

/** µs: whole ones are passed on without an object each. */
const whole = (micros: number): number => (micros < 0x7fffffff ? micros | 0 : micros);

/** The times of the row that is counted, µs: as arguments and results of functions they would be an object each, every time. */
class CountedRow {
  /** When it came to the pool. */
  begun = Number.NaN;
  ended = Number.NaN;
  /** NaN unknown */
  micros = Number.NaN;

  read({ start, end, wait }: Snapshot['placement'], row: number): void {
    const started = start[row];
    const ended = end[row] === end[row] ? end[row] : started;
    this.begun = started !== started ? ended : wait[row] > 0 ? started - wait[row] : started;
    this.ended = ended;
    this.micros = ended - started;
  }
}

/** What one route or worker did. Quantiles are read when somebody asks: a list shows a few of what may be thousands. */
class Tally {
  requests = 0;
  /** Those that ended in the scope. */
  ended = 0;
  errors = 0;
  busyMicros = 0;
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;
  readonly trend = new Float64Array(TREND_STEPS);
  /** µs, exact while there are few; counted in bins (0.8 %) when there are many. */
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

  /** Many at once: each as an argument would be an object, too. */
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

export interface Scope {
  /** µs since 1970 UTC; NaN: rows have no times, and all of them are meant. */
  readonly from: number;
  readonly to: number;
  /** Counts rows that ran or waited at any time in it (for a moment, which nothing ends in), not those that ended in it. */
  readonly touching?: boolean;
}

/** Counts rows in portions: a picture of very many requests is counted over several frames. */
export class ScopeTally {
  readonly #source: Pick<Snapshot, 'requests' | 'placement'>;
  readonly #scope: Scope;
  readonly #passes: RowTest | null;
  readonly #counted = new CountedRow();
  #rows = new Int32Array(1024);
  readonly #routes: Tally[] = [];
  readonly #workers: Tally[] = [];
  readonly #service = new DurationHistogram();
  readonly #wait = new DurationHistogram();
  #length = 0;
  #inScope = 0;
  #ended = 0;
  #errors = 0;
  #busy = 0;

  constructor(source: Pick<Snapshot, 'requests' | 'placement'>, scope: Scope, passes: RowTest | null = null) {
    this.#source = source;
    this.#scope = scope;
    this.#passes = passes;
  }

  /** Rows [first, last) of a list of rows of the table. */
  add(candidates: Int32Array, first: number, last: number): void {
    const { placement } = this.#source;
    const { from, to, touching = false } = this.#scope;
    const counted = this.#counted;
    for (let i = first; i < last; i++) {
      const row = candidates[i];
      counted.read(placement, row);
      // A rate is of what ends: of a moment, others run as well.
      const endsInScope = !(counted.ended < from || counted.ended > to);
      if (touching ? counted.ended < from || counted.begun > to : !endsInScope) continue;
      this.#inScope++;
      if (!this.#passes || this.#passes(row)) this.#count(row, endsInScope);
    }
  }

  /** The row that was read last. */
  #count(row: number, endsInScope: boolean): void {
    const { requests, placement } = this.#source;
    const counted = this.#counted;
    this.#keep(row);
    if (endsInScope) this.#ended++;
    const isError = requests.status[row] >= 500;
    if (isError) this.#errors++;
    const step = this.#stepOf(counted);
    (this.#routes[requests.route[row]] ??= new Tally()).add(counted, endsInScope, isError, step);
    const worker = requests.worker[row];
    if (worker >= 0) (this.#workers[worker] ??= new Tally()).add(counted, endsInScope, isError, step);
    if (counted.micros > 0) {
      this.#busy += counted.micros;
      this.#service.add(whole(counted.micros));
    }
    if (placement.wait[row] >= 0) this.#wait.add(whole(placement.wait[row]));
  }

  #stepOf({ ended }: CountedRow): number {
    const { from, to } = this.#scope;
    if (!(to > from)) return 0;
    return Math.min(TREND_STEPS - 1, Math.max(0, Math.floor(((ended - from) / (to - from)) * TREND_STEPS)));
  }

  #keep(row: number): void {
    if (this.#length === this.#rows.length) {
      const wider = new Int32Array(this.#rows.length * 2);
      wider.set(this.#rows);
      this.#rows = wider;
    }
    this.#rows[this.#length++] = row;
  }

  /** What was counted; nothing may be added after that. */
  result(): ScopeStats {
    const { from, to } = this.#scope;
    const busy = this.#busy;
    const seconds = Math.max((to - from) / 1e6, 1e-6);
    return {
      source: this.#source,
      from,
      to,
      requests: this.#length,
      inScope: this.#inScope,
      errors: this.#errors,
      perSecond: this.#ended / seconds,
      service: quantilesOf(this.#service),
      wait: quantilesOf(this.#wait),
      routes: entriesOf(this.#routes).map(([route, tally]) => ({
        route,
        requests: tally.requests,
        errors: tally.errors,
        perSecond: tally.ended / seconds,
        busyShare: busy > 0 ? tally.busyMicros / busy : Number.NaN,
        get service() {
          return tally.service;
        },
        trend: tally.trend,
      })),
      workers: entriesOf(this.#workers).map(([worker, tally]) => ({
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
      rows: this.#rows.subarray(0, this.#length),
    };
  }
}

/** Counts at once; `candidates` are rows of the table, valid up to `count`. */
export function scopeStats(
  source: Pick<Snapshot, 'requests' | 'placement'>,
  candidates: Int32Array,
  count: number,
  scope: Scope,
  passes: RowTest | null = null,
): ScopeStats {
  const tally = new ScopeTally(source, scope, passes);
  tally.add(candidates, 0, count);
  return tally.result();
}

/** Ids that occur, with their tallies. */
function entriesOf(tallies: readonly Tally[]): [id: number, tally: Tally][] {
  const entries: [number, Tally][] = [];
  tallies.forEach((tally, id) => {
    entries.push([id, tally]);
  });
  return entries;
}
