/** Where a request lies on a tile, in columns from its left edge. One is filled again for every row: an object each would be garbage. */
import { begunAt, endedAt } from '../../core/snapshot.ts';
import { TILE } from './tile-cache.ts';
import type { TileInput } from './tile-input.ts';

/** Ends that are known to half a column are known to the column. */
const KNOWN = 0.5;

export class TileSpan {
  from = 0;
  to = 0;
  /** Half-width of what is not known about both. */
  slack = 0;
  /** NaN unknown */
  wait = Number.NaN;
  readonly #placement: TileInput['snapshot']['placement'];
  /** µs since 1970 UTC */
  readonly #origin: number;
  readonly #perMicro: number;

  constructor(firstColumn: number, { snapshot, microsPerColumn }: Pick<TileInput, 'snapshot' | 'microsPerColumn'>) {
    this.#placement = snapshot.placement;
    this.#origin = firstColumn * microsPerColumn;
    this.#perMicro = 1 / microsPerColumn;
  }

  place(row: number): void {
    this.from = (begunAt(this.#placement, row) - this.#origin) * this.#perMicro;
    this.to = (endedAt(this.#placement, row) - this.#origin) * this.#perMicro;
    this.slack = this.#placement.uncertainty[row] * this.#perMicro;
    this.wait = this.#placement.wait[row] * this.#perMicro;
  }

  /** The columns of the tile in which it ran; none where the first is behind the last. */
  get first(): number {
    return Math.max(0, Math.floor(this.from));
  }

  get last(): number {
    return Math.min(TILE - 1, Math.floor(Math.max(this.from, this.to)));
  }

  get knowsEnd(): boolean {
    return !(this.slack > KNOWN);
  }

  /** The columns of the tile in which it may have ended; none where the first is behind the last. */
  get firstEnd(): number {
    return Math.max(0, Math.floor(this.knowsEnd ? this.to : this.to - this.slack));
  }

  get lastEnd(): number {
    return Math.min(TILE - 1, this.knowsEnd ? Math.floor(this.to) : Math.ceil(this.to + this.slack) - 1);
  }
}
