/** The pool in a few columns: busy slots, queue, rate, errors and durations of the requests that reach into them. */
import { ColumnDurations } from './column-durations.ts';
import { Levels } from './levels.ts';
import { TILE } from './tile-cache.ts';
import type { TileInput } from './tile-input.ts';
import { TileSpan } from './tile-span.ts';

/** One value per column each. */
export interface PoolTile {
  /** Means of requests in flight, and in the queue; and of all of them, those that do not pass the filter too. */
  readonly busy: Float64Array;
  readonly queue: Float64Array;
  readonly ends: Float64Array;
  readonly errors: Float64Array;
  readonly all: { readonly busy: Float64Array; readonly queue: Float64Array; readonly ends: Float64Array } | null;
  readonly service: ColumnDurations;
  /** µs, NaN where nothing ended. */
  readonly serviceP50: Float64Array;
  readonly serviceP95: Float64Array;
  readonly waitP50: Float64Array;
  readonly waitP95: Float64Array;
  /** Whether any request has a duration, and a wait. */
  readonly timed: boolean;
  readonly waited: boolean;
}

/** Rows of the levels of a tile: of the requests that pass; from `ALL` on the same of all requests, whose errors nobody asks for. */
const BUSY = 0;
const QUEUE = 1;
const ENDS = 2;
const ERRORS = 3;
const ALL = 4;

class PoolLevels {
  readonly #levels: Levels;
  /** Ends that are known to the column are counted, without fractions. */
  readonly #known: Float64Array;

  constructor(rows: number) {
    this.#levels = new Levels(rows, TILE);
    this.#known = new Float64Array(rows * TILE);
  }

  /** `group`: 0 or `ALL` */
  addRequest(group: number, span: TileSpan): void {
    const { from, to, wait } = span;
    if (to > from) this.#levels.add(group + BUSY, from, to);
    if (wait > 0) this.#levels.add(group + QUEUE, from - wait, from);
    this.addEnd(group + ENDS, span);
  }

  /** An end that is only known to lie somewhere counts in equal parts everywhere it may lie. */
  addEnd(row: number, { to, slack, knowsEnd }: TileSpan): void {
    if (!knowsEnd) this.#levels.add(row, to - slack, to + slack, 0.5 / slack);
    else if (to >= 0 && to < TILE) this.#known[row * TILE + Math.floor(to)]++;
  }

  /** One value per column each. */
  rows(): (row: number) => Float64Array {
    const values = this.#levels.values();
    for (let at = 0; at < values.length; at++) values[at] += this.#known[at];
    return (row) => values.subarray(row * TILE, (row + 1) * TILE);
  }
}

export function poolTile(firstColumn: number, input: TileInput): PoolTile {
  const { snapshot, passes, microsPerColumn } = input;
  const { requests, placement } = snapshot;
  const origin = firstColumn * microsPerColumn;
  const { rows, count } = input.rowsIn(origin, origin + TILE * microsPerColumn);
  input.budget.rows -= count;

  const levels = new PoolLevels(passes ? ALL + ERRORS : ALL);
  const service = new ColumnDurations(TILE);
  const waited = new ColumnDurations(TILE);
  let timed = false;
  let hasWaits = false;
  const span = new TileSpan(firstColumn, input);
  for (let i = 0; i < count; i++) {
    const row = rows[i];
    span.place(row);
    const wait = placement.wait[row];
    // What is known of the log does not depend on what passes.
    const isTimed = span.to > span.from;
    if (isTimed) timed = true;
    if (wait >= 0) hasWaits = true;
    if (passes) levels.addRequest(ALL, span);
    if (passes && !passes(row)) continue;
    levels.addRequest(0, span);
    if (requests.status[row] >= 500) levels.addEnd(ERRORS, span);
    if (isTimed) addToColumns(service, span, (span.to - span.from) * microsPerColumn);
    if (wait >= 0) addToColumns(waited, span, wait);
  }
  const row = levels.rows();
  return {
    busy: row(BUSY),
    queue: row(QUEUE),
    ends: row(ENDS),
    errors: row(ERRORS),
    all: passes ? { busy: row(ALL + BUSY), queue: row(ALL + QUEUE), ends: row(ALL + ENDS) } : null,
    service,
    serviceP50: quantiles(service, 0.5),
    serviceP95: quantiles(service, 0.95),
    waitP50: quantiles(waited, 0.5),
    waitP95: quantiles(waited, 0.95),
    timed,
    waited: hasWaits,
  };
}

/** A duration counts in every column in which the request may have ended. */
function addToColumns(durations: ColumnDurations, { firstEnd, lastEnd }: TileSpan, micros: number): void {
  for (let column = firstEnd; column <= lastEnd; column++) durations.add(column, micros);
}

function quantiles(durations: ColumnDurations, share: number): Float64Array {
  const values = new Float64Array(TILE);
  for (let column = 0; column < TILE; column++) values[column] = durations.quantile(column, share);
  return values;
}
