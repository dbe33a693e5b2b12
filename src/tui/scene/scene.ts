/** The numbers behind one picture: lanes as a raster, the pool as columns, and the statistics of a scope. */
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

/** The time that the lists are about: the range on the screen, or the moment under the cursor. µs since 1970 UTC. */
export interface Scope {
  readonly from: number;
  readonly to: number;
  readonly isMoment: boolean;
}

export interface LaneScene {
  readonly pictures: readonly TrackPicture[];
  readonly hues: Hues;
  /** Largest uncertainty (half-width) of a request, columns. */
  readonly mostSlack: number;
  /** Longest request that passes, columns. */
  readonly longest: number;
}

export interface Scene {
  readonly axis: TimeAxis;
  readonly scope: Scope;
  readonly filter: Filter | null;
  /** true: no request has a time, so all are listed and none is drawn. */
  readonly isTimeless: boolean;
  tracks(): Tracks;
  /** Those of these tracks that share a lane, because they are calm or because there is no room (lanes) for all. */
  folded(present: readonly number[], room: number): readonly number[];
  /** Rows on the screen that pass the filter, valid up to `count`. */
  visible(): { rows: Int32Array; count: number };
  pool(): PoolSeries;
  /** Service times per column. */
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
