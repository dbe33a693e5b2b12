/**
 * When each request of a pool that keeps one beat ran, from stamps alone: generation j ends at φ + j·S and began a period S before. The
 * ticks of all generations leave an interval for φ. Its middle is the estimate, and half its width the uncertainty.
 */
import type { RequestTable } from '../../core/table.ts';
import type { Times } from './estimated-times.ts';
import type { Rhythm } from './rhythm.ts';
import type { Trace } from './trace.ts';

/** One µs value per row of the table; NaN unknown. */
export function beatTimes(table: RequestTable, trace: Trace, { byWorker, size, period }: Rhythm): Times {
  const ended = new Int32Array(trace.workerIds.length);
  const generation = Int32Array.from({ length: trace.length }, (_, k) =>
    byWorker ? ended[trace.worker[k]]++ : Math.floor(k / size),
  );
  let earliest = Number.NEGATIVE_INFINITY;
  let latest = Number.POSITIVE_INFINITY;
  for (let k = 0; k < trace.length; k++) {
    earliest = Math.max(earliest, trace.low[k] - generation[k] * period);
    latest = Math.min(latest, trace.high[k] - generation[k] * period);
  }
  const phase = (earliest + latest) / 2;
  const nothing = () => new Float64Array(table.length).fill(Number.NaN);
  const times = { start: nothing(), end: nothing(), uncertainty: nothing() };
  for (let k = 0; k < trace.length; k++) {
    const row = trace.row[k];
    times.end[row] = phase + generation[k] * period;
    times.start[row] = times.end[row] - period;
    times.uncertainty[row] = Math.abs(latest - earliest) / 2;
  }
  return times;
}
