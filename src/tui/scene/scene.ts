/** The numbers behind one picture: lanes as a raster, the pool as columns, what a scope contains. */
import type { Snapshot } from '../../core/snapshot.ts';
import type { Filter } from '../../engine/filter.ts';
import type { ScopeStats } from '../../engine/scope-stats.ts';
import type { Theme } from '../theme.ts';
import type { TimeAxis } from '../time-axis.ts';
import type { UiState } from '../ui-state.ts';
import type { ColumnDurations } from './column-durations.ts';
import type { Hues } from './hues.ts';
import type { TrackPicture, TrackPlan } from './lane-raster.ts';
import type { LostRequest } from './lost-requests.ts';
import type { PoolSeries } from './pool-series.ts';
import type { TilePart } from './tile-cache.ts';
import type { Tracks } from './tracks.ts';

/** What the lists speak of: the stretch on the screen, or the moment under the cursor. */
export interface Scope {
  readonly from: number;
  readonly to: number;
  readonly isMoment: boolean;
}

export interface LaneScene {
  readonly pictures: readonly TrackPicture[];
  readonly hues: Hues;
  /** Greatest half-width of what is not known, columns. */
  readonly mostSlack: number;
  /** Longest of the requests that pass, columns. */
  readonly longest: number;
}

export interface Scene {
  readonly axis: TimeAxis;
  readonly scope: Scope;
  readonly filter: Filter | null;
  /** No request has a time: all of them are listed, none is drawn. */
  readonly isTimeless: boolean;
  tracks(): Tracks;
  /** Of these tracks those that are calm, or do not fit into so many lanes: they share one. */
  folded(present: readonly number[], room: number): readonly number[];
  /** Rows on the screen that pass, valid up to `count`. */
  visible(): { rows: Int32Array; count: number };
  pool(): PoolSeries;
  /** Service times in each column. */
  durations(): readonly TilePart<{ readonly service: ColumnDurations }>[];
  lanes(plans: readonly TrackPlan[]): LaneScene;
  stats(): ScopeStats;
  /** Requests that died with their worker. */
  lost(): readonly LostRequest[];
}

export interface SceneInput {
  readonly snapshot: Snapshot;
  readonly ui: UiState;
  readonly theme: Theme;
  readonly axis: TimeAxis;
}
