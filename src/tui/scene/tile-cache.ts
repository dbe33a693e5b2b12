/**
 * A picture in tiles: a tile is a few columns of the time axis, computed once and kept while nothing in its time range changes. As time
 * moves on, tiles are added at the right; new requests make the tiles that they overlap stale.
 */
import type { Change } from './row-index.ts';
import { TILE } from './tile-rows.ts';

/** How much work a frame may do to renew stale tiles. */
export interface Budget {
  /** Rows to look at, over all kinds of tiles. */
  rows: number;
  /** Number of tiles that are renewed for the kind whose turn it is, however many rows they have. */
  readonly tiles: number;
  /** The kinds take turns; otherwise the one asked first would use up the budget, or each would exceed it. */
  readonly turn: 'pool' | 'lanes';
}

interface Kept<Tile> {
  tile: Tile;
  /** Turn in which the tile became stale; 0: it is up to date. */
  staleSince: number;
}

interface StaleTile<Tile> {
  readonly index: number;
  readonly kept: Kept<Tile>;
}

export interface TileRange {
  /** Everything besides the rows that tiles depend on; with another key no tile is kept. */
  readonly key: string;
  readonly microsPerColumn: number;
  /** First column of the axis, counted from 1970, and the number of columns. */
  readonly firstColumn: number;
  readonly columns: number;
}

/** Number of screens whose tiles are kept. */
const SCREENS = 3;

export class TileCache<Tile> {
  #tiles = new Map<number, Kept<Tile>>();
  #key = '';
  #microsPerColumn = 0;
  #turn = 0;
  #isEndFirst = true;
  readonly #kind: Budget['turn'];
  /** Rows of the tile built last, as an estimate for the next one. */
  #rows = 0;

  constructor(kind: Budget['turn']) {
    this.#kind = kind;
  }

  /** Marks the tiles affected by a change as stale. */
  change(change: Change): void {
    this.#turn++;
    // Nothing has been drawn yet: the screen is too small, or shows the help.
    if (this.#tiles.size === 0) return;
    if (change === 'all') {
      for (const kept of this.#tiles.values()) kept.staleSince ||= this.#turn;
      return;
    }
    const perTile = this.#microsPerColumn * TILE;
    for (const { from, to } of change)
      if (to >= from) this.#spoil(Math.floor(from / perTile), Math.floor(to / perTile));
  }

  /** Marks the tiles `first` to `last` as stale, by going through these or through all kept tiles, whichever are fewer. */
  #spoil(first: number, last: number): void {
    if (last - first > this.#tiles.size) {
      for (const [index, kept] of this.#tiles) if (index >= first && index <= last) kept.staleSince ||= this.#turn;
      return;
    }
    for (let index = first; index <= last; index++) {
      const kept = this.#tiles.get(index);
      if (kept) kept.staleSince ||= this.#turn;
    }
  }

  /**
   * The tiles of an axis from left to right. Missing ones are built. Of the stale ones, at least `budget.tiles` are rebuilt if it is the
   * turn of this kind, and more while the budget of rows lasts; in the order in which they became stale, but every other time the one at
   * the right end comes first. `isBehind`: some are still stale.
   */
  get(range: TileRange, build: (firstColumn: number) => Tile, budget: Budget): { tiles: Tile[]; isBehind: boolean } {
    const { key, microsPerColumn, firstColumn, columns } = range;
    if (key !== this.#key || microsPerColumn !== this.#microsPerColumn) {
      this.#tiles.clear();
      this.#key = key;
      this.#microsPerColumn = microsPerColumn;
    }
    const first = Math.floor(firstColumn / TILE);
    const last = Math.floor((firstColumn + columns - 1) / TILE);
    const stale: StaleTile<Tile>[] = [];
    for (let index = first; index <= last; index++) {
      const kept = this.#tiles.get(index);
      if (!kept) this.#tiles.set(index, { tile: build(index * TILE), staleSince: 0 });
      else if (kept.staleSince > 0) stale.push({ index, kept });
    }
    const renewed = this.#renew(stale, last, build, budget);
    if (this.#tiles.size > (last - first + 1) * SCREENS) {
      for (const index of this.#tiles.keys()) if (index < first || index > last) this.#tiles.delete(index);
    }
    const tiles: Tile[] = [];
    for (let index = first; index <= last; index++) tiles.push((this.#tiles.get(index) as Kept<Tile>).tile);
    return { tiles, isBehind: renewed < stale.length };
  }

  /** Rebuilds stale tiles as the budget allows; returns how many. `last`: index of the tile at the right end. */
  #renew(stale: StaleTile<Tile>[], last: number, build: (firstColumn: number) => Tile, budget: Budget): number {
    const isFirst = ({ index }: StaleTile<Tile>) => Number(this.#isEndFirst && index === last);
    stale.sort((a, b) => isFirst(b) - isFirst(a) || a.kept.staleSince - b.kept.staleSince);
    const certain = budget.turn === this.#kind ? budget.tiles : 0;
    if (certain > 0) this.#isEndFirst = !this.#isEndFirst;
    let done = 0;
    for (; done < stale.length && (done < certain || (budget.rows > 0 && budget.rows >= this.#rows)); done++) {
      const { index, kept } = stale[done];
      const before = budget.rows;
      kept.tile = build(index * TILE);
      kept.staleSince = 0;
      this.#rows = before - budget.rows;
    }
    return done;
  }
}

/** The part of a tile that lies on the axis: columns [from, to) of the tile, beginning at `column` of the axis. */
export interface TilePart<Tile> {
  readonly tile: Tile;
  readonly from: number;
  readonly to: number;
  readonly column: number;
}

/** The parts of the tiles on an axis, from left to right. */
export function partsOf<Tile>(
  tiles: readonly Tile[],
  { firstColumn, columns }: Pick<TileRange, 'firstColumn' | 'columns'>,
): TilePart<Tile>[] {
  const first = Math.floor(firstColumn / TILE) * TILE;
  return tiles.map((tile, i) => {
    const begin = first + i * TILE;
    const from = Math.max(0, firstColumn - begin);
    return { tile, from, to: Math.min(TILE, firstColumn + columns - begin), column: begin + from - firstColumn };
  });
}
