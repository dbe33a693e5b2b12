/** The rows of logs in the order of their lines, those of several logs merged by time. */
import { instantOf, type RequestTable, selectRows } from '../core/table.ts';
import { inOrderOfTime } from './line-order.ts';

/** Where another log begins in an input that holds several, one behind another. */
export interface Beginning {
  readonly source: number;
  /** Bytes. */
  readonly offset: number;
}

/** Number of the log of a row, among those of its input. */
export const logInInput = ({ source, offset }: RequestTable, row: number, beginnings: readonly Beginning[]): number =>
  beginnings.length === 0
    ? 0
    : beginnings.filter((one) => one.source === source[row] && one.offset <= offset[row]).length;

/**
 * Every row once, where they `mayRepeat`. One log: by offset, or by time where its lines do not stand in its order. Several: each so, merged by time (a stable merge, so none is reordered). Where lines of several have
 * the same time, those of the input that begins first come first: parts of one log follow each other in whatever order they were given.
 */
export function inLineOrder(table: RequestTable, mayRepeat: boolean, beginnings: readonly Beginning[]): RequestTable {
  const { offset, source } = table;
  const all = Array.from({ length: table.length }, (_, row) => row);
  all.sort((a, b) => source[a] - source[b] || offset[a] - offset[b]);
  const isNew = (row: number, at: number) =>
    at === 0 || source[row] !== source[all[at - 1]] || offset[row] !== offset[all[at - 1]];
  const rows = mayRepeat ? all.filter(isNew) : all;
  const lastSource = table.length === 0 ? 0 : source[rows[rows.length - 1]];
  const isOneLog = table.length === 0 || source[rows[0]] === lastSource;
  if (isOneLog && beginnings.length === 0) return selectRows(table, inOrderOfTime(table, rows));
  const inTime = queuesOf(table, rows, beginnings)
    .map((queue) => ({ queue: inOrderOfTime(table, queue), begin: beginOf(queue, table) }))
    .sort((a, b) => a.begin - b.begin || 0);
  return selectRows(
    table,
    mergeByTime(
      inTime.map(({ queue }) => queue),
      table,
    ),
  );
}

/** `rows`, in the order of their inputs and lines, by log. */
function queuesOf(table: RequestTable, rows: readonly number[], beginnings: readonly Beginning[]): number[][] {
  const queues: number[][] = [];
  let [source, log] = [-1, -1];
  for (const row of rows) {
    const [itsSource, itsLog] = [table.source[row], logInInput(table, row, beginnings)];
    if (itsSource !== source || itsLog !== log) queues.push([]);
    queues[queues.length - 1].push(row);
    [source, log] = [itsSource, itsLog];
  }
  return queues;
}

/** µs since 1970 UTC; Infinity: no row has a time. */
function beginOf(rows: readonly number[], table: RequestTable): number {
  let first = Number.POSITIVE_INFINITY;
  for (const row of rows) if (instantOf(table, row) < first) first = instantOf(table, row);
  return first;
}

function mergeByTime(queues: readonly (readonly number[])[], table: RequestTable): number[] {
  const merged: number[] = [];
  const at = queues.map(() => 0);
  for (;;) {
    let best = -1;
    let bestInstant = Number.POSITIVE_INFINITY;
    for (let k = 0; k < queues.length; k++) {
      if (at[k] >= queues[k].length) continue;
      const instant = instantOf(table, queues[k][at[k]]);
      const key = Number.isNaN(instant) ? Number.NEGATIVE_INFINITY : instant;
      if (best < 0 || key < bestInstant) {
        best = k;
        bestInstant = key;
      }
    }
    if (best < 0) return merged;
    merged.push(queues[best][at[best]++]);
  }
}
