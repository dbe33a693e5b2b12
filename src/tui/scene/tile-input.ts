/** What every kind of tile is made from. */
import type { Snapshot } from '../../core/snapshot.ts';
import type { RowTest } from '../../engine/filter.ts';
import type { Budget } from './tile-cache.ts';
import type { TileRows } from './tile-rows.ts';

export interface TileInput {
  readonly snapshot: Pick<Snapshot, 'requests' | 'placement'>;
  /** The first `count` of `rows` reach into this stretch of time; µs since 1970 UTC. */
  readonly rowsIn: (from: number, to: number) => { rows: Int32Array; count: number };
  /** null: no filter, all pass. */
  readonly passes: RowTest | null;
  readonly microsPerColumn: number;
  readonly budget: Budget;
  /** Filled by the tile that is made. */
  readonly placed: TileRows;
}
