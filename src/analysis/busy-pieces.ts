/** A block of the lines of a log, how busy it was, and in which order blocks are kept (`busiest-rows.ts`). */
import { type RequestTable, TableBuilder } from '../core/table.ts';

/**
 * Blocks within a quarter of a doubling count as equally busy. These are kept in the order of their lines, so that neighbours stay
 * together.
 */
const LEVELS_A_DOUBLING = 4;
/** Level of a block that has no known time. */
const NEVER_BUSY = -1e6;

export interface Piece {
  /** Number of the block in its input. */
  readonly block: number;
  readonly rows: TableBuilder;
  /** µs: sum of logged durations. */
  work: number;
  /** µs since 1970 UTC: earliest and latest stamp. */
  first: number;
  last: number;
  /** How busy it was, or a neighbour if that was busier; NaN: open, not yet known. */
  level: number;
}

/** Mean number of requests in service or, without durations, requests per µs. */
export function busyOf({ rows: { table, length }, work, first, last }: Piece): number {
  const span = last - first + table.resolution[0];
  return span > 0 ? (work > 0 ? work : length) / span : 0;
}

export const levelOf = (busy: number): number =>
  busy > 0 ? Math.floor(LEVELS_A_DOUBLING * Math.log2(busy)) : NEVER_BUSY;

/** Busier pieces first; equally busy ones in the order of their lines. */
const inOrder = (a: Piece, b: Piece): number =>
  b.level - a.level ||
  a.rows.table.source[0] - b.rows.table.source[0] ||
  a.rows.table.offset[0] - b.rows.table.offset[0];

export function place(piece: Piece, among: Piece[]): void {
  let at = among.length;
  while (at > 0 && inOrder(piece, among[at - 1]) < 0) at--;
  among.splice(at, 0, piece);
}

export function copyOf(rows: RequestTable): TableBuilder {
  const copy = new TableBuilder(rows.length);
  copy.appendRows(rows);
  return copy;
}

export const emptyPiece = (block: number, rows: TableBuilder): Piece => ({
  block,
  rows,
  work: 0,
  first: Number.POSITIVE_INFINITY,
  last: Number.NEGATIVE_INFINITY,
  level: Number.NaN,
});

/** Rows [from, to) go into a piece. */
export function addRows(piece: Piece, rows: RequestTable, from: number, to: number): void {
  piece.rows.appendRows(rows, from, to);
  const { start, end, duration } = rows;
  let { work, first, last } = piece;
  for (let i = from; i < to; i++) {
    if (duration[i] > 0) work += duration[i];
    const instant = end[i] === end[i] ? end[i] : start[i];
    if (instant < first) first = instant;
    if (instant > last) last = instant;
  }
  piece.work = work;
  piece.first = first;
  piece.last = last;
}

/** The pieces of both in the order of their blocks; two pieces of one block are joined. */
export function stitched(left: readonly Piece[], right: readonly Piece[]): Piece[] {
  const all = [...left];
  for (const piece of right) {
    let at = all.length;
    while (at > 0 && all[at - 1].block > piece.block) at--;
    const same = at > 0 && all[at - 1].block === piece.block ? all[at - 1] : null;
    if (!same) all.splice(at, 0, piece);
    else {
      same.rows.appendRows(piece.rows.table);
      same.work += piece.work;
      same.first = Math.min(same.first, piece.first);
      same.last = Math.max(same.last, piece.last);
    }
  }
  return all;
}
