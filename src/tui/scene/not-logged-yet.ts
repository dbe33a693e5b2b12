/**
 * The right edge of a live picture. A request gets its line only when it is answered. Counted by lines alone, the busy slots therefore seem
 * to end one service time before now, and the queue one wait before, although the pool is as full as ever. The expected values there are
 * the last known ones.
 */
import type { Snapshot } from '../../core/snapshot.ts';
import { columnOf, type TimeAxis } from '../time-axis.ts';

/** One value per column; 0 where everything is already logged. */
export interface ExpectedPool {
  readonly busy: Float64Array;
  readonly queue: Float64Array;
}

/** The newest rows, of which those that began within NOW (µs) stand for the present. */
const NEWEST_ROWS = 64;
const NOW = 1_000_000;
/** Columns whose mean is the last known level. */
const LEVEL_COLUMNS = 3;

/** `busy` and `queue` as the lines show them. null: the picture does not end at the present. */
export function expectedPool(
  snapshot: Pick<Snapshot, 'live' | 'now' | 'requests' | 'placement' | 'inference'>,
  axis: TimeAxis,
  busy: Float64Array,
  queue: Float64Array,
): ExpectedPool | null {
  const { live, now, requests, placement, inference } = snapshot;
  const { p90, p99 } = inference.service;
  const { length } = requests;
  if (!live || length === 0 || !(p90 > 0) || axis.to < now) return null;
  const { start, end, wait } = placement;
  let lastEnd = Number.NEGATIVE_INFINITY;
  for (let row = Math.max(0, length - NEWEST_ROWS); row < length; row++) if (end[row] > lastEnd) lastEnd = end[row];
  // Nothing is answered any more, so nothing can be assumed about who waits.
  if (!(now - lastEnd <= p99 + NOW)) return null;
  const examined = inference.wait.method === 'unknown' ? 0 : endOfExamined(wait, length);
  const first = Math.max(0, examined - NEWEST_ROWS);
  let taken = Number.NEGATIVE_INFINITY;
  for (let row = first; row < examined; row++) if (wait[row] >= 0 && start[row] > taken) taken = start[row];
  // Waits differ: from the earliest of these arrivals on, the lines show only a part of the queue.
  let came = Number.POSITIVE_INFINITY;
  for (let row = first; row < examined; row++) {
    if (wait[row] >= 0 && start[row] > taken - NOW) came = Math.min(came, start[row] - wait[row]);
  }
  return {
    busy: heldFrom(busy, columnOf(axis, now - p90), columnOf(axis, now)),
    // Callers who arrived after those that were taken last are not known yet.
    queue: heldFrom(queue, Math.min(axis.columns, columnOf(axis, came)), columnOf(axis, now)),
  };
}

/** Index after the newest row whose wait is known: thousands of rows may have come after the last examination. */
function endOfExamined(wait: Float64Array, length: number): number {
  let row = length;
  while (row > 0 && !(wait[row - 1] >= 0)) row--;
  return row;
}

/** The mean level before column `from`, in the columns from there up to `to`; 0 elsewhere. */
function heldFrom(values: Float64Array, from: number, to: number): Float64Array {
  const held = new Float64Array(values.length);
  const first = Math.floor(from);
  const before = Math.max(0, first - LEVEL_COLUMNS);
  if (first <= 0 || first >= values.length) return held;
  let sum = 0;
  for (let column = before; column < first; column++) sum += values[column];
  held.fill(sum / (first - before), first, Math.ceil(to));
  return held;
}
