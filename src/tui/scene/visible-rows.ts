/** The rows of the table that a stretch of time shows: one pass over the columns, filter included. */

import type { Snapshot } from '../../core/snapshot.ts';
import type { RowTest } from '../../engine/filter.ts';

export interface VisibleRows {
  /** Rows of the table, in its order; valid up to `count`. */
  readonly rows: Int32Array;
  readonly count: number;
  /** µs since 1970 UTC. */
  readonly from: number;
  readonly to: number;
}

/** Rows whose request, or the wait in front of it, touches [from, to]. Rows without a time are never visible. */
export function visibleRows(
  { requests, placement }: Pick<Snapshot, 'requests' | 'placement'>,
  from: number,
  to: number,
  passes: RowTest | null,
): VisibleRows {
  const { start, end, wait } = placement;
  const { length } = requests;
  const rows = new Int32Array(length);
  let count = 0;
  for (let row = 0; row < length; row++) {
    const ended = end[row] === end[row] ? end[row] : start[row];
    if (!(ended >= from)) continue;
    let begun = start[row] === start[row] ? start[row] : ended;
    if (wait[row] > 0) begun -= wait[row];
    if (begun > to) continue;
    if (passes && !passes(row)) continue;
    rows[count++] = row;
  }
  return { rows, count, from, to };
}

/** Every row that passes: of a log without times. */
export function allRows({ requests }: Pick<Snapshot, 'requests'>, passes: RowTest | null): VisibleRows {
  const rows = new Int32Array(requests.length);
  let count = 0;
  for (let row = 0; row < requests.length; row++) if (!passes || passes(row)) rows[count++] = row;
  return { rows, count, from: Number.NaN, to: Number.NaN };
}
