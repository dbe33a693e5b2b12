/** Waits that the lines themselves tell: a proxy's queue column, or the instant at which a proxy received the request. */
import type { RequestTable } from '../../core/table.ts';
import type { Trace } from '../structure/trace.ts';

/** Share of the requests that must carry it. */
const ENOUGH = 0.5;
/** Waits further below zero than this say that two clocks disagree, µs. */
const CLOCKS = 5_000;

export interface MeasuredWaits {
  /** µs by index in the trace; NaN where the line says nothing. */
  readonly wait: Float64Array;
  /** µs: how far a single wait may be off (half the tick of a stamp; 0 for a column). */
  readonly blur: number;
  readonly share: number;
  readonly basis: string;
}

/** null where too few lines carry it. */
export function measuredWaits(table: RequestTable, trace: Trace): MeasuredWaits | null {
  return fromColumn(table, trace) ?? fromArrivals(table, trace);
}

function fromColumn(table: RequestTable, trace: Trace): MeasuredWaits | null {
  const wait = Float64Array.from(trace.row, (row) => table.measuredWait[row]);
  const known = wait.filter((value) => value >= 0).length;
  if (known < ENOUGH * trace.length || known === 0) return null;
  return { wait, blur: 0, share: known / trace.length, basis: 'the queue time that the proxy logs' };
}

/**
 * Start less arrival. The start is known to the tick of the stamp: its window, narrowed by "nobody starts before arriving",
 * gives each wait to half the window, and the mean to much less.
 */
function fromArrivals(table: RequestTable, trace: Trace): MeasuredWaits | null {
  if (!trace.hasDurations || trace.startsOnly) return null;
  const wait = new Float64Array(trace.length).fill(Number.NaN);
  let known = 0;
  let blur = 0;
  for (let i = 0; i < trace.length; i++) {
    const arrival = table.arrival[trace.row[i]];
    if (Number.isNaN(arrival)) continue;
    const low = Math.max(0, trace.low[i] - trace.duration[i] - arrival);
    const high = trace.high[i] - trace.duration[i] - arrival;
    // A clock that is behind, or a header that somebody else wrote.
    if (high < -CLOCKS) continue;
    wait[i] = Math.max(0, (low + Math.max(low, high)) / 2);
    blur += Math.max(0, high - low) / 2;
    known++;
  }
  if (known < ENOUGH * trace.length || known === 0) return null;
  return {
    wait,
    blur: blur / known,
    share: known / trace.length,
    basis: 'the arrival at the proxy (X-Request-Start), less the start of the work',
  };
}
