/**
 * The requests of the parts of a log in which its server had most to do. Where it ran out of slots, their number shows, and so do the
 * requests that queued.
 *
 * A log is cut into blocks by the position of its lines. How busy a block was is known once it is complete, however the log was cut.
 * Neighbours of a block count as at least as busy, because an overload begins and ends in them. The first and the last blocks of a part of
 * a log may go on in its neighbours. They are open: kept, and judged when the parts are joined. Of the other, closed blocks the busiest are
 * kept, so the whole keeps nothing that one of its parts has not kept.
 */
import { endOfRun } from '../core/columns.ts';
import { type RequestTable, sliceRows, TableBuilder } from '../core/table.ts';
import { addRows, busyOf, copyOf, emptyPiece, levelOf, type Piece, place, stitched } from './busy-pieces.ts';

/** Blocks at either end of a part that may go on in its neighbours, as the lines of one kind are only nearly in order. */
const OPEN = 3;
/** Empty columns kept for reuse. */
const SPARE = 4;
/** Rows [from, to) of one block. */
interface BlockRows {
  readonly rows: RequestTable;
  readonly from: number;
  readonly to: number;
  readonly block: number;
  readonly stream: number;
  readonly source: number;
  /** Key of their run. */
  readonly key: string;
}

/** The blocks of one kind of lines in one input: open ones at its beginning, perhaps closed ones, open ones at its end. */
interface Run {
  /** Number of the kind of lines in the partial, and number of the input. */
  readonly stream: number;
  readonly source: number;
  readonly head: Piece[];
  /** Between head and tail there are closed blocks; null: all blocks are open, and in `head`. */
  readonly gap: Gap | null;
  readonly tail: Piece[];
}

/** How busy the first and the last of the closed blocks of a run were. */
interface Gap {
  readonly first: number;
  last: number;
}

/**
 * The gap of two runs after they are joined: the closed blocks of both, and between them those that the join closes (`closed`: how busy
 * each was).
 */
function gapOver(left: Gap | null, closed: readonly number[], right: Gap | null): Gap | null {
  const first = left?.first ?? closed[0] ?? right?.first;
  const last = right?.last ?? closed.at(-1) ?? left?.last;
  return first === undefined || last === undefined ? null : { first, last };
}

/**
 * A piece is packed as: block, rows, work, first, last, level. A run: stream, source, pieces in head and in tail, first and last of its gap
 * (NaN: no gap).
 */
export const PIECE_NUMBERS = 6;
export const RUN_NUMBERS = 6;

export interface BusiestState {
  /** The runs; the pieces of each run in turn, head first, then the closed ones. */
  readonly runs: Float64Array;
  readonly pieces: Float64Array;
  readonly rows: RequestTable;
}

export class BusiestRows {
  readonly #blocks: number;
  readonly #blockBytes: number;
  readonly #runs = new Map<string, Run>();
  /** In the order of `place`, at most `#blocks`. */
  readonly #closed: Piece[] = [];
  /** Tables of pieces that were not kept. Most are not, and new columns cost more than filling these. */
  readonly #spare: TableBuilder[] = [];

  /**
   * @param blocks number of closed blocks that are kept
   * @param blockBytes length of a block
   */
  constructor(blocks: number, blockBytes: number) {
    this.#blocks = blocks;
    this.#blockBytes = blockBytes;
  }

  /** Adds rows of one kind of lines and one input, in line order. */
  add(rows: RequestTable, stream: number): void {
    const { offset, length } = rows;
    if (this.#blocks === 0 || length === 0) return;
    const source = rows.source[0];
    const key = `${stream}/${source}`;
    for (let from = 0; from < length; ) {
      const block = Math.floor(offset[from] / this.#blockBytes);
      const begin = block * this.#blockBytes;
      const to = endOfRun(offset, from + 1, length, begin, begin + this.#blockBytes);
      this.#append({ rows, from, to, block, stream, source, key });
      from = to;
    }
  }

  /** Adds rows of one block: usually the last block or the one after it. */
  #append({ rows, from, to, block, stream, source, key }: BlockRows): void {
    const run = this.#runs.get(key);
    const open = run ? (run.gap ? run.tail : run.head) : [];
    const last = open[open.length - 1];
    if (last?.block === block) {
      addRows(last, rows, from, to);
      return;
    }
    const piece = emptyPiece(block, this.#spare.pop() ?? new TableBuilder(to - from));
    addRows(piece, rows, from, to);
    if (!run?.gap || open.length < OPEN || !(block > last.block)) {
      this.#join({ stream, source, head: [piece], gap: null, tail: [] });
      return;
    }
    open.push(piece);
    const closed = open.shift()!;
    const busy = busyOf(closed);
    this.#close(closed, Math.max(run.gap.last, busy, busyOf(open[0])));
    run.gap.last = busy;
  }

  /** Joins the run that follows. */
  #join(right: Run): void {
    const { stream, source } = right;
    const key = `${stream}/${source}`;
    const left = this.#runs.get(key) ?? { stream, source, head: [], gap: null, tail: [] };
    const middle = stitched(left.gap ? left.tail : left.head, right.head);
    const from = left.gap ? 0 : Math.min(OPEN, middle.length);
    const to = right.gap ? middle.length : Math.max(from, middle.length - OPEN);
    const busy = middle.map(busyOf);
    const before = left.gap?.last ?? 0;
    const after = right.gap?.first ?? 0;
    for (let k = from; k < to; k++) {
      this.#close(middle[k], Math.max(busy[k - 1] ?? before, busy[k], busy[k + 1] ?? after));
    }
    const gap = gapOver(left.gap, busy.slice(from, to), right.gap);
    const head = left.gap ? left.head : middle.slice(0, gap ? from : middle.length);
    const tail = right.gap ? right.tail : gap ? middle.slice(to) : [];
    this.#runs.set(key, { stream, source, head, gap, tail });
  }

  #close(piece: Piece, busy: number): void {
    piece.level = levelOf(busy);
    this.#keep(piece);
  }

  /** Puts a piece among the closed ones, if it is one of the busiest. */
  #keep(piece: Piece): void {
    place(piece, this.#closed);
    if (this.#closed.length <= this.#blocks) return;
    const { rows } = this.#closed.pop()!;
    rows.dropLast(rows.length);
    if (this.#spare.length < SPARE) this.#spare.push(rows);
  }

  /**
   * Adds the rows of the part that follows in the input. `translated` maps its ids of names, and `streams` its numbers of kinds of lines,
   * to those here.
   */
  merge(
    right: BusiestRows,
    streams: readonly number[],
    sourceShift: number,
    translated: (rows: RequestTable) => RequestTable,
  ): void {
    if (this.#blocks === 0) return;
    const own = (piece: Piece): Piece => ({ ...piece, rows: copyOf(translated(piece.rows.table)) });
    for (const { stream, source, head, gap, tail } of right.#runs.values()) {
      this.#join({
        stream: streams[stream],
        source: source + sourceShift,
        head: head.map(own),
        gap,
        tail: tail.map(own),
      });
    }
    for (const piece of right.#closed) this.#keep(own(piece));
  }

  *#pieces(): Generator<Piece> {
    for (const { head, tail } of this.#runs.values()) yield* [...head, ...tail];
    yield* this.#closed;
  }

  /** Every table of kept rows; columns may be changed. */
  *tables(): Generator<RequestTable> {
    for (const { rows } of this.#pieces()) yield rows.table;
  }

  /** The rows of the busiest blocks of the whole log, once nothing follows. */
  whole(): RequestTable[] {
    const all = [...this.#closed];
    for (const { head, gap, tail } of this.#runs.values()) {
      const ends = [
        { pieces: head, before: 0, after: gap?.first ?? 0 },
        { pieces: tail, before: gap?.last ?? 0, after: 0 },
      ];
      for (const { pieces, before, after } of ends) {
        const busy = pieces.map(busyOf);
        pieces.forEach((piece, k) => {
          const level = levelOf(Math.max(busy[k - 1] ?? before, busy[k], busy[k + 1] ?? after));
          place({ ...piece, level }, all);
        });
      }
    }
    return all.slice(0, this.#blocks).map(({ rows }) => rows.table);
  }

  state(): BusiestState {
    const numbers = (piece: Piece) => [
      piece.block,
      piece.rows.length,
      piece.work,
      piece.first,
      piece.last,
      piece.level,
    ];
    const rows = new TableBuilder();
    for (const piece of this.#pieces()) rows.appendRows(piece.rows.table);
    return {
      runs: Float64Array.from(
        [...this.#runs.values()].flatMap(({ stream, source, head, gap, tail }) => [
          stream,
          source,
          head.length,
          tail.length,
          gap?.first ?? Number.NaN,
          gap?.last ?? Number.NaN,
        ]),
      ),
      pieces: Float64Array.from([...this.#pieces()].flatMap(numbers)),
      rows: sliceRows(rows.table, 0, rows.length),
    };
  }

  static fromState({ runs, pieces, rows }: BusiestState, blocks: number, blockBytes: number): BusiestRows {
    const busiest = new BusiestRows(blocks, blockBytes);
    let from = 0;
    const read = Array.from({ length: pieces.length / PIECE_NUMBERS }, (_, k): Piece => {
      const [block, length, work, first, last, level] = pieces.subarray(k * PIECE_NUMBERS);
      const piece = { block, work, first, last, level, rows: copyOf(sliceRows(rows, from, from + length)) };
      from += length;
      return piece;
    });
    let next = 0;
    for (let at = 0; at < runs.length; at += RUN_NUMBERS) {
      const [stream, source, heads, tails, first, last] = runs.subarray(at);
      const head = read.slice(next, (next += heads));
      const tail = read.slice(next, (next += tails));
      const gap = Number.isNaN(first) ? null : { first, last };
      busiest.#runs.set(`${stream}/${source}`, { stream, source, head, gap, tail });
    }
    busiest.#closed.push(...read.slice(next));
    return busiest;
  }
}
