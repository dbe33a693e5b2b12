/** The requests that overlap a tile: their positions are computed once, for everything that is drawn from the tile. */
import type { TileInput } from './tile-input.ts';

/** Columns of a tile. */
export const TILE = 4;

/** One value per request. The object is reused for one tile after the other. */
export class TileRows {
  count = 0;
  /** Requests from this index on pass the filter. They come last, so that they are drawn over those that do not pass. */
  firstPassing = 0;
  row = new Int32Array(0);
  /** Start and end, in columns of the tile with a fraction; equal if no duration is known. */
  from = new Float64Array(0);
  to = new Float64Array(0);
  /** When it arrived; equal to `from` if it did not wait. */
  came = new Float64Array(0);
  /** Uncertainty to either side, columns. */
  slack = new Float64Array(0);

  read(firstColumn: number, { snapshot, rowsIn, passes, microsPerColumn, budget }: TileInput): void {
    const origin = firstColumn * microsPerColumn;
    const { rows, count } = rowsIn(origin, origin + TILE * microsPerColumn);
    budget.rows -= count;
    this.#makeRoom(count);
    this.count = count;
    this.firstPassing = passes ? passingLast(rows, count, passes) : 0;
    const { start, end, wait, uncertainty } = snapshot.placement;
    const { row, from, to, came, slack } = this;
    const perMicro = 1 / microsPerColumn;
    for (let i = 0; i < count; i++) {
      const at = rows[i];
      const begin = start[at];
      const stop = end[at] === end[at] ? end[at] : begin;
      const last = (stop - origin) * perMicro;
      row[i] = at;
      to[i] = last;
      from[i] = begin === begin ? (begin - origin) * perMicro : last;
      came[i] = wait[at] > 0 ? from[i] - wait[at] * perMicro : from[i];
      slack[i] = uncertainty[at] * perMicro;
    }
  }

  #makeRoom(count: number): void {
    if (count <= this.row.length) return;
    const room = Math.max(1024, 2 * count);
    this.row = new Int32Array(room);
    this.from = new Float64Array(room);
    this.to = new Float64Array(room);
    this.came = new Float64Array(room);
    this.slack = new Float64Array(room);
  }
}

/** Moves the rows that pass behind the others, keeping the order of each kind; returns the index where they begin. */
function passingLast(rows: Int32Array, count: number, passes: (row: number) => boolean): number {
  const passing: number[] = [];
  let kept = 0;
  for (let i = 0; i < count; i++) {
    if (passes(rows[i])) passing.push(rows[i]);
    else rows[kept++] = rows[i];
  }
  rows.set(passing, kept);
  return kept;
}
