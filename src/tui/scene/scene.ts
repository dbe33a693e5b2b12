/**
 * The numbers behind one picture: which rows are visible, lanes as a raster, the pool as columns, what a scope contains.
 * Everything is computed when it is asked for, and kept until the picture changes.
 */
import type { Snapshot } from '../../core/snapshot.ts';
import { type Filter, parseFilter, type RowTest } from '../../engine/filter.ts';
import { type ScopeStats, scopeStats } from '../../engine/scope-stats.ts';
import type { Theme } from '../theme.ts';
import type { TimeAxis } from '../time-axis.ts';
import type { UiState } from '../ui-state.ts';
import { type Hues, huesFor } from './hues.ts';
import { rasterise, type TrackPicture, type TrackPlan } from './lane-raster.ts';
import { type LostRequest, lostRequests } from './lost-requests.ts';
import { type PastColumns, pastColumns } from './past-columns.ts';
import { type PoolSeries, poolSeries } from './pool-series.ts';
import { type Tracks, tracksOf } from './tracks.ts';
import { allRows, type VisibleRows, visibleRows } from './visible-rows.ts';

/** What the lists speak of: the stretch on the screen, or the moment under the cursor. */
export interface Scope {
  readonly from: number;
  readonly to: number;
  readonly isMoment: boolean;
}

export interface Scene {
  /** The snapshot it was made of; rows are rows of its table. */
  readonly source: Snapshot;
  readonly axis: TimeAxis;
  readonly scope: Scope;
  readonly filter: Filter | null;
  /** No request has a time: all of them are listed, none is drawn. */
  readonly isTimeless: boolean;
  tracks(): Tracks;
  visible(): VisibleRows;
  hues(): Hues;
  pool(): PoolSeries;
  lanes(plans: readonly TrackPlan[]): readonly TrackPicture[];
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

/** Computes once, the first time it is asked. */
function once<T>(compute: () => T): () => T {
  let value: { readonly of: T } | null = null;
  return () => {
    value ??= { of: compute() };
    return value.of;
  };
}

const samePlans = (a: readonly TrackPlan[], b: readonly TrackPlan[]): boolean =>
  a.length === b.length &&
  a.every(
    ({ track, form, rows, thick }, i) =>
      track === b[i].track && form === b[i].form && rows === b[i].rows && thick === b[i].thick,
  );

export function createScene(
  { snapshot, ui, theme, axis }: SceneInput,
  tracks = once(() => tracksOf(snapshot)),
  knownStats: ScopeStats | null = null,
): Scene {
  const { filter } = parseFilter(ui.filter);
  const passes = once((): RowTest | null => filter?.over(snapshot) ?? null);
  const isTimeless = snapshot.requests.length > 0 && !Number.isFinite(snapshot.from);
  const visible = once(() => (isTimeless ? allRows(snapshot, passes()) : visibleRows(snapshot, axis, passes())));
  const hues = once(() => huesFor(ui.colourBy, snapshot, visible(), theme));
  const scope: Scope =
    ui.cursor === null
      ? {
          from: Math.min(axis.to, Math.max(axis.from, Number.isFinite(snapshot.from) ? snapshot.from : axis.from)),
          to: axis.to,
          isMoment: false,
        }
      : { from: ui.cursor, to: ui.cursor + axis.microsPerColumn, isMoment: true };
  // A filter looks at requests, and of the past there are none.
  const past = once((): PastColumns | null => (filter ? null : pastColumns(snapshot.past, axis)));
  let drawn: { plans: readonly TrackPlan[]; pictures: readonly TrackPicture[] } | null = null;
  return {
    source: snapshot,
    axis,
    scope,
    filter,
    isTimeless,
    tracks,
    visible,
    hues,
    lost: once(() => lostRequests(snapshot, tracks(), axis)),
    pool: once(() => poolSeries(snapshot, visible(), axis, past())),
    lanes(plans) {
      if (!drawn || !samePlans(drawn.plans, plans)) {
        drawn = {
          plans,
          pictures: rasterise({
            snapshot,
            visible: visible(),
            axis,
            tracks: tracks(),
            plans,
            hues: hues(),
            past: past(),
          }),
        };
      }
      return drawn.pictures;
    },
    stats: once(() => {
      if (knownStats) return knownStats;
      const { rows, count } = visible();
      return scopeStats(snapshot, rows, count, isTimeless ? Number.NaN : scope.from, scope.to, scope.isMoment);
    }),
  };
}

/** A scene may be this old when only data was added, in multiples of what it cost, and at most so long, ms. */
const AGE_PER_COST = 8;
const OLDEST_MS = 500;
/** Lists that change more often than this, ms, cannot be read. */
const STATS_EVERY_MS = 250;

/**
 * The scene of the last picture, kept while nothing it depends on has changed; and for a moment longer when only requests
 * were added, so that a picture of very many of them takes no more than a small share of the time.
 */
export class SceneCache {
  #input: SceneInput | null = null;
  #scene: Scene | null = null;
  #tracks: (() => Tracks) | null = null;
  #workers = 0;
  #madeAt = Number.NEGATIVE_INFINITY;
  #statsAt = Number.NEGATIVE_INFINITY;
  #cost = 0;

  /** `nowMs`: of any clock. `wait`: how long until the scene should be asked for again, 0 when it is of now. */
  get(input: SceneInput, nowMs: number): { scene: Scene; wait: number } {
    const last = this.#input;
    // A worker that is new has a lane before the next examination knows it.
    const workers = input.snapshot.names.workers.size;
    const sameServer =
      last !== null && last.snapshot.inference === input.snapshot.inference && workers === this.#workers;
    this.#workers = workers;
    if (this.#scene && last) {
      if (sameServer && isSamePicture(last, input) && this.#statsAt === this.#madeAt)
        return { scene: this.#scene, wait: 0 };
      const wait = this.#madeAt + Math.min(OLDEST_MS, this.#cost * AGE_PER_COST) - nowMs;
      if (wait > 0 && sameServer && isSameView(last, input)) return { scene: this.#scene, wait };
    }
    if (!sameServer || !this.#tracks) this.#tracks = once(() => tracksOf(input.snapshot));
    const wait = this.#statsAt + STATS_EVERY_MS - nowMs;
    const keepsStats = wait > 0 && this.#scene !== null && last !== null && isSameScope(last, input);
    this.#scene = createScene(input, this.#tracks, keepsStats && this.#scene ? this.#scene.stats() : null);
    this.#input = input;
    this.#madeAt = nowMs;
    if (!keepsStats) this.#statsAt = nowMs;
    this.#cost = 0;
    return { scene: this.#scene, wait: keepsStats ? wait : 0 };
  }

  /** What drawing the scene just made cost, ms. */
  spent(ms: number): void {
    if (this.#cost === 0) this.#cost = ms;
  }
}

/** The lists speak of the same stretch, but for what has passed since. */
const isSameScope = (a: SceneInput, b: SceneInput): boolean =>
  a.ui.cursor === null &&
  b.ui.cursor === null &&
  a.ui.filter === b.ui.filter &&
  a.ui.edge === b.ui.edge &&
  a.ui.spanSeconds === b.ui.spanSeconds &&
  a.snapshot.mode === 'tail' &&
  a.snapshot.summary.requests.total > 0;

const isSamePicture = (a: SceneInput, b: SceneInput): boolean =>
  a.snapshot.requests === b.snapshot.requests && a.snapshot.placement === b.snapshot.placement && isSameView(a, b);

function isSameView(a: SceneInput, b: SceneInput): boolean {
  return (
    a.theme === b.theme &&
    a.axis.from === b.axis.from &&
    a.axis.columns === b.axis.columns &&
    a.axis.microsPerColumn === b.axis.microsPerColumn &&
    a.ui.filter === b.ui.filter &&
    a.ui.cursor === b.ui.cursor &&
    a.ui.colourBy === b.ui.colourBy
  );
}
