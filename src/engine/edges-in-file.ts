/**
 * Where logs begin that follow each other in a file of which not all requests were kept: the first line of each is searched between kept
 * ones.
 */
import { instantOf, type RequestTable } from '../core/table.ts';
import { FileTimes, type FileTimesOptions } from './file-times.ts';
import type { Place } from './time-place.ts';

/** Bytes, enough for a few lines: a smaller piece separates two logs more sharply. */
const FEW_LINES = 1 << 10;

/**
 * The byte range of each log; null: not a plain file, or some beginning was not found. @param begins rows of `table` (the kept requests of
 * the file) with which logs begin
 */
export function placesOfLogs(
  path: string,
  table: RequestTable,
  begins: readonly number[],
  options: FileTimesOptions,
): Place[] | null {
  const file = FileTimes.open(path, options);
  if (!file) return null;
  try {
    const edges = begins.slice(1).map((row) => edgeIn(file, table, row));
    if (edges.includes(null)) return null;
    const starts = [0, ...(edges as number[])];
    return starts.map((from, k) => ({ from, to: starts[k + 1] ?? file.size, head: file.head }));
  } finally {
    file.close();
  }
}

/** The offset of the first line of the log whose first kept request is `row`; null: not found. */
function edgeIn(file: FileTimes, table: RequestTable, row: number): number | null {
  const [last, first] = [instantOf(table, row - 1), instantOf(table, row)];
  if (!(first < last)) return null;
  const between = (first + last) / 2;
  let before = table.offset[row - 1];
  let behind = table.offset[row];
  while (behind - before > 1) {
    const middle = Math.floor((before + behind) / 2);
    const times = file.at(middle, FEW_LINES);
    if (!times) return null;
    if (times.latest < between) behind = middle;
    else before = middle;
  }
  return file.at(behind, FEW_LINES)?.lineStart ?? null;
}
