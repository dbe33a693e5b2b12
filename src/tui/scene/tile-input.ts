/** The input of every kind of tile. */
import type { Snapshot } from '../../core/snapshot.ts';
import type { RowTest } from '../../engine/filter.ts';
import type { Budget } from './tile-cache.ts';
import type { TileRows } from './tile-rows.ts';

export interface TileInput {
  readonly snapshot: Pick<Snapshot, 'requests' | 'placement'>;
  /** Rows that overlap a time range (µs since 1970 UTC); only the first `count` entries are valid. */
  readonly rowsIn: (from: number, to: number) => { rows: Int32Array; count: number };
  /** null: no filter, all rows pass. */
  readonly passes: RowTest | null;
  readonly microsPerColumn: number;
  readonly budget: Budget;
  /** Filled by the tile that is being made. */
  readonly placed: TileRows;
}
