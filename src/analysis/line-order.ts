/**
 * Do the lines of an input stand in the order of time? What Loki, Kibana and CloudWatch give out stands newest first, and a log that somebody
 * sorted by another column, or that Spark wrote, in no order. Read as they stand, a worker that runs one request at a time would run many.
 *
 * A clock that is set back goes on from there, and lines that overtake each other are near in time: of few neighbours the second is older.
 */
import { indicesBelow } from '../core/columns.ts';
import { medianOf } from '../core/statistics.ts';
import { instantOf, type RequestTable } from '../core/table.ts';

/** Neighbouring lines are near in time and may be in any order: stretches of so many of them, at least, are compared, and so many stretches, at most. */
const LEAST_IN_STRETCH = 4;
const STRETCHES = 16;
/** Share of the steps from one stretch to the next that are back in time: lines newest first, and how many that must be. */
const NEWEST_FIRST = 0.75;
const FEWEST_STRETCHES = 4;
/** Share of all lines that are older than one before them, at least, where so many steps are back: most logs need not be asked further. */
const LATE = 0.2;
/** µs: a line this much older than the one before it was not written behind it, or the clock was set back in between. */
const OLDER = 2_000_000;
/** Share of all neighbours of which the second is much older, and how many that must be. */
const NO_ORDER = 0.2;
const FEWEST = 8;

type LineOrder = 'of-time' | 'newest-first' | 'none';

/** `rows` of one input, as its lines stand. */
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
  // Half of a stretch that is older than the one before it is late.
  if (late >= LATE * rows.length && isNewestFirst(table, rows)) return 'newest-first';
  if (muchOlder < Math.max(FEWEST, NO_ORDER * rows.length)) return 'of-time';
  // Of lines without an end the order is that of ends, which their starts need not follow.
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

/** `rows` of one input, as its lines stand; the same in the order of time where they do not stand in it. */
export function inOrderOfTime(table: RequestTable, rows: readonly number[]): readonly number[] {
  const order = lineOrder(table, rows);
  if (order === 'newest-first') return rows.toReversed();
  return order === 'none' ? rows.toSorted((a, b) => table.end[a] - table.end[b] || a - b) : rows;
}

/** What was done about the order of the lines of an input, in a sentence; null: nothing. */
export function lineOrderText(table: RequestTable, source: number): string | null {
  if (isByOffset(table, source)) return null;
  const rows = indicesBelow(table.length).filter((row) => table.source[row] === source);
  const order = lineOrder(table, Array.from(rows.sort((a, b) => table.offset[a] - table.offset[b])));
  if (order === 'newest-first') return 'the lines stand newest first: they are read from the last to the first';
  return order === 'none' ? 'the lines stand in no order of time: they are sorted by their stamps' : null;
}

/** The rows of an input are read as its lines stand. */
export function isByOffset({ length, source, offset }: RequestTable, of: number): boolean {
  let before = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < length; row++) {
    if (source[row] !== of) continue;
    if (offset[row] <= before) return false;
    before = offset[row];
  }
  return true;
}
