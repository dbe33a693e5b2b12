/** The moment between two requests of a slot: accepting, parsing and closing hold it too, and no line records them. */
import type { Analysis } from '../core/finding.ts';
import type { PoolShape } from '../core/prediction.ts';
import { medianOf } from '../core/statistics.ts';
import type { Repetition } from './repetition.ts';
import type { Trace } from './trace.ts';

/** Fewer gaps say nothing of the overhead. */
const MINIMUM_GAPS = 20;
/** Nor do stamps that are coarser than it, however sharply their place was inferred: that rests on an overhead that was believed. */
const FINE = 1000;

/** µs that recorded gunicorn, uWSGI and waitress servers need between two requests: 0.5 to 2 ms in the median. */
const USUAL_OVERHEAD = 1000;
/** The same on hosts short of processors, on average: recorded gunicorn servers on two cores at a load of 5 to 29 needed 5 to 23 ms. */
const BUSY_HOST_OVERHEAD = 20_000;
/** The overhead that does not show is taken to be no more than this share of the service time; on such a host both wait for a processor. */
const MOST_OVERHEAD = 0.05;
const MOST_ON_BUSY_HOST = 0.1;

export interface Overhead {
  /** µs: the median gap on a lane before a request that had waited, or the usual one. */
  readonly likely: number;
  /** µs, where no gap was measured: on a host that has no core to spare. */
  readonly most: number;
}

/** `rows` in order of `begin`. */
export function overheadOf(
  rows: readonly number[],
  { resolution }: Analysis['requests'],
  { lane, wait, uncertainty }: Analysis['inference']['requests'],
  begin: Float64Array,
  hold: Float64Array,
  meanService: number,
): Overhead {
  const lastEnd = new Map<number, number>();
  const gaps: number[] = [];
  for (const row of rows) {
    const last = lastEnd.get(lane[row]);
    const gap = begin[row] - (last ?? Number.NaN);
    // Whoever had come before the slot was free was waiting; a longer gap is idle time.
    if (lane[row] >= 0 && gap >= 0 && wait[row] > gap && Math.max(resolution[row], uncertainty[row]) <= FINE)
      gaps.push(gap);
    if (lane[row] >= 0) lastEnd.set(lane[row], begin[row] + hold[row]);
  }
  if (gaps.length >= MINIMUM_GAPS) {
    const likely = medianOf(gaps);
    return { likely, most: likely };
  }
  const shareOfService = (share: number) => share * meanService || 0;
  return {
    likely: Math.min(USUAL_OVERHEAD, shareOfService(MOST_OVERHEAD)),
    most: Math.min(BUSY_HOST_OVERHEAD, shareOfService(MOST_ON_BUSY_HOST)),
  };
}

/** µs by which the request of each row of the trace holds a slot of the pool after its answer; null: none does. */
export const lingersIn = ({ lingers }: Trace, { model }: PoolShape): Float64Array | null =>
  model === 'sync' ? lingers : null;

/** µs for which each request of a repetition holds a slot of the pool. Its end is noticed by the next one in the queue alone. */
export function slotTimes(
  trace: Trace,
  pool: PoolShape,
  { row, scale }: Pick<Repetition, 'row' | 'scale'>,
): Float64Array {
  const { service, overhead } = trace;
  const lingers = lingersIn(trace, pool);
  const times = new Float64Array(row.length);
  for (let k = 0; k < times.length; k++) times[k] = service[row[k]] * scale + overhead + (lingers?.[row[k]] ?? 0);
  return times;
}
