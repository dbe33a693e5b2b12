/**
 * Are the lines of an input in the order of time? Loki, Kibana and CloudWatch export the newest line first; a log that was sorted by another
 * column, or written by Spark, has no order at all. Read as it stands, such a log would show workers that run many requests at once.
 *
 * This is not a clock that was set back, which happens once, nor lines that overtake each other, which are near in time: in both, few lines
 * are much older than the one before.
 */
import { indicesBelow } from '../core/columns.ts';
import { medianOf } from '../core/statistics.ts';
import { instantOf, type RequestTable } from '../core/table.ts';

/** Single lines near in time may stand in any order, so stretches of lines are compared: of at least so many lines, and at most so many stretches. */
const LEAST_IN_STRETCH = 4;
const STRETCHES = 16;
/** Lines are newest first if this share of the steps from one stretch to the next goes back in time; and the fewest stretches that show it. */
const NEWEST_FIRST = 0.75;
const FEWEST_STRETCHES = 4;
/** Where lines are newest first, at least this share of them is older than an earlier line: most logs need no further look. */
const LATE = 0.2;
/** µs: a line this much older than the one before it was not written after it, unless the clock was set back. */
const OLDER = 2_000_000;
/** Lines have no order if this share of them, and at least so many, are much older than the one before. */
const NO_ORDER = 0.2;
const FEWEST = 8;

type LineOrder = 'of-time' | 'newest-first' | 'none';

/** @param rows of one input, in the order of its lines */
function lineOrder(table: RequestTable, rows: readonly number[]): LineOrder {
  let [late, muchOlder] = [0, 0];
  let [latest, before] = [Number.NEGATIVE_INFINITY, Number.NaN];
  for (const row of rows) {
    const instant = instantOf(table, row);
    if (instant < latest) late++;
    else if (instant > latest) latest = instant;
    if (instant < before - OLDER) muchOlder++;
    before = instant;
  }
  // Cheap to see: where stretches go back in time, many lines are late.
  if (late >= LATE * rows.length && isNewestFirst(table, rows)) return 'newest-first';
  if (muchOlder < Math.max(FEWEST, NO_ORDER * rows.length)) return 'of-time';
  // Lines are written as requests end. Where only starts are known, these need not follow the order of lines.
  return rows.every((row) => table.end[row] >= 0) ? 'none' : 'of-time';
}

function isNewestFirst(table: RequestTable, rows: readonly number[]): boolean {
  const count = Math.min(STRETCHES, Math.floor(rows.length / LEAST_IN_STRETCH));
  if (count < FEWEST_STRETCHES) return false;
  const middles = Array.from({ length: count }, (_, k) => {
    const stretch = rows.slice((k * rows.length) / count, ((k + 1) * rows.length) / count);
    return medianOf(Float64Array.from(stretch, (row) => instantOf(table, row)));
  });
  const back = middles.filter((middle, k) => k > 0 && middle < middles[k - 1]).length;
  return back >= NEWEST_FIRST * (count - 1);
}

/** The rows of one input (in the order of its lines) in the order of time. */
export function inOrderOfTime(table: RequestTable, rows: readonly number[]): readonly number[] {
  const order = lineOrder(table, rows);
  if (order === 'newest-first') return rows.toReversed();
  return order === 'none' ? rows.toSorted((a, b) => table.end[a] - table.end[b] || a - b) : rows;
}

/** A sentence about lines that were put in order; null: they stood in order. */
export function lineOrderText(table: RequestTable, source: number): string | null {
  if (isByOffset(table, source)) return null;
  const rows = indicesBelow(table.length).filter((row) => table.source[row] === source);
  const order = lineOrder(table, Array.from(rows.sort((a, b) => table.offset[a] - table.offset[b])));
  if (order === 'newest-first') return 'the lines stand newest first: they are read from the last to the first';
  return order === 'none' ? 'the lines stand in no order of time: they are sorted by their stamps' : null;
}

/** Whether the rows of an input are in the order of its lines. */
export function isByOffset({ length, source, offset }: RequestTable, of: number): boolean {
  let before = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < length; row++) {
    if (source[row] !== of) continue;
    if (offset[row] <= before) return false;
    before = offset[row];
  }
  return true;
}
