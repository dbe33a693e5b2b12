/** Which bytes of a saved log hold which time range, so that a replay of a log too large for memory can seek. */
import { instantOf, type RequestTable } from '../core/table.ts';

interface Block {
  readonly source: number;
  /** Offsets of its first and last line. If a log has several formats, blocks may overlap. */
  from: number;
  last: number;
  rows: number;
  /** First start and last end of its requests, µs since 1970 UTC. */
  begun: number;
  ended: number;
}

/** µs since 1970 UTC. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A byte range of one input. */
export interface ByteRange {
  readonly source: number;
  readonly from: number;
  /** Infinity: to the end of the file. */
  readonly to: number;
  readonly rows: number;
}

/** Small enough to read little more than needed, large enough for an index of some thousand entries per GB. */
const ROWS_PER_BLOCK = 1024;

export class BlockIndex {
  readonly #blocks: Block[] = [];
  /** The block being filled, by input. */
  readonly #open = new Map<number, Block>();
  #isComplete = false;

  /** Adds rows of one input, roughly in the order of their lines. */
  add(rows: RequestTable): void {
    for (let row = 0; row < rows.length; row++) {
      const source = rows.source[row];
      const offset = rows.offset[row];
      let block = this.#open.get(source);
      if (!block || block.rows >= ROWS_PER_BLOCK) {
        block = {
          source,
          from: offset,
          last: offset,
          rows: 0,
          begun: Number.POSITIVE_INFINITY,
          ended: Number.NEGATIVE_INFINITY,
        };
        this.#open.set(source, block);
        this.#blocks.push(block);
      }
      block.rows++;
      if (offset < block.from) block.from = offset;
      if (offset > block.last) block.last = offset;
      const ended = instantOf(rows, row);
      const begun = rows.start[row] <= ended ? rows.start[row] : ended;
      if (begun < block.begun) block.begun = begun;
      if (ended > block.ended) block.ended = ended;
    }
  }

  /** All rows were added: the last blocks reach to the ends of their files. */
  complete(): void {
    this.#isComplete = true;
  }

  /** Requests of the blocks that overlap a time range. */
  rowsIn({ from, to }: Stretch): number {
    return this.#touching({ from, to }).reduce((sum, { rows }) => sum + rows, 0);
  }

  #touching({ from, to }: Stretch): Block[] {
    return this.#blocks.filter((block) => block.ended >= from && block.begun <= to);
  }

  /**
   * The byte ranges with the requests that ran in [from, to], neighbouring ranges merged, inputs in their order. If these are more than
   * `most` requests, the blocks that ended last are kept. If they are fewer, the nearest blocks within `around` are added up to `most`.
   */
  rangesFor(from: number, to: number, most: number, around: Stretch = { from, to }): ByteRange[] {
    const isNear = (block: Block) => block.ended >= from && block.begun <= to;
    const distance = (block: Block) => Math.max(from - block.ended, block.begun - to);
    const touching = this.#touching(around).sort((a, b) =>
      isNear(a) && isNear(b) ? b.ended - a.ended : Number(isNear(b)) - Number(isNear(a)) || distance(a) - distance(b),
    );
    let rows = 0;
    const kept = touching.filter((block, i) => {
      rows += block.rows;
      return i === 0 || rows <= most;
    });
    const ranges: ByteRange[] = [];
    for (const source of [...new Set(kept.map((block) => block.source))].sort((a, b) => a - b)) {
      const own = this.#blocks.filter((block) => block.source === source);
      const begins = own.map((block) => block.from).sort((a, b) => a - b);
      // The last line of a block ends where another block begins. While an input is still being read, only lines that are followed by
      // others are complete.
      const end = this.#isComplete ? Number.POSITIVE_INFINITY : Math.max(...own.slice(-4).map(({ last }) => last));
      for (const block of kept.filter((one) => one.source === source).sort((a, b) => a.from - b.from)) {
        const next = begins.find((begin) => begin > block.last) ?? end;
        const open = ranges.at(-1);
        if (open?.source === source && block.from <= open.to) {
          ranges[ranges.length - 1] = { ...open, to: Math.max(open.to, next), rows: open.rows + block.rows };
        } else ranges.push({ source, from: block.from, to: next, rows: block.rows });
      }
    }
    return ranges;
  }
}
