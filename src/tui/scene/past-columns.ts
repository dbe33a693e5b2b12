/** The past of a picture in its columns: where requests are no longer held, sums per step replace them. */
import type { Past } from '../../core/snapshot.ts';
import { MICROS_PER_SECOND } from '../../core/time.ts';
import type { TimeAxis } from '../time-axis.ts';

export interface PastColumns {
  /** Columns before this one belong to the past. */
  readonly until: number;
  /** Per column: mean busy slots, requests per second and (below) errors per second; 0 outside of the past. */
  readonly busy: Float64Array;
  readonly rate: Float64Array;
  readonly errors: Float64Array;
  /** true: there are sums per worker as well. */
  readonly countsWorkers: boolean;
  /** Mean busy slots of a worker per column; null if it was not counted. */
  ofWorker(worker: number): Float64Array | null;
}

/** null: nothing of the past lies on the axis. */
export function pastColumns(past: Past | null, axis: TimeAxis): PastColumns | null {
  if (!past || past.until <= axis.from || past.until <= past.from) return null;
  const until = Math.min(axis.columns, Math.floor((past.until - axis.from) / axis.microsPerColumn));
  if (until <= 0) return null;
  const spread = (values: Float64Array, perStep: number) => columnMeans(past, axis, until, values, perStep);
  const perSecond = MICROS_PER_SECOND / past.stepMicros;
  return {
    until,
    busy: spread(past.busyMicros, 1 / past.stepMicros),
    rate: spread(past.requests, perSecond),
    errors: spread(past.errors, perSecond),
    countsWorkers: past.workers.size > 0,
    ofWorker(worker) {
      const values = past.workers.get(worker);
      return values ? spread(values, 1 / past.stepMicros) : null;
    },
  };
}

/** Mean over each column of the steps' values, times a factor; steps may be shorter or longer than columns. */
function columnMeans(past: Past, axis: TimeAxis, until: number, values: Float64Array, factor: number): Float64Array {
  const means = new Float64Array(axis.columns);
  const perColumn = axis.microsPerColumn / past.stepMicros;
  const shift = (axis.from - past.from) / past.stepMicros;
  for (let column = 0; column < until; column++) {
    const a = shift + column * perColumn;
    const b = a + perColumn;
    let sum = 0;
    for (let step = Math.max(0, Math.floor(a)); step < Math.min(values.length, Math.ceil(b)); step++) {
      sum += values[step] * (Math.min(b, step + 1) - Math.max(a, step));
    }
    means[column] = (sum / perColumn) * factor;
  }
  return means;
}
