/**
 * The right edge of a live picture. Who runs or waits now writes a line when it is answered: counted by lines alone, the busy slots end a
 * service before now, and the queue as long before as its callers wait, while the pool is as full as ever. What is to be expected there is
 * what was known last.
 */
import type { Snapshot } from '../../core/snapshot.ts';
import { columnOf, type TimeAxis } from '../time-axis.ts';

/** One value per column, 0 where everything is logged that will be. */
export interface ExpectedPool {
  readonly busy: Float64Array;
  readonly queue: Float64Array;
}

/** Rows that speak for now, and µs within which they began. */
const NEWEST_ROWS = 64;
const NOW = 1_000_000;
/** Columns whose mean is what was known last. */
const LEVEL_COLUMNS = 3;

/** `busy`, `queue`: as the lines tell them. null: the picture does not end now. */
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
  // Nothing is answered any more: who was waiting is not.
  if (!(now - lastEnd <= p99 + NOW)) return null;
  const examined = inference.wait.method === 'unknown' ? 0 : endOfExamined(wait, length);
  const first = Math.max(0, examined - NEWEST_ROWS);
  let taken = Number.NEGATIVE_INFINITY;
  for (let row = first; row < examined; row++) if (wait[row] >= 0 && start[row] > taken) taken = start[row];
  // Their waits differ: from the first of them on, the lines tell of a part of the queue.
  let came = Number.POSITIVE_INFINITY;
  for (let row = first; row < examined; row++) {
    if (wait[row] >= 0 && start[row] > taken - NOW) came = Math.min(came, start[row] - wait[row]);
  }
  return {
    busy: heldFrom(busy, columnOf(axis, now - p90), columnOf(axis, now)),
    // Callers who came after those who were taken last are not known.
    queue: heldFrom(queue, Math.min(axis.columns, columnOf(axis, came)), columnOf(axis, now)),
  };
}

/** Behind the newest row whose wait is known: what came after the last examination may be thousands of rows. */
function endOfExamined(wait: Float64Array, length: number): number {
  let row = length;
  while (row > 0 && !(wait[row - 1] >= 0)) row--;
  return row;
}

/** The level before column `from`, from there up to `to`. */
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
