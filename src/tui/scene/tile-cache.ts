/**
 * A picture in tiles: a tile is a few columns of the time axis, worked out once and kept while nothing in its stretch of time
 * changes. Time that moves on adds tiles at the right; new requests make those stale that they reach into.
 */
import type { Change } from './row-index.ts';
import { TILE } from './tile-rows.ts';

/** How much work a frame may still do on tiles that are there already. */
export interface Budget {
  /** Rows looked at, of all kinds of tiles. */
  rows: number;
  /** So many tiles of the kind whose turn it is, however many rows they have. */
  readonly tiles: number;
  /** Kinds take turns, or those that are asked first would leave nothing to the others, or each would overdraw it. */
  readonly turn: 'pool' | 'lanes';
}

interface Kept<Tile> {
  tile: Tile;
  /** Turn in which something in its stretch of time changed first; 0: nothing did. */
  staleSince: number;
}

interface StaleTile<Tile> {
  readonly index: number;
  readonly kept: Kept<Tile>;
}

export interface TileRange {
  /** Everything that tiles depend on besides the rows: with another key none of them is kept. */
  readonly key: string;
  readonly microsPerColumn: number;
  /** The first column of the axis, counted in columns since 1970, and how many there are. */
  readonly firstColumn: number;
  readonly columns: number;
}

/** Tiles of this many screens are kept. */
const SCREENS = 3;

export class TileCache<Tile> {
  #tiles = new Map<number, Kept<Tile>>();
  #key = '';
  #microsPerColumn = 0;
  #turn = 0;
  #isEndFirst = true;
  readonly #kind: Budget['turn'];
  /** Rows of the tile that was built last: the next one will have about as many. */
  #rows = 0;

  constructor(kind: Budget['turn']) {
    this.#kind = kind;
  }

  /** Marks what is different in the rows. */
  change(change: Change): void {
    this.#turn++;
    // Nothing was drawn yet: on a screen that is too small, or under the help.
    if (this.#tiles.size === 0) return;
    if (change === 'all') {
      for (const kept of this.#tiles.values()) kept.staleSince ||= this.#turn;
      return;
    }
    const perTile = this.#microsPerColumn * TILE;
    for (const { from, to } of change)
      if (to >= from) this.#spoil(Math.floor(from / perTile), Math.floor(to / perTile));
  }

  /** Tiles from one to another are stale: whichever are fewer are gone through, those asked for or those kept. */
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
   * The tiles of an axis from left to right. Those that are missing are built; of those that are stale as many as the
   * budget says when it is the turn of their kind, and more while its rows last: in the order in which they became stale, and every other time the one at the right end first.
   * `isBehind`: some are still stale.
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

  /** Builds stale tiles anew, as many as the budget allows; returns how many. `last`: the tile at the right end. */
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

/** The part of a tile that lies on an axis: columns [from, to) of the tile, at `column` and after on the axis. */
export interface TilePart<Tile> {
  readonly tile: Tile;
  readonly from: number;
  readonly to: number;
  readonly column: number;
}

/** The parts of the tiles of an axis, from left to right. */
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
