/** The pool in a few columns: busy slots, queue, rate, errors and durations of the requests that reach into them. */
import { ColumnDurations } from './column-durations.ts';
import { Levels } from './levels.ts';
import { TILE } from './tile-cache.ts';
import type { TileInput } from './tile-input.ts';

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

/** Rows of the levels of a tile. */
const BUSY = 0;
const QUEUE = 1;
const ENDS = 2;
const ERRORS = 3;
const ALL = 4;

export function poolTile(firstColumn: number, input: TileInput): PoolTile {
  const { snapshot, passes, microsPerColumn } = input;
  const { requests, placement } = snapshot;
  const { start, end, uncertainty, wait: waits } = placement;
  const origin = firstColumn * microsPerColumn;
  const perMicro = 1 / microsPerColumn;
  const { rows, count } = input.rowsIn(origin, origin + TILE * microsPerColumn);
  input.budget.rows -= count;

  const levels = new Levels(passes ? ALL + ERRORS : ALL, TILE);
  // Ends that are known to the column are counted, without fractions.
  const sure = new Float64Array(TILE * (ALL + ERRORS));
  const service = new ColumnDurations(TILE);
  const waited = new ColumnDurations(TILE);
  let timed = false;
  let hasWaits = false;
  for (let i = 0; i < count; i++) {
    const row = rows[i];
    const isBehind = passes !== null && !passes(row);
    const stop = end[row] === end[row] ? end[row] : start[row];
    const to = (stop - origin) * perMicro;
    const from = start[row] === start[row] ? (start[row] - origin) * perMicro : to;
    const slack = uncertainty[row] * perMicro;
    const wait = waits[row];
    const isError = requests.status[row] >= 500;
    for (let group = isBehind ? ALL : 0; group <= (passes ? ALL : 0); group += ALL) {
      if (to > from) levels.add(group + BUSY, from, to);
      if (wait > 0) levels.add(group + QUEUE, from - wait * perMicro, from);
      // An end that is only known to lie somewhere counts in equal parts everywhere it may lie.
      if (slack > 0.5) levels.add(group + ENDS, to - slack, to + slack, 0.5 / slack);
      else if (to >= 0 && to < TILE) sure[(group + ENDS) * TILE + Math.floor(to)]++;
    }
    // What is known of the log does not depend on what passes.
    if (to > from) timed = true;
    if (wait >= 0) hasWaits = true;
    if (isBehind) continue;
    let first = Math.floor(to);
    let last = first;
    if (slack > 0.5) {
      if (isError) levels.add(ERRORS, to - slack, to + slack, 0.5 / slack);
      first = Math.max(0, Math.floor(to - slack));
      last = Math.min(TILE - 1, Math.ceil(to + slack) - 1);
    } else {
      if (!(first >= 0 && first < TILE)) continue;
      if (isError) sure[ERRORS * TILE + first]++;
    }
    const micros = (to - from) * microsPerColumn;
    for (let column = first; column <= last; column++) {
      if (to > from) service.add(column, micros);
      if (wait >= 0) waited.add(column, wait);
    }
  }
  const values = levels.values();
  for (let at = 0; at < values.length; at++) values[at] += sure[at];
  const row = (index: number) => values.subarray(index * TILE, (index + 1) * TILE);
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

function quantiles(durations: ColumnDurations, share: number): Float64Array {
  const values = new Float64Array(TILE);
  for (let column = 0; column < TILE; column++) values[column] = durations.quantile(column, share);
  return values;
}
