/** The time between two requests of a slot: accepting, parsing and closing hold the slot too, but no line records them. */
import type { Analysis } from '../core/finding.ts';
import { ascendingOrder } from '../core/order.ts';
import type { PoolShape } from '../core/prediction.ts';
import { medianOf } from '../core/statistics.ts';
import type { Repetition } from './repetition.ts';
import type { Trace } from './trace.ts';

/** With fewer gaps the overhead is not estimated. */
const MINIMUM_GAPS = 20;
/** Stretches with fewer requests per slot say little about the time between them. */
const FEWEST_PER_SLOT = 4;
/** Nor from stamps or inferred places coarser than this (µs): an inferred place rests on an assumed overhead. */
const FINE = 1000;

/** Time (µs) that recorded gunicorn, uWSGI and waitress servers needed between two requests: 0.5 to 2 ms in the median. */
const USUAL_OVERHEAD = 1000;
/** The same (µs) on hosts short of processors: recorded gunicorn servers on two cores at a load of 5 to 29 needed 5 to 23 ms on average. */
const BUSY_HOST_OVERHEAD = 20_000;
/** There it is at most this share of the service time, or as many µs: both wait for a processor, but a quick request is accepted no faster. */
const SHARE_ON_BUSY_HOST = 0.1;
const QUICK_ON_BUSY_HOST = 5000;
export interface Overhead {
  /** The median gap on a lane before a request that had waited, or the usual overhead, µs. */
  readonly likely: number;
  /**
   * The largest likely overhead, µs: equal to `likely` if gaps were measured, else that of a host with no core to spare, as far as the
   * busiest time of the log leaves room for it.
   */
  readonly most: number;
}

/** `rows` in order of `begin` (µs), which like `hold` (µs) is indexed by row. */
export function overheadOf(
  rows: readonly number[],
  { resolution }: Analysis['requests'],
  { lane, wait, uncertainty }: Analysis['inference']['requests'],
  begin: Float64Array,
  hold: Float64Array,
  meanService: number,
  slots: number | null,
): Overhead {
  const lastEnd = new Map<number, number>();
  const gaps: number[] = [];
  for (const row of rows) {
    const last = lastEnd.get(lane[row]);
    const gap = begin[row] - (last ?? Number.NaN);
    // A request that came before the slot was free was waiting, so the gap is overhead; otherwise the slot was idle.
    if (lane[row] >= 0 && gap >= 0 && wait[row] > gap && Math.max(resolution[row], uncertainty[row]) <= FINE)
      gaps.push(gap);
    if (lane[row] >= 0) lastEnd.set(lane[row], begin[row] + hold[row]);
  }
  if (gaps.length >= MINIMUM_GAPS) {
    const likely = medianOf(gaps);
    return { likely, most: likely };
  }
  const blur = Math.max(0, medianOf(rows.map((row) => resolution[row])));
  const room = slots === null ? Number.POSITIVE_INFINITY : roomBetween(rows, begin, hold, slots, blur);
  const onBusyHost = Math.min(BUSY_HOST_OVERHEAD, Math.max(QUICK_ON_BUSY_HOST, SHARE_ON_BUSY_HOST * meanService || 0));
  return { likely: Math.min(USUAL_OVERHEAD, room), most: Math.min(onBusyHost, room) };
}

/** Lengths (µs) of the stretches of time in which the busiest is looked for. */
const STRETCHES = [2e6, 5e6, 10e6, 20e6, 40e6];

/**
 * The longest time (µs) between two requests of a slot for which there was room in every stretch of time: what is left of `slots` times
 * its length beside the services that ended in it, for each of them. `rows` in order of `begin`; ends are known up to `blur` µs.
 */
function roomBetween(
  rows: readonly number[],
  begin: Float64Array,
  hold: Float64Array,
  slots: number,
  blur: number,
): number {
  const ended = Float64Array.from(rows, (row) => begin[row] + hold[row]);
  const order = ascendingOrder(ended);
  let least = Number.POSITIVE_INFINITY;
  for (const length of STRETCHES) {
    let [from, busy] = [0, 0];
    for (let to = 0; to < order.length; to++) {
      busy += hold[rows[order[to]]];
      while (ended[order[to]] - ended[order[from]] > length) busy -= hold[rows[order[from++]]];
      // The first of each slot may have begun before the stretch; the gap before it is no part of it.
      const count = to - from + 1 - slots;
      if (count >= FEWEST_PER_SLOT * slots) {
        const before = (busy / (to - from + 1)) * slots;
        const span = ended[order[to]] - ended[order[from]] + blur;
        least = Math.min(least, Math.max(0, slots * span + before - busy) / count);
      }
    }
  }
  return least;
}

/** Time (µs) per row of the trace for which a request holds its slot after its answer; null: none does. */
export const lingersIn = ({ lingers }: Trace, { model }: PoolShape): Float64Array | null =>
  model === 'sync' ? lingers : null;

/**
 * Time (µs) for which each request of a repetition holds a slot of the pool. The part after the answer is felt only by the next request in
 * the queue.
 */
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
