/** Statistics of the requests in a time range, for the lists on the screen: routes, workers and totals of a selection of rows. */
import { DurationHistogram } from '../analysis/histogram.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { RowTest } from './filter.ts';
import { CountedRow, type Quantiles, quantilesOf, Tally, TREND_STEPS } from './scope-tally.ts';

export interface RouteStats {
  /** Id in `names.routes`. */
  readonly route: number;
  readonly requests: number;
  readonly errors: number;
  readonly perSecond: number;
  /** Share of all busy time in the range; NaN if durations are unknown. */
  readonly busyShare: number;
  readonly service: Quantiles;
  /** Requests in each of `TREND_STEPS` equal parts of the range. */
  readonly trend: Float64Array;
}

export interface WorkerStats {
  /** Id in `names.workers`. */
  readonly worker: number;
  readonly requests: number;
  readonly errors: number;
  readonly busyMicros: number;
  readonly service: Quantiles;
  /** Begin of the first and end of the last counted request, µs since 1970 UTC. */
  readonly first: number;
  readonly last: number;
}

export interface ScopeStats {
  /** The picture that `rows` index. */
  readonly source: Pick<Snapshot, 'requests' | 'placement'>;
  readonly from: number;
  readonly to: number;
  readonly requests: number;
  /** Requests in the range, including those that the filter rejects. */
  readonly inScope: number;
  readonly errors: number;
  /** Rate over the last ten seconds of the range; for a moment, over all of it. */
  readonly perSecond: number;
  readonly service: Quantiles;
  readonly wait: Quantiles;
  readonly routes: readonly RouteStats[];
  readonly workers: readonly WorkerStats[];
  /** Rows in the range that pass the filter, in the order of the table; length `requests`. */
  readonly rows: Int32Array;
}

export interface Scope {
  /** µs since 1970 UTC; NaN: the rows have no times, and all of them are meant. */
  readonly from: number;
  readonly to: number;
  /** µs since 1970 UTC: no line is newer, though the range may end later. */
  readonly now?: number;
  /**
   * true: counts rows that ran or waited at any time in the range (for a moment, in which nothing ends), not only those that ended in it.
   */
  readonly touching?: boolean;
}

/** The rate is taken over this many µs before now: over the whole screen it would lag long behind a change of load. */
const LATE = 10_000_000;

/** s: a rate is never taken over less, except for a moment. */
const SHORTEST = 1;

/** Rounds to a whole number, which can be passed on without allocating an object. */
const whole = (micros: number): number => (micros < 0x7fffffff ? micros | 0 : micros);

/** Counts rows in portions, so that a picture of very many requests can be counted over several frames. */
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
  /** Requests that ended since `lateFrom` (µs since 1970 UTC). */
  #late = 0;
  readonly #lateFrom: number;
  readonly #now: number;
  #errors = 0;
  #busy = 0;

  constructor(source: Pick<Snapshot, 'requests' | 'placement'>, scope: Scope, passes: RowTest | null = null) {
    this.#source = source;
    this.#scope = scope;
    this.#passes = passes;
    this.#now = Math.min(scope.to, scope.now ?? scope.to);
    this.#lateFrom = scope.touching ? scope.from : Math.max(scope.from, this.#now - LATE);
  }

  /** Counts rows [first, last) of a list of rows of the table. */
  add(candidates: Int32Array, first: number, last: number): void {
    const { placement } = this.#source;
    const { from, to, touching = false } = this.#scope;
    const counted = this.#counted;
    for (let i = first; i < last; i++) {
      const row = candidates[i];
      counted.read(placement, row);
      // Rates count only requests that ended in the range; for a moment, others are listed as well.
      const endsInScope = !(counted.ended < from || counted.ended > to);
      if (touching ? counted.ended < from || counted.begun > to : !endsInScope) continue;
      this.#inScope++;
      if (!this.#passes || this.#passes(row)) this.#count(row, endsInScope);
    }
  }

  /** Counts the row that `#counted` was read from. */
  #count(row: number, endsInScope: boolean): void {
    const { requests, placement } = this.#source;
    const counted = this.#counted;
    this.#keep(row);
    if (endsInScope && counted.ended >= this.#lateFrom) this.#late++;
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

  /** The statistics; nothing may be added afterwards. */
  result(): ScopeStats {
    const { from, to, touching = false } = this.#scope;
    const busy = this.#busy;
    const shortest = touching ? 1e-6 : SHORTEST;
    const seconds = Math.max((to - from) / 1e6, shortest);
    const lateSeconds = Math.max((this.#now - this.#lateFrom) / 1e6, shortest);
    return {
      source: this.#source,
      from,
      to,
      requests: this.#length,
      inScope: this.#inScope,
      errors: this.#errors,
      perSecond: this.#late / lateSeconds,
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

/** Counts at once. `candidates`: rows of the table, valid up to `count`. */
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

/** The ids that occur, with their tallies. */
function entriesOf(tallies: readonly Tally[]): [id: number, tally: Tally][] {
  const entries: [number, Tally][] = [];
  tallies.forEach((tally, id) => {
    entries.push([id, tally]);
  });
  return entries;
}
