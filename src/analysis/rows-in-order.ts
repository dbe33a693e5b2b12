/** The rows of logs in the order of their lines; rows of several logs are merged by time. */
import { instantOf, type RequestTable, selectRows } from '../core/table.ts';
import { inOrderOfTime } from './line-order.ts';

/** Where another log begins in an input that holds several logs, one after another. */
export interface Beginning {
  readonly source: number;
  /** Byte position. */
  readonly offset: number;
}

/** Number of the row's log within its input, from 0. */
export const logInInput = ({ source, offset }: RequestTable, row: number, beginnings: readonly Beginning[]): number =>
  beginnings.length === 0
    ? 0
    : beginnings.filter((one) => one.source === source[row] && one.offset <= offset[row]).length;

/**
 * One log: by offset, or by time if its lines are not in the order of time. Several logs: each like this, merged by time; the merge is
 * stable, so none is reordered. If lines of several logs have the same time, those of the log that begins first come first. So the parts of
 * one log follow each other in whatever order they were given. `mayRepeat`: rows may occur twice, and each is taken once.
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

/** Splits `rows`, which are in the order of inputs and lines, by log. */
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

/** µs since 1970 UTC of the earliest row; Infinity: no row has a time. */
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
