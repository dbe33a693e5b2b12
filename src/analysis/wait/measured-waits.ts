/** Waits that the lines themselves contain: a proxy's queue column, or the instant at which a proxy received the request. */
import { floatsAt } from '../../core/columns.ts';
import { quantileOf } from '../../core/statistics.ts';
import type { RequestTable } from '../../core/table.ts';
import { hasLeft } from '../left-callers.ts';
import type { Trace } from '../structure/trace.ts';

/** Share of the requests whose lines must contain it. */
const ENOUGH = 0.5;
/** µs: a wait further below zero means that two clocks disagree. */
const CLOCKS = 5_000;

export interface MeasuredWaits {
  /** By index in the trace, µs; NaN: the line does not tell. */
  readonly wait: Float64Array;
  /** µs: how far a single wait may be off, on average (0 for a column, except half a tick where callers had left). */
  readonly blur: number;
  /** µs: how far the mean may be off because all waits are off to the same side. */
  readonly bias: number;
  /** µs: sure bounds of the 95th percentile, where single waits are not known; null: it is known to within `blur`. */
  readonly p95Range: readonly [low: number, high: number] | null;
  readonly share: number;
  readonly basis: string;
}

/** null: too few lines contain it. `oneAtATime`: each worker runs one request at a time; `ofAll`: see `StreamFacts.waitsOfAll`. */
export function measuredWaits(
  table: RequestTable,
  trace: Trace,
  oneAtATime: boolean,
  ofAll: boolean,
): MeasuredWaits | null {
  return fromColumn(table, trace, ofAll) ?? fromArrivals(table, trace, oneAtATime);
}

function fromColumn(table: RequestTable, trace: Trace, ofAll: boolean): MeasuredWaits | null {
  let known = 0;
  for (const row of trace.row) if (table.measuredWait[row] >= 0) known++;
  if (known < ENOUGH * trace.length || known === 0) return null;
  const wait = floatsAt(table.measuredWait, trace.row);
  // If the caller left, the proxy has no queue time of its own. Such a wait was taken from two stamps, if the server's line was found.
  const left = Array.from(trace.row.keys()).filter((i) => wait[i] >= 0 && hasLeft(table.status[trace.row[i]]));
  const blur = left.length > 0 ? trace.resolution / 2 : 0;
  const longest = left.reduce((most, i) => Math.max(most, wait[i]), 0);
  const bias = (blur * left.length) / known + longest * (1 - known / trace.length);
  return {
    wait,
    blur,
    bias,
    p95Range: ofAll ? p95OfAll(wait, trace.duration) : null,
    share: known / trace.length,
    basis: ofAll
      ? 'the queue time that the proxy tells, of all servers together; of which of them is not known'
      : 'the queue time that the proxy tells',
  };
}

/**
 * Bounds of the 95th percentile of the waits if it is unknown which request waited for how long. No wait is longer than the whole time that
 * the proxy saw. And of the 10 % of requests with the longest such time, at most half can owe it to being among the 5 % with the longest
 * service; the others waited for at least the difference.
 */
function p95OfAll(wait: Float64Array, duration: Float64Array): [number, number] {
  const known = Array.from(wait.keys()).filter((i) => wait[i] >= 0);
  const seen = known.map((i) => wait[i] + duration[i]);
  const work = known.map((i) => duration[i]);
  return [Math.max(0, quantileOf(seen, 0.9) - quantileOf(work, 0.95)), quantileOf(seen, 0.95)];
}

/**
 * Start less arrival. The arrival is known, the end to the tick of its stamp. A worker that runs one request at a time starts it when it
 * has arrived and the worker is free, which follows from the arrivals and the durations alone (Lindley's recursion along each worker). For
 * other workers the start lies in the window of the stamp, narrowed by "nobody starts before arriving"; its middle is taken.
 */
function fromArrivals(table: RequestTable, trace: Trace, oneAtATime: boolean): MeasuredWaits | null {
  if (!trace.hasDurations || trace.startsOnly || !trace.row.some((row) => table.arrival[row] >= 0)) return null;
  const chained = oneAtATime && trace.hasWorkers;
  const free = new Float64Array(trace.workerIds.length).fill(Number.NEGATIVE_INFINITY);
  const wait = new Float64Array(trace.length).fill(Number.NaN);
  let known = 0;
  let blur = 0;
  for (let i = 0; i < trace.length; i++) {
    const arrival = table.arrival[trace.row[i]];
    const worker = trace.worker[i];
    const latest = trace.high[i] - trace.duration[i];
    const earliest = Math.max(trace.low[i] - trace.duration[i], chained ? free[worker] : Number.NEGATIVE_INFINITY);
    // NaN: there is no header. Otherwise a clock is behind, or somebody else wrote the header.
    if (!(latest - arrival >= -CLOCKS)) {
      if (chained) free[worker] = Math.max(free[worker], trace.low[i]);
      continue;
    }
    const low = Math.max(0, Math.min(earliest, latest) - arrival);
    const high = Math.max(low, latest - arrival);
    wait[i] = chained ? low : (low + high) / 2;
    blur += chained ? CLOCKS : (high - low) / 2;
    if (chained) free[worker] = arrival + wait[i] + trace.duration[i];
    known++;
  }
  if (known < ENOUGH * trace.length || known === 0) return null;
  const told = chained
    ? { bias: 0, basis: 'the arrival at the proxy (X-Request-Start), and when its worker was free' }
    : { bias: blur / known, basis: 'the arrival at the proxy (X-Request-Start), less the start of the work' };
  return { wait, blur: blur / known, p95Range: null, share: known / trace.length, ...told };
}
