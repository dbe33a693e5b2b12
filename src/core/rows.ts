/** The rows that findings and the simulation count with: requests placed in time, in order of their starts, grouped by route and worker. */
import { floatsAt, indicesBelow, integersAt } from './columns.ts';
import type { Facts } from './finding.ts';
import { ascendingOrder } from './order.ts';
import { medianOf } from './statistics.ts';

export interface Rows {
  /** Rows of the table whose place in time is known. */
  readonly length: number;
  /** Index into the request table; the columns below have one value per entry. */
  readonly row: Int32Array;
  /** µs since 1970 UTC, ascending; the end stands in where the log has no durations. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** µs; NaN unknown. */
  readonly service: Float64Array;
  /** µs, inferred or measured; NaN unknown. */
  readonly wait: Float64Array;
  readonly route: Int32Array;
  readonly worker: Int32Array;
  readonly status: Uint16Array;
  /** Median half-width of what is not known about an instant, µs: what is finer than this does not show. */
  readonly uncertainty: number;
}

const known = new WeakMap<Facts['requests'], Rows>();

/** Worked out once per analysis. */
export function rowsOf({ requests, inference }: Pick<Facts, 'requests' | 'inference'>): Rows {
  const before = known.get(requests);
  if (before) return before;
  const { start, end, wait } = inference.requests;
  const began = firstKnown(start, end);
  const ended = firstKnown(end, start);
  const placed = indicesBelow(requests.length).filter((i) => Number.isFinite(began[i]));
  const row = integersAt(placed, ascendingOrder(floatsAt(began, placed)));
  const service = floatsAt(end, row);
  const status = new Uint16Array(row.length);
  const uncertainty = floatsAt(inference.requests.uncertainty, row);
  for (let k = 0; k < row.length; k++) {
    service[k] -= start[row[k]];
    status[k] = requests.status[row[k]];
    uncertainty[k] ||= 0;
  }
  const rows: Rows = {
    length: row.length,
    row,
    start: floatsAt(began, row),
    end: floatsAt(ended, row),
    service,
    wait: floatsAt(wait, row),
    route: integersAt(requests.route, row),
    worker: integersAt(requests.worker, row),
    status,
    uncertainty: row.length > 0 ? medianOf(uncertainty) : 0,
  };
  known.set(requests, rows);
  return rows;
}

/** Some of the rows. @param at positions, ascending */
export const rowsAt = (rows: Rows, at: ArrayLike<number>): Rows => ({
  length: at.length,
  row: integersAt(rows.row, at),
  start: floatsAt(rows.start, at),
  end: floatsAt(rows.end, at),
  service: floatsAt(rows.service, at),
  wait: floatsAt(rows.wait, at),
  route: integersAt(rows.route, at),
  worker: integersAt(rows.worker, at),
  status: Uint16Array.from(at, (i) => rows.status[i]),
  uncertainty: rows.uncertainty,
});

/** Instants, those of another column where they are not known. */
function firstKnown(instants: Float64Array, others: Float64Array): Float64Array {
  const known = instants.slice();
  for (let i = 0; i < known.length; i++) if (!Number.isFinite(known[i])) known[i] = others[i];
  return known;
}

/** µs by which each may lie elsewhere: a stamp of a second may place a request anywhere in it, however well its second is known to be filled. */
export function halfWidths({ summary, inference }: Pick<Facts, 'summary' | 'inference'>, { row }: Rows): Float64Array {
  const resolutions = summary.inputs.map(({ timestamp }) => timestamp.resolution_seconds ?? 0);
  const least = (1e6 * Math.max(0, ...resolutions)) / 2;
  return floatsAt(inference.requests.uncertainty, row).map((micros) => Math.max(least, micros || 0));
}

/** Positions in the rows, in order of time, per value of a column. */
export function groupsOf(column: Int32Array): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (let i = 0; i < column.length; i++) {
    const list = groups.get(column[i]);
    if (list) list.push(i);
    else groups.set(column[i], [i]);
  }
  return groups;
}

export const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** µs → seconds, null for unknown. */
export const secondsOf = (micros: number): number | null => orNull(micros / 1e6);
