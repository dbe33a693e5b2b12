/** The pool in a few columns: busy slots, queue, rate, errors and durations of the requests that overlap them. */
import { ColumnDurations } from './column-durations.ts';
import { Levels } from './levels.ts';
import type { TileInput } from './tile-input.ts';
import { TILE, type TileRows } from './tile-rows.ts';

/** One value per column each. */
interface PoolColumns {
  /** Mean numbers of requests in flight, and (below) in the queue. */
  readonly busy: Float64Array;
  readonly queue: Float64Array;
  readonly ends: Float64Array;
  readonly errors: Float64Array;
}

export interface PoolTile extends PoolColumns {
  /** The same for all requests, whether they pass the filter or not; null without a filter. */
  readonly all: PoolColumns | null;
  readonly service: ColumnDurations;
  /** µs; NaN where nothing ended. */
  readonly serviceP50: Float64Array;
  readonly serviceP95: Float64Array;
  readonly waitP50: Float64Array;
  readonly waitP95: Float64Array;
  /** Whether any request has a duration, and (below) a wait, regardless of the filter. */
  readonly timed: boolean;
  readonly waited: boolean;
}

/** Indices of the rows of `Levels`. */
const BUSY = 0;
const QUEUE = 1;
const ENDS = 2;
const ERRORS = 3;
const LEVELS = 4;

export function poolTile(firstColumn: number, input: TileInput): PoolTile {
  const { placed, passes } = input;
  placed.read(firstColumn, input);
  const service = new ColumnDurations(TILE);
  const waits = new ColumnDurations(TILE);
  addDurations(input, service, waits);
  return {
    ...columnsOf(input, placed.firstPassing),
    all: passes ? columnsOf(input, 0) : null,
    service,
    serviceP50: quantiles(service, 0.5),
    serviceP95: quantiles(service, 0.95),
    waitP50: quantiles(waits, 0.5),
    waitP95: quantiles(waits, 0.95),
    timed: hasDuration(placed),
    waited: hasWait(placed, input.snapshot.placement.wait),
  };
}

/** Uncertainty, in columns, from which an end lies in more than one column. */
const VAGUE = 0.5;

/** Columns of the requests from `first` on. */
function columnsOf({ placed, snapshot }: TileInput, first: number): PoolColumns {
  const { count, row, from, to, came, slack } = placed;
  const { status } = snapshot.requests;
  const levels = new Levels(LEVELS, TILE);
  levels.add({ row: BUSY, from, to, first, count });
  levels.add({ row: QUEUE, from: came, to: from, first, count });
  // Ends that are known to the column are counted as whole numbers.
  const ends = new Float64Array(TILE);
  const errors = new Float64Array(TILE);
  let areVague = false;
  for (let i = first; i < count; i++) {
    if (slack[i] > VAGUE) areVague = true;
    else if (to[i] >= 0 && to[i] < TILE) {
      const column = Math.floor(to[i]);
      ends[column]++;
      if (status[row[i]] >= 500) errors[column]++;
    }
  }
  if (areVague) addVague(levels, placed, status, first);
  const values = levels.values();
  const level = (index: number) => values.subarray(index * TILE, (index + 1) * TILE);
  const vague = { ends: level(ENDS), errors: level(ERRORS) };
  for (let column = 0; column < TILE; column++) {
    ends[column] += vague.ends[column];
    errors[column] += vague.errors[column];
  }
  return { busy: level(BUSY), queue: level(QUEUE), ends, errors };
}

/** An uncertain end counts in equal parts in all columns in which it may lie. */
function addVague(levels: Levels, { count, row, to, slack }: TileRows, status: Uint16Array, first: number): void {
  const earliest = new Float64Array(count);
  const latest = new Float64Array(count);
  const weight = new Float64Array(count);
  const ofEnds = new Int32Array(count).fill(-1);
  const ofErrors = new Int32Array(count).fill(-1);
  for (let i = first; i < count; i++) {
    if (!(slack[i] > VAGUE)) continue;
    earliest[i] = to[i] - slack[i];
    latest[i] = to[i] + slack[i];
    weight[i] = 0.5 / slack[i];
    ofEnds[i] = ENDS;
    if (status[row[i]] >= 500) ofErrors[i] = ERRORS;
  }
  levels.add({ row: ofEnds, from: earliest, to: latest, first, count, weight });
  levels.add({ row: ofErrors, from: earliest, to: latest, first, count, weight });
}

/** Adds the durations of requests that pass to every column in which they may have ended. */
function addDurations(
  { placed, snapshot, microsPerColumn }: TileInput,
  service: ColumnDurations,
  waits: ColumnDurations,
): void {
  const { count, firstPassing, row, from, to, slack } = placed;
  const { wait } = snapshot.placement;
  for (let i = firstPassing; i < count; i++) {
    const vague = slack[i] > VAGUE ? slack[i] : 0;
    const first = Math.max(0, Math.floor(to[i] - vague));
    const last = Math.min(TILE - 1, vague > 0 ? Math.ceil(to[i] + vague) - 1 : Math.floor(to[i]));
    const took = (to[i] - from[i]) * microsPerColumn;
    const waited = wait[row[i]];
    for (let column = first; column <= last; column++) {
      if (took > 0) service.add(column, took);
      if (waited >= 0) waits.add(column, waited);
    }
  }
}

function hasDuration({ count, from, to }: TileRows): boolean {
  for (let i = 0; i < count; i++) if (to[i] > from[i]) return true;
  return false;
}

function hasWait({ count, row }: TileRows, wait: Float64Array): boolean {
  for (let i = 0; i < count; i++) if (wait[row[i]] >= 0) return true;
  return false;
}

function quantiles(durations: ColumnDurations, share: number): Float64Array {
  const values = new Float64Array(TILE);
  for (let column = 0; column < TILE; column++) values[column] = durations.quantile(column, share);
  return values;
}
