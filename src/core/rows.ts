/** The rows that findings and the simulation use: requests with a place in time, in order of start, with route and worker. */
import { floatsAt, indicesBelow, integersAt } from './columns.ts';
import type { Facts } from './finding.ts';
import { ascendingOrder } from './order.ts';
import { medianOf } from './statistics.ts';

export interface Rows {
  /** Number of rows of the table whose place in time is known. */
  readonly length: number;
  /** Index in the request table. All columns have one value per row. */
  readonly row: Int32Array;
  /** µs since 1970 UTC; starts are ascending. If only one of start and end is known, it stands for both. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** µs; NaN: unknown. */
  readonly service: Float64Array;
  /** µs, inferred or measured; NaN: unknown. */
  readonly wait: Float64Array;
  readonly route: Int32Array;
  readonly worker: Int32Array;
  readonly status: Uint16Array;
  /** Median half-width of the range in which an instant may lie, µs: finer differences cannot be seen. */
  readonly uncertainty: number;
}

const known = new WeakMap<Facts['requests'], Rows>();

/** Computed once per analysis. */
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

/** Instants; those of another column where they are unknown. */
function firstKnown(instants: Float64Array, others: Float64Array): Float64Array {
  const known = instants.slice();
  for (let i = 0; i < known.length; i++) if (!Number.isFinite(known[i])) known[i] = others[i];
  return known;
}

/** µs by which the instant of each row may be wrong. A stamp in whole seconds allows the whole second, however precise its estimate. */
export function halfWidths({ summary, inference }: Pick<Facts, 'summary' | 'inference'>, { row }: Rows): Float64Array {
  const resolutions = summary.inputs.map(({ timestamp }) => timestamp.resolution_seconds ?? 0);
  const least = (1e6 * Math.max(0, ...resolutions)) / 2;
  return floatsAt(inference.requests.uncertainty, row).map((micros) => Math.max(least, micros || 0));
}

/** Positions in the rows by value of a column, in order of time. */
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

/** µs → seconds; null: unknown. */
export const secondsOf = (micros: number): number | null => orNull(micros / 1e6);
