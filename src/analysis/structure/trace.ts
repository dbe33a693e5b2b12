/**
 * The requests of a log as the structure is inferred from them: dense columns, and for each end the window in which it can lie. Requests
 * stand in the order of the lines. If that order means nothing within a tick, the longest request of each tick stands first.
 */
import { floatsAt } from '../../core/columns.ts';
import type { RequestTable } from '../../core/table.ts';
import { killedRequests } from './killed.ts';
import { orderInsteadOfLost } from './lost-order.ts';

/** µs: bounds of the jitter, how far the order of lines may deviate from the order of ends. Several processes write to one file. */
const MOST_JITTER = 5_000;
const LEAST_JITTER = 300;

export interface Trace {
  readonly length: number;
  /** Row of the table of each request. */
  readonly row: Int32Array;
  /** The lines are in the order of ends but carry only starts: `low`, `high` and `end` are then those of the start. */
  readonly startsOnly: boolean;
  /** µs: the end lies in [low, high). */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** µs: point estimate of the end before requests are placed on lanes. Requests of one tick are spread evenly, in line order. */
  readonly end: Float64Array;
  /** µs; NaN unknown. */
  readonly duration: Float64Array;
  /** Dense index of the worker, -1 unknown. */
  readonly worker: Int32Array;
  /** Id in `names.workers` of each dense index. */
  readonly workerIds: Int32Array;
  readonly route: Int32Array;
  /** µs: the widest tick of a stamp. */
  readonly resolution: number;
  /** Every request has a worker, and every request has a duration. */
  readonly hasWorkers: boolean;
  readonly hasDurations: boolean;
  /** Positions of requests whose worker was killed; their durations are estimates. */
  readonly killed: readonly number[];
  /** Lines stand in the order of their ends (up to the jitter of writing). */
  readonly ordered: boolean;
  /** µs: how far the order of lines is allowed to deviate from the order of ends. */
  readonly jitter: number;
}

/**
 * µs. If the clock is set back during a request, gunicorn logs a day less the step, as it drops the days of its timedelta. So a duration of
 * nearly a day is invalid.
 */
const NEARLY_A_DAY = 79_200_000_000;

const isUsable = (duration: number): boolean => duration >= 0 && duration < NEARLY_A_DAY;

/** Rows without a time, or without the duration or the worker that nearly all others have, are left out. */
export function traceOf(table: RequestTable): Trace {
  const { row, hasDurations, hasWorkers } = usableRows(table);
  const { resolution, workerIds, ...columns } = columnsOf(table, row);
  const { low, high, duration } = columns;
  const killed = hasWorkers && hasDurations ? killedRequests(table, row) : { positions: [], durations: [] };
  killed.positions.forEach((k, i) => {
    duration[k] = killed.durations[i];
  });
  const jitter = jitterFor(duration);
  const startsOnly = row.some((i) => Number.isNaN(table.end[i]));
  const facts = { length: row.length, startsOnly, workerIds, resolution, hasWorkers, hasDurations, jitter };
  const inAnyOrder =
    hasDurations && !startsOnly && row.every((i) => table.source[i] === table.source[row[0]])
      ? orderInsteadOfLost({ ...facts, ...columns })
      : null;
  if (inAnyOrder) {
    const dealt = inThatOrder(columns, inAnyOrder);
    const moved = placesIn(inAnyOrder, killed.positions);
    return { ...facts, ...dealt, end: spreadInTicks(dealt.low, dealt.high), killed: moved, ordered: false };
  }
  const ordered = !startsOnly && tightenByInput(table, row, low, high, jitter);
  return { ...facts, ...columns, end: spreadInTicks(low, high), killed: killed.positions, ordered };
}

/** Share of the lines with a time that must have a duration, or a worker, for the log to have them. */
const NEARLY_ALL = 0.98;

function usableRows(table: RequestTable) {
  const isTimed = (i: number): boolean => !Number.isNaN(table.end[i]) || !Number.isNaN(table.start[i]);
  let [timed, withDuration, withWorker] = [0, 0, 0];
  for (let i = 0; i < table.length; i++) {
    if (!isTimed(i)) continue;
    timed++;
    if (isUsable(table.duration[i])) withDuration++;
    if (table.worker[i] >= 0) withWorker++;
  }
  const hasDurations = timed > 0 && withDuration >= NEARLY_ALL * timed;
  const hasWorkers = timed > 0 && withWorker >= NEARLY_ALL * timed;
  const rows = new Int32Array(timed);
  let n = 0;
  for (let i = 0; i < table.length; i++) {
    const isWhole = (!hasDurations || isUsable(table.duration[i])) && (!hasWorkers || table.worker[i] >= 0);
    if (isTimed(i) && isWhole) rows[n++] = i;
  }
  return { row: rows.slice(0, n), hasDurations, hasWorkers };
}

/** Workers get dense indices in the order in which they first appear. */
function columnsOf(table: RequestTable, row: Int32Array): Columns & Pick<Trace, 'resolution' | 'workerIds'> {
  const n = row.length;
  const [low, high, duration] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  const [route, worker] = [new Int32Array(n), new Int32Array(n)];
  const dense = new Map<number, number>();
  let resolution = 0;
  for (let k = 0; k < n; k++) {
    const i = row[k];
    low[k] = Number.isNaN(table.end[i]) ? table.start[i] : table.end[i];
    high[k] = low[k] + Math.max(table.resolution[i], 1);
    resolution = Math.max(resolution, table.resolution[i]);
    duration[k] = table.duration[i];
    route[k] = table.route[i];
    const id = table.worker[i];
    if (id >= 0 && !dense.has(id)) dense.set(id, dense.size);
    worker[k] = dense.get(id) ?? -1;
  }
  return { row, low, high, duration, worker, route, resolution, workerIds: Int32Array.from(dense.keys()) };
}

type Columns = Pick<Trace, 'row' | 'low' | 'high' | 'duration' | 'worker' | 'route'>;

/** The columns in another order; `order` lists places in the present one. */
export const inThatOrder = ({ row, low, high, duration, worker, route }: Columns, order: Int32Array): Columns => ({
  row: order.map((k) => row[k]),
  low: floatsAt(low, order),
  high: floatsAt(high, order),
  duration: floatsAt(duration, order),
  worker: order.map((k) => worker[k]),
  route: order.map((k) => route[k]),
});

/** The places of these positions in `order`, ascending. */
export function placesIn(order: Int32Array, positions: readonly number[]): number[] {
  const places = new Int32Array(order.length);
  order.forEach((k, place) => {
    places[k] = place;
  });
  return positions.map((k) => places[k]).sort((x, y) => x - y);
}

/** Positions of the requests of each queue, in line order: with `own` one queue per worker, else one for all. */
export function queuesOf(trace: Trace, own: boolean): number[][] {
  const queues: number[][] = Array.from({ length: own ? trace.workerIds.length : 1 }, () => []);
  for (let k = 0; k < trace.length; k++) queues[own ? trace.worker[k] : 0].push(k);
  return queues;
}

/** Requests [from, to) of the trace; the columns share its memory. */
export function partOfTrace(trace: Trace, from: number, to: number): Trace {
  const part = <Column extends Int32Array | Float64Array>(column: Column) => column.subarray(from, to) as Column;
  return {
    ...trace,
    length: to - from,
    row: part(trace.row),
    low: part(trace.low),
    high: part(trace.high),
    end: part(trace.end),
    duration: part(trace.duration),
    worker: part(trace.worker),
    route: part(trace.route),
    killed: trace.killed.filter((k) => k >= from && k < to).map((k) => k - from),
  };
}

/**
 * Narrows the windows `low` and `high` in place. Lines of several inputs written at the same time are in order only within each input.
 * Returns whether all lines are in the order of their ends.
 */
function tightenByInput(
  table: RequestTable,
  row: Int32Array,
  low: Float64Array,
  high: Float64Array,
  jitter: number,
): boolean {
  const inputs = new Map<number, number[]>();
  let stretches = 0;
  let before = -1;
  for (const i of row) {
    const source = table.source[i];
    if (source === before) continue;
    inputs.set(source, []);
    stretches++;
    before = source;
  }
  if (stretches <= inputs.size) return tightenByOrder(low, high, jitter);
  row.forEach((i, k) => {
    inputs.get(table.source[i])?.push(k);
  });
  for (const members of inputs.values()) {
    const lows = floatsAt(low, members);
    const highs = floatsAt(high, members);
    tightenByOrder(lows, highs, jitter);
    members.forEach((k, m) => {
      low[k] = lows[m];
      high[k] = highs[m];
    });
  }
  return false;
}

/**
 * Lines are written as requests end, so an end is not earlier than the ends before it in the file (but for the jitter of writing). One pass
 * each way narrows the windows. If that empties too many windows, the order of lines means something else: the windows stay as they are,
 * and the result is false.
 */
function tightenByOrder(low: Float64Array, high: Float64Array, jitter: number): boolean {
  const n = low.length;
  const lows = low.slice();
  const highs = high.slice();
  let bound = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    if (lows[i] < bound) lows[i] = bound;
    else bound = lows[i];
  }
  bound = Number.POSITIVE_INFINITY;
  for (let i = n - 1; i >= 0; i--) {
    if (highs[i] > bound) highs[i] = bound;
    else bound = highs[i];
  }
  let broken = 0;
  for (let i = 0; i < n; i++) {
    if (lows[i] > highs[i] + jitter) broken++;
    else if (lows[i] > highs[i]) lows[i] = highs[i] = (lows[i] + highs[i]) / 2;
  }
  if (broken > 0.002 * n) return false;
  for (let i = 0; i < n; i++) {
    if (lows[i] > highs[i]) continue;
    low[i] = lows[i];
    high[i] = highs[i];
  }
  return true;
}

/** The beginnings of the ticks in which the instants at the given rows lie, in the order of `rows`. */
export function ticksAt(instants: Float64Array, rows: Int32Array, resolution: number): Float64Array {
  const low = floatsAt(instants, rows);
  for (let k = 0; k < low.length; k++) low[k] = Math.floor(low[k] / resolution) * resolution;
  return low;
}

/** The middle of each window. Consecutive requests with the same window are spread evenly over it, in line order. */
export function spreadInTicks(low: Float64Array, high: Float64Array): Float64Array {
  const n = low.length;
  const end = new Float64Array(n);
  let from = 0;
  while (from < n) {
    let to = from + 1;
    while (to < n && low[to] === low[from] && high[to] === high[from]) to++;
    const width = high[from] - low[from];
    for (let i = from; i < to; i++) end[i] = low[from] + (width * (i - from + 0.5)) / (to - from);
    from = to;
  }
  return end;
}

/**
 * Jitter, µs: a twentieth of the median duration, within bounds. That is coarse enough for processes that race, and fine enough to order
 * requests.
 */
function jitterFor(duration: Float64Array): number {
  const step = Math.ceil(duration.length / SAMPLED);
  const sample = new Float64Array(Math.ceil(duration.length / Math.max(1, step)));
  let known = 0;
  for (let i = 0; i < duration.length; i += step) if (duration[i] >= 0) sample[known++] = duration[i];
  if (known === 0) return MOST_JITTER;
  const sorted = sample.subarray(0, known).sort();
  return Math.min(MOST_JITTER, Math.max(LEAST_JITTER, sorted[known >> 1] / 20));
}

/** A median of this many durations is near enough. */
const SAMPLED = 2_000;

/** Requests per µs over the whole log. */
export function rateOf(trace: Trace): number {
  const n = trace.length;
  if (n < 2) return Number.NaN;
  const first = trace.low.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const last = trace.high.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return n / (last - first);
}
