/**
 * When each request ran, as long as no finer estimate exists: as the lanes of the server allow, or by the order of the lines within a tick.
 */
import type { InferredRequests } from '../../core/inference.ts';
import type { RequestTable } from '../../core/table.ts';
import { type EndBounds, endBounds, endsInLanes } from './lanes.ts';
import type { Structure } from './structure.ts';
import type { Trace } from './trace.ts';

export type Times = Pick<InferredRequests, 'start' | 'end' | 'uncertainty'>;

/** One µs value per row of the table; NaN unknown. */
export function estimatedTimes(table: RequestTable, trace: Trace, structure: Structure): Times {
  const n = table.length;
  const start = new Float64Array(n).fill(Number.NaN);
  const end = new Float64Array(n).fill(Number.NaN);
  const uncertainty = new Float64Array(n).fill(Number.NaN);
  const placed = placedEnds(trace, structure);
  for (let k = 0; k < trace.length; k++) {
    const row = trace.row[k];
    const estimate = placed ? placed.ends[k] : trace.end[k];
    const half = placed ? Math.abs(placed.late[k] - placed.early[k]) / 2 : (trace.high[k] - trace.low[k]) / 2;
    if (trace.startsOnly) start[row] = estimate;
    else {
      end[row] = estimate;
      start[row] = estimate - trace.duration[k];
    }
    uncertainty[row] = half;
  }
  return { start, end, uncertainty };
}

function placedEnds(trace: Trace, { threads, capacity }: Structure): (EndBounds & { ends: Float64Array }) | null {
  if (!trace.hasDurations || capacity.value === null) return null;
  const byWorker = trace.hasWorkers && threads.value !== null;
  const group = byWorker ? trace.worker : null;
  const groups = byWorker ? trace.workerIds.length : 1;
  const slots = byWorker ? (threads.value ?? 1) : capacity.value;
  const bounds = endBounds(trace, group, groups, slots);
  return { ...bounds, ends: endsInLanes(trace, group, groups, slots, bounds) };
}
