/** Makes the scene of each picture, and reuses what is unchanged. */
import { begunAt, endedAt } from '../../core/snapshot.ts';
import { parseFilter, type RowTest } from '../../engine/filter.ts';
import { type ScopeStats, ScopeTally } from '../../engine/scope-stats.ts';
import { CalmTracks } from './calm-tracks.ts';
import { LaneScenes } from './lane-scenes.ts';
import { type LostRequest, lostRequests } from './lost-requests.ts';
import { type PastColumns, pastColumns } from './past-columns.ts';
import { poolSeries } from './pool-series.ts';
import { type PoolTile, poolTile } from './pool-tile.ts';
import { RowIndex, type Stretch } from './row-index.ts';
import type { LaneScene, Scene, SceneInput, Scope } from './scene.ts';
import { SeenWorkers } from './seen-workers.ts';
import { StatsKeeper } from './stats-keeper.ts';
import { type Budget, partsOf, TileCache, type TileRange } from './tile-cache.ts';
import { TileRows } from './tile-rows.ts';
import { type Tracks, trackOfRow, tracksOf } from './tracks.ts';

/** Rows that a frame may look at to renew stale tiles; about 0.2 µs each. */
const ROWS_PER_FRAME = 3000;
/** Stale tiles are worked on again after this long, ms. */
const SOON_MS = 16;

/** Computes the value when first asked, and keeps it. */
function once<T>(compute: () => T): () => T {
  let value: { readonly of: T } | null = null;
  return () => {
    value ??= { of: compute() };
    return value.of;
  };
}

export class SceneCache {
  readonly #index = new RowIndex();
  readonly #lanes = new LaneScenes(this.#index);
  readonly #pool = new TileCache<PoolTile>('pool');
  readonly #placed = new TileRows();
  readonly #stats = new StatsKeeper();
  readonly #calm = new CalmTracks();
  #last: { readonly input: SceneInput; readonly made: { readonly scene: Scene; readonly wait: () => number } } | null =
    null;
  #tracks: Tracks | null = null;
  #tracksKey = 0;
  readonly #seen = new SeenWorkers();
  #workers = 0;
  #lost: { readonly of: readonly LostRequest[]; readonly tracks: Tracks; readonly lifecycle: object } | null = null;
  /** Number of the present picture; rises with every change. */
  #picture = 0;
  #turn: Budget['turn'] = 'pool';

  /**
   * `nowMs`: of any clock. `wait`, to be asked after drawing: ms until the scene should be requested again; 0: it is up to date.
   * `isUrgent`: stale tiles may stay as they are.
   */
  get(input: SceneInput, nowMs: number, isUrgent = false): { scene: Scene; wait: () => number } {
    const last = this.#last;
    const isSame = last !== null && isSamePicture(last.input, input);
    if (isSame && last.made.wait() === 0) return last.made;
    if (!isSame) this.#picture++;
    const change = this.#index.update(input.snapshot);
    this.#lanes.change(change);
    this.#pool.change(change);
    this.#updateTracks(input, last?.input ?? null);
    const made = this.#make(input, nowMs, isUrgent);
    this.#last = { input, made };
    return made;
  }

  /** Tracks change with the inference, and when a new worker appears, which gets a lane before the next examination knows it. */
  #updateTracks({ snapshot }: SceneInput, last: SceneInput | null): void {
    const workers = snapshot.names.workers.size;
    if (this.#tracks && last?.snapshot.inference === snapshot.inference && workers === this.#workers) return;
    this.#workers = workers;
    const tracks = tracksOf(snapshot, this.#seen.update(snapshot), this.#tracks);
    if (!this.#tracks || !hasSamePlaces(this.#tracks, tracks)) this.#tracksKey++;
    this.#tracks = tracks;
  }

  #make(input: SceneInput, nowMs: number, isUrgent: boolean): { scene: Scene; wait: () => number } {
    const { snapshot, ui, axis } = input;
    const { filter } = parseFilter(ui.filter);
    const passes = once((): RowTest | null => filter?.over(snapshot) ?? null);
    const isTimeless = snapshot.requests.length > 0 && !Number.isFinite(snapshot.from);
    const scope: Scope =
      ui.cursor === null
        ? {
            from: Math.min(axis.to, Math.max(axis.from, Number.isFinite(snapshot.from) ? snapshot.from : axis.from)),
            to: axis.to,
            isMoment: false,
          }
        : { from: ui.cursor, to: ui.cursor + axis.microsPerColumn, isMoment: true };
    // A filter needs requests, and for the past there are only sums.
    const past = once((): PastColumns | null => (filter ? null : pastColumns(snapshot.past, axis)));
    const tracks = this.#tracks as Tracks;
    const range = {
      microsPerColumn: axis.microsPerColumn,
      firstColumn: Math.round(axis.from / axis.microsPerColumn),
      columns: axis.columns,
    };
    if (!isUrgent) this.#turn = this.#turn === 'pool' ? 'lanes' : 'pool';
    const budget: Budget = { rows: isUrgent ? 0 : ROWS_PER_FRAME, tiles: isUrgent ? 0 : 1, turn: this.#turn };
    let wait = 0;
    const behind = (ms: number) => {
      if (ms > 0) wait = wait === 0 ? ms : Math.min(wait, ms);
    };
    const poolParts = once(() => {
      const { tiles, isBehind } = this.#poolTiles(input, range, passes(), budget);
      if (isBehind) behind(SOON_MS);
      return partsOf(tiles, range);
    });
    let drawn: { readonly plans: string; readonly lanes: LaneScene } | null = null;
    const loads = once(() => trackLoads(input, tracks, scene.visible(), scene.lost()));
    const scene: Scene = {
      axis,
      scope,
      filter,
      isTimeless,
      tracks: () => tracks,
      visible: once(() => (isTimeless ? allRows(snapshot.requests.length, passes()) : this.#visible(input, passes()))),
      folded: (present, room) => this.#calm.folded(present, loads(), room),
      pool: once(() => poolSeries({ snapshot, axis, parts: poolParts(), past: past(), lost: scene.lost() })),
      durations: poolParts,
      lanes: (plans) => {
        const key = JSON.stringify(plans);
        if (drawn?.plans !== key) {
          const { lanes, isBehind } = this.#lanes.get(input, {
            ...range,
            plans,
            tracks,
            tracksKey: this.#tracksKey,
            picture: this.#picture,
            passes: passes(),
            past: past(),
            // Whether lost requests would pass a filter is unknown.
            lost: passes() ? [] : scene.lost(),
            budget,
            nowMs,
          });
          if (isBehind) behind(SOON_MS);
          drawn = { plans: key, lanes };
        }
        return drawn.lanes;
      },
      stats: once((): ScopeStats => {
        const asked = this.#stats.get(
          {
            key: `${ui.filter} ${ui.edge} ${ui.spanSeconds} ${ui.cursor}`,
            picture: this.#picture,
            isMoving:
              !scope.isMoment && (snapshot.mode === 'tail' ? snapshot.summary.requests.total > 0 : snapshot.playing),
            candidates: () => (isTimeless ? allRows(snapshot.requests.length, null) : this.#index.rowsIn(scope)),
            tally: () =>
              new ScopeTally(
                snapshot,
                {
                  from: isTimeless ? Number.NaN : scope.from,
                  to: scope.to,
                  now: scope.isMoment ? scope.to : (ui.edge ?? snapshot.now),
                  touching: scope.isMoment,
                },
                passes(),
              ),
          },
          nowMs,
        );
        behind(asked.wait);
        return asked.stats;
      }),
      lost: once(() => this.#lostOf(input, tracks)),
    };
    return { scene, wait: () => wait };
  }

  #visible({ snapshot, axis }: SceneInput, passes: RowTest | null): { rows: Int32Array; count: number } {
    const { placement } = snapshot;
    const near = this.#index.rowsIn(axis);
    let count = 0;
    for (let i = 0; i < near.count; i++) {
      const row = near.rows[i];
      const waited = placement.wait[row] > 0 ? placement.wait[row] : 0;
      const isOnAxis = endedAt(placement, row) >= axis.from && begunAt(placement, row) - waited <= axis.to;
      if (isOnAxis && (!passes || passes(row))) near.rows[count++] = row;
    }
    return { rows: near.rows, count };
  }

  #rowsIn = (from: number, to: number): { rows: Int32Array; count: number } => this.#index.rowsIn({ from, to });

  #poolTiles(
    { snapshot, ui }: SceneInput,
    range: Omit<TileRange, 'key'>,
    passes: RowTest | null,
    budget: Budget,
  ): { tiles: PoolTile[]; isBehind: boolean } {
    const { microsPerColumn } = range;
    const tile = { snapshot, rowsIn: this.#rowsIn, passes, microsPerColumn, budget, placed: this.#placed };
    return this.#pool.get({ ...range, key: ui.filter }, (firstColumn) => poolTile(firstColumn, tile), budget);
  }

  #lostOf({ snapshot, axis }: SceneInput, tracks: Tracks): readonly LostRequest[] {
    const { lifecycle } = snapshot;
    if (!this.#lost || this.#lost.tracks !== tracks || this.#lost.lifecycle !== lifecycle) {
      this.#lost = { of: lostRequests(snapshot, tracks), tracks, lifecycle };
    }
    return this.#lost.of.filter((lost: Stretch) => lost.to >= axis.from && lost.from <= axis.to);
  }
}

/** Time (µs) on the screen for which each track was busy; a request without a duration counts as 1 µs, to rank above none. */
function trackLoads(
  { snapshot, axis }: SceneInput,
  tracks: Tracks,
  { rows, count }: ReturnType<Scene['visible']>,
  lost: readonly LostRequest[],
): Float64Array {
  const loads = new Float64Array(tracks.list.length);
  const within = (from: number, to: number) => Math.min(axis.to, to) - Math.max(axis.from, from);
  for (let i = 0; i < count; i++) {
    const track = trackOfRow(tracks, snapshot.requests, rows[i]);
    const { start, end } = snapshot.placement;
    if (track >= 0) loads[track] += Math.max(1, within(start[rows[i]], end[rows[i]]) || 0);
  }
  for (const { track, from, to } of lost) loads[track] += within(from, to);
  return loads;
}

/** Every row that passes the filter, for a log without times. */
function allRows(length: number, passes: RowTest | null): { rows: Int32Array; count: number } {
  const rows = new Int32Array(length);
  let count = 0;
  for (let row = 0; row < length; row++) if (!passes || passes(row)) rows[count++] = row;
  return { rows, count };
}

const hasSamePlaces = (a: Tracks, b: Tracks): boolean =>
  a.nameless === b.nameless &&
  a.list.length === b.list.length &&
  a.ofWorker.length === b.ofWorker.length &&
  a.ofWorker.every((track, worker) => track === b.ofWorker[worker]);

const isSamePicture = (a: SceneInput, b: SceneInput): boolean =>
  a.snapshot.requests === b.snapshot.requests &&
  a.snapshot.placement === b.snapshot.placement &&
  a.snapshot.inference === b.snapshot.inference &&
  a.snapshot.lifecycle === b.snapshot.lifecycle &&
  a.snapshot.live === b.snapshot.live &&
  a.theme === b.theme &&
  a.axis.from === b.axis.from &&
  a.axis.columns === b.axis.columns &&
  a.axis.microsPerColumn === b.axis.microsPerColumn &&
  a.ui.filter === b.ui.filter &&
  a.ui.cursor === b.ui.cursor &&
  a.ui.colourBy === b.ui.colourBy;
