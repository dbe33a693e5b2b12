/**
 * Finds the rows of a time range without looking at all of them: rows are kept in blocks, and for each block the time range of its requests
 * is known. Follows a table that grows, and tells which time ranges changed from one picture to the next.
 */
import { begunAt, endedAt, type RowsRevision, type Snapshot } from '../../core/snapshot.ts';

const BLOCK = 256;

export interface Stretch {
  /** µs since 1970 UTC */
  readonly from: number;
  readonly to: number;
}

/** What changed since the previous picture: everything, or these time ranges. */
export type Change = 'all' | readonly Stretch[];

const nowhere = { start: new Float64Array(0), end: new Float64Array(0) };
const always: Stretch = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** Up to this many added rows are looked at one by one; with more, their whole time range counts as changed. */
const FEW_ROWS = 2000;

/** The time range in which a row is drawn, its wait and its uncertainty included; NaN: nowhere. */
function reachOf(placement: Snapshot['placement'], row: number): Stretch {
  const slack = slackOf(placement, row);
  return { from: drawnFrom(placement, row, slack), to: endedAt(placement, row) + slack };
}

const slackOf = ({ uncertainty }: Snapshot['placement'], row: number): number =>
  uncertainty[row] > 0 ? uncertainty[row] : 0;

/** A row is drawn from its arrival, or from the earliest instant at which it may have started. */
function drawnFrom(placement: Snapshot['placement'], row: number, slack: number): number {
  const wait = placement.wait[row];
  return begunAt(placement, row) - (wait > slack ? wait : slack);
}

type Picture = Pick<Snapshot, 'requests' | 'placement' | 'revision'>;

export class RowIndex {
  #snapshot: Picture | null = null;
  /** Time range per block. Row numbers count from the beginning of the table, so that forgetting rows moves nothing. */
  #low: number[] = [];
  #high: number[] = [];
  #firstBlock = 0;
  /** Number after the last indexed row. */
  #indexed = 0;

  /** Takes over the rows of a picture; returns what changed since the previous one. */
  update(snapshot: Picture): Change {
    const before = this.#snapshot;
    this.#snapshot = snapshot;
    const { revision } = snapshot;
    if (before && before.requests === snapshot.requests && before.placement === snapshot.placement) return [];
    const total = revision.first + snapshot.requests.length;
    if (!before || !isLater(before.revision, revision) || total < this.#indexed) {
      this.#low = [];
      this.#high = [];
      this.#firstBlock = Math.floor(revision.first / BLOCK);
      this.#indexed = revision.first;
      this.#extend(total);
      return 'all';
    }
    const changes: Stretch[] = [];
    if (revision.first > before.revision.first) {
      const gone = this.#span(before.revision.first, revision.first);
      this.#forget(revision.first);
      if (gone) changes.push(gone);
    }
    if (revision.settled > before.revision.settled) changes.push(...this.#moved(before, snapshot));
    const from = this.#indexed;
    this.#extend(total);
    if (total - from > FEW_ROWS) changes.push(this.#span(from, total) ?? always);
    else
      for (let number = from; number < total; number++)
        changes.push(reachOf(snapshot.placement, number - revision.first));
    return changes;
  }

  /** Time ranges of blocks whose rows were moved, before and after; most rows stay where they are. */
  #moved(before: Picture, now: Picture): Stretch[] {
    const changes: Stretch[] = [];
    const from = Math.max(now.revision.first, now.revision.settledFrom);
    for (let block = Math.floor(from / BLOCK); block * BLOCK < this.#indexed; block++) {
      const first = Math.max(from, block * BLOCK);
      const last = Math.min(this.#indexed, (block + 1) * BLOCK);
      if (isSamePlace(before, now, first, last)) continue;
      const i = block - this.#firstBlock;
      changes.push({ from: this.#low[i], to: this.#high[i] });
      this.#low[i] = Number.POSITIVE_INFINITY;
      this.#high[i] = Number.NEGATIVE_INFINITY;
      this.#reach(Math.max(now.revision.first, block * BLOCK), last);
      changes.push({ from: this.#low[i], to: this.#high[i] });
    }
    return changes;
  }

  /** Rows that overlap a time range, in the order of the table; the array may be longer than `count`. */
  rowsIn({ from, to }: Stretch): { rows: Int32Array; count: number } {
    let rows = new Int32Array(1024);
    let count = 0;
    if (!this.#snapshot) return { rows, count };
    const { placement } = this.#snapshot;
    this.#eachBlock(from, to, (first, last) => {
      if (count + BLOCK > rows.length) {
        const wider = new Int32Array(rows.length * 2);
        wider.set(rows);
        rows = wider;
      }
      for (let row = first; row < last; row++) {
        const slack = slackOf(placement, row);
        if (!(endedAt(placement, row) + slack >= from)) continue;
        if (!(drawnFrom(placement, row, slack) > to)) rows[count++] = row;
      }
    });
    return { rows, count };
  }

  /** A sample of the rows that run in a time range, from about `most` rows of the blocks that overlap it; each stands for `weight` rows. */
  sampleIn({ from, to }: Stretch, most: number): { rows: Int32Array; count: number; weight: number } {
    let total = 0;
    this.#eachBlock(from, to, (first, last) => {
      total += last - first;
    });
    const weight = Math.max(1, Math.ceil(total / most));
    const placement = this.#snapshot?.placement ?? nowhere;
    // Blocks may be long compared with a range of a few seconds, with most of their rows outside of it.
    const runsIn = (row: number) => endedAt(placement, row) >= from && begunAt(placement, row) <= to;
    const rows = new Int32Array(Math.ceil(total / weight) + 1);
    let count = 0;
    // One of every `weight` rows, at a random place: a fixed place would miss workers that take turns, or count them twice.
    let seen = 0;
    let wanted = 0;
    let draw = 1;
    this.#eachBlock(from, to, (first, last) => {
      for (let row = first; row < last; row++, seen++) {
        if (seen % weight === 0) {
          draw = (Math.imul(draw, 1_664_525) + 1_013_904_223) >>> 0;
          wanted = seen + ((draw >>> 8) % weight);
        }
        if (seen === wanted && runsIn(row)) rows[count++] = row;
      }
    });
    return { rows, count, weight };
  }

  /** Calls with the rows [first, last) of every block that overlaps a time range. */
  #eachBlock(from: number, to: number, call: (first: number, last: number) => void): void {
    if (!this.#snapshot) return;
    const { first } = this.#snapshot.revision;
    const { length } = this.#snapshot.requests;
    for (let i = 0; i < this.#low.length; i++) {
      if (!(this.#high[i] >= from && this.#low[i] <= to)) continue;
      const begin = (this.#firstBlock + i) * BLOCK - first;
      call(Math.max(0, begin), Math.min(length, begin + BLOCK));
    }
  }

  /** Time range of the rows [from, to) by number, in whole blocks; null if there are none. */
  #span(from: number, to: number): Stretch | null {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = Math.floor(from / BLOCK) - this.#firstBlock; i * BLOCK < to - this.#firstBlock * BLOCK; i++) {
      if (this.#low[i] < low) low = this.#low[i];
      if (this.#high[i] > high) high = this.#high[i];
    }
    return low <= high ? { from: low, to: high } : null;
  }

  #forget(first: number): void {
    const gone = Math.floor(first / BLOCK) - this.#firstBlock;
    this.#low.splice(0, gone);
    this.#high.splice(0, gone);
    this.#firstBlock += gone;
  }

  #extend(total: number): void {
    while (this.#indexed < total) {
      const i = Math.floor(this.#indexed / BLOCK) - this.#firstBlock;
      const stop = Math.min(total, (this.#firstBlock + i + 1) * BLOCK);
      if (i >= this.#low.length) {
        this.#low.push(Number.POSITIVE_INFINITY);
        this.#high.push(Number.NEGATIVE_INFINITY);
      }
      this.#reach(this.#indexed, stop);
      this.#indexed = stop;
    }
  }

  /** Extends the block of the rows [from, to), by number, to their time range. */
  #reach(from: number, to: number): void {
    const { placement, revision } = this.#snapshot!;
    const i = Math.floor(from / BLOCK) - this.#firstBlock;
    let low = this.#low[i];
    let high = this.#high[i];
    for (let row = from - revision.first; row < to - revision.first; row++) {
      const slack = slackOf(placement, row);
      const first = drawnFrom(placement, row, slack);
      const last = endedAt(placement, row) + slack;
      if (first < low) low = first;
      if (last > high) high = last;
    }
    this.#low[i] = low;
    this.#high[i] = high;
  }
}

const same = (a: number, b: number): boolean => a === b || (a !== a && b !== b);

/** true: the rows [from, to), by number, are drawn in the same places in both pictures. */
function isSamePlace(before: Picture, now: Picture, from: number, to: number): boolean {
  const a = before.placement;
  const b = now.placement;
  for (let number = from; number < to; number++) {
    const i = number - before.revision.first;
    const k = number - now.revision.first;
    if (
      !same(a.start[i], b.start[k]) ||
      !same(a.end[i], b.end[k]) ||
      !same(a.wait[i], b.wait[k]) ||
      a.uncertainty[i] !== b.uncertainty[k] ||
      a.slot[i] !== b.slot[k]
    )
      return false;
  }
  return true;
}

/** true: the later picture has the same table, and was settled at most once since. */
const isLater = (before: RowsRevision, now: RowsRevision): boolean =>
  before !== now &&
  before.table === now.table &&
  now.first >= before.first &&
  (now.settled === before.settled || now.settled === before.settled + 1);
