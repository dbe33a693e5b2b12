/** The rows that findings and the simulation count with: requests placed in time, in order of their starts, grouped by route and worker. */
import type { Facts } from './finding.ts';
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
  const at = (i: number) => (Number.isFinite(start[i]) ? start[i] : end[i]);
  const row = Int32Array.from({ length: requests.length }, (_, i) => i).filter((i) => Number.isFinite(at(i)));
  row.sort((a, b) => at(a) - at(b));
  const rows: Rows = {
    length: row.length,
    row,
    start: Float64Array.from(row, at),
    end: Float64Array.from(row, (i) => (Number.isFinite(end[i]) ? end[i] : start[i])),
    service: Float64Array.from(row, (i) => end[i] - start[i]),
    wait: Float64Array.from(row, (i) => wait[i]),
    route: Int32Array.from(row, (i) => requests.route[i]),
    worker: Int32Array.from(row, (i) => requests.worker[i]),
    status: Uint16Array.from(row, (i) => requests.status[i]),
    uncertainty: medianOf(row.length > 0 ? Float64Array.from(row, (i) => inference.requests.uncertainty[i] || 0) : [0]),
  };
  known.set(requests, rows);
  return rows;
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
