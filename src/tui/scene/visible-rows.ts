/** The rows of the table that a stretch of time shows, and where on its axis: one pass over the columns, filter included. */
import type { Snapshot } from '../../core/snapshot.ts';
import type { RowTest } from '../../engine/filter.ts';
import type { TimeAxis } from '../time-axis.ts';

export interface VisibleRows {
  /** Rows of the table, in its order; valid up to `count`, as are the other arrays. */
  readonly rows: Int32Array;
  readonly count: number;
  /** Start and end in columns of the axis; the same for a request whose duration is not known. */
  readonly from: Float64Array;
  readonly to: Float64Array;
  /** Half-width of what is not known about the end, columns. */
  readonly slack: Float64Array;
  /** Greatest of all slacks. */
  readonly mostSlack: number;
}

type Source = Pick<Snapshot, 'requests' | 'placement'>;

/** Rows whose request, or the wait in front of it, touches the axis. Rows without a time are never visible. */
export function visibleRows({ requests, placement }: Source, axis: TimeAxis, passes: RowTest | null): VisibleRows {
  const { start, end, wait, uncertainty } = placement;
  const { length } = requests;
  const rows = new Int32Array(length);
  let count = 0;
  for (let row = 0; row < length; row++) {
    const stop = end[row];
    const ended = stop === stop ? stop : start[row];
    if (!(ended >= axis.from)) continue;
    let begun = start[row];
    if (begun !== begun) begun = ended;
    const waited = wait[row];
    if ((waited > 0 ? begun - waited : begun) > axis.to) continue;
    if (passes && !passes(row)) continue;
    rows[count++] = row;
  }
  const from = new Float64Array(count);
  const to = new Float64Array(count);
  const slack = new Float64Array(count);
  const perMicro = 1 / axis.microsPerColumn;
  let mostSlack = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i];
    const stop = end[row];
    const begun = start[row];
    const ended = stop === stop ? stop : begun;
    to[i] = (ended - axis.from) * perMicro;
    from[i] = begun === begun ? (begun - axis.from) * perMicro : to[i];
    slack[i] = uncertainty[row] * perMicro;
    if (slack[i] > mostSlack) mostSlack = slack[i];
  }
  return { rows, count, from, to, slack, mostSlack };
}

/** Every row that passes, nowhere on the axis: of a log without times. */
export function allRows({ requests }: Source, passes: RowTest | null): VisibleRows {
  const rows = new Int32Array(requests.length);
  let count = 0;
  for (let row = 0; row < requests.length; row++) if (!passes || passes(row)) rows[count++] = row;
  const nowhere = new Float64Array(count).fill(Number.NaN);
  return { rows, count, from: nowhere, to: nowhere, slack: new Float64Array(count), mostSlack: 0 };
}
