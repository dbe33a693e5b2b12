/** Makes the lanes of each picture from tiles, and decides how they are drawn: as bars or shares, and which routes have a colour. */
import type { RowTest } from '../../engine/filter.ts';
import { colouringFor, RouteColours } from './hues.ts';
import { LanePictures } from './lane-pictures.ts';
import { type Raster, rasterFor, type TrackPlan } from './lane-raster.ts';
import { type LaneTile, laneTile } from './lane-tile.ts';
import type { LostRequest } from './lost-requests.ts';
import type { PastColumns } from './past-columns.ts';
import type { Change, RowIndex } from './row-index.ts';
import type { LaneScene, SceneInput } from './scene.ts';
import { type Budget, partsOf, TileCache, type TileRange } from './tile-cache.ts';
import { TileRows } from './tile-rows.ts';
import { type Tracks, trackOfRow } from './tracks.ts';

/** Number of rows, and interval in ms, of the sample that shows how crowded the lanes are and which routes are frequent. */
const SAMPLE = 4000;
const SAMPLE_EVERY_MS = 1000;

export interface LaneRequest extends Omit<TileRange, 'key'> {
  readonly plans: readonly TrackPlan[];
  readonly tracks: Tracks;
  /** Changes whenever rows move to other tracks. */
  readonly tracksKey: number;
  /** Number of the picture; the same while it is unchanged. */
  readonly picture: number;
  readonly passes: RowTest | null;
  readonly past: PastColumns | null;
  /** Lost requests that pass the filter. */
  readonly lost: readonly LostRequest[];
  readonly budget: Budget;
  readonly nowMs: number;
}

interface Sample {
  readonly rows: Int32Array;
  readonly count: number;
  readonly weight: number;
}

export class LaneScenes {
  readonly #index: RowIndex;
  readonly #tiles = new TileCache<LaneTile>('lanes');
  readonly #rowsIn = (from: number, to: number) => this.#index.rowsIn({ from, to });
  readonly #placed = new TileRows();
  readonly #pictures = new LanePictures();
  readonly #routeColours = new RouteColours();
  #raster: Raster | null = null;
  #sampled: Sample | null = null;
  #crowded: { readonly sampled: Sample; readonly tracks: Tracks; readonly crowd: Float64Array } | null = null;
  #sampledAt = Number.NEGATIVE_INFINITY;
  #sampledKey = '';
  #routes: readonly number[] = [];

  constructor(index: RowIndex) {
    this.#index = index;
  }

  /** Marks the tiles affected by a change as stale. */
  change(change: Change): void {
    this.#tiles.change(change);
  }

  /** The lanes of a picture; `isBehind`: some of them are still outdated. */
  get(input: SceneInput, asked: LaneRequest): { lanes: LaneScene; isBehind: boolean } {
    const { snapshot, ui, axis, theme } = input;
    const { plans, tracks, passes, past, lost, budget } = asked;
    this.#sample(input, asked);
    const raster = rasterFor({
      plans,
      tracks,
      columns: axis.columns,
      crowd: this.#crowd(input, tracks),
      hasPast: past !== null,
      before: this.#raster,
    });
    this.#raster = raster;
    const colouring = colouringFor(ui.colourBy, snapshot, this.#routes, theme);
    const startsInferred = snapshot.inference.service.method !== 'logged';
    const { tiles, isBehind } = this.#tiles.get(
      {
        ...asked,
        key: [ui.filter, raster.key, colouring.key, asked.tracksKey, startsInferred].join('|'),
      },
      (firstColumn) =>
        laneTile(firstColumn, {
          snapshot,
          rowsIn: this.#rowsIn,
          passes,
          tracks,
          raster,
          colouring,
          startsInferred,
          microsPerColumn: axis.microsPerColumn,
          budget,
          placed: this.#placed,
        }),
      budget,
    );
    const parts = partsOf(tiles, asked);
    let hues = 0;
    let mostSlack = 0;
    let longest = 0;
    for (const { tile, from, to } of parts) {
      for (let at = from; at < to; at++) hues |= tile.hues[at];
      if (tile.mostSlack > mostSlack) mostSlack = tile.mostSlack;
      if (tile.longest > longest) longest = tile.longest;
    }
    const shown = colouring.legend.map((_, hue) => hue).filter((hue) => (hues & (1 << hue)) !== 0);
    const { firstColumn } = asked;
    return {
      lanes: {
        pictures: this.#pictures.of({ snapshot, axis, firstColumn, parts, tracks, raster, past, lost }),
        hues: { legend: colouring.legend, weight: colouring.weight, shown },
        mostSlack,
        longest,
      },
      isBehind,
    };
  }

  /** Takes an even sample of the picture's rows from time to time, to see how crowded lanes are and which routes are frequent. */
  #sample({ snapshot, ui, axis, theme }: SceneInput, { passes, picture, nowMs }: LaneRequest): void {
    const isMoving = snapshot.mode === 'tail' || snapshot.playing;
    const key = `${ui.filter} ${ui.spanSeconds} ${ui.edge} ${ui.colourBy} ${isMoving ? '' : picture}`;
    if (this.#sampled && key === this.#sampledKey && nowMs - this.#sampledAt < SAMPLE_EVERY_MS) return;
    this.#sampledKey = key;
    this.#sampledAt = nowMs;
    const { rows, count, weight } = this.#index.sampleIn(axis, SAMPLE);
    let kept = 0;
    for (let i = 0; i < count; i++) if (!passes || passes(rows[i])) rows[kept++] = rows[i];
    this.#sampled = { rows, count: kept, weight };
    if (ui.colourBy === 'route')
      this.#routes = this.#routeColours.update(snapshot, rows, kept, theme.colours.routes.length);
  }

  /** Approximate number of requests on each track in the visible time; counted once per sample. */
  #crowd({ snapshot }: SceneInput, tracks: Tracks): Float64Array {
    const sampled = this.#sampled!;
    if (this.#crowded?.sampled === sampled && this.#crowded.tracks === tracks) return this.#crowded.crowd;
    const crowd = new Float64Array(tracks.list.length);
    const { rows, count, weight } = sampled;
    for (let i = 0; i < count; i++) {
      const track = rows[i] < snapshot.requests.length ? trackOfRow(tracks, snapshot.requests, rows[i]) : -1;
      if (track >= 0) crowd[track] += weight;
    }
    this.#crowded = { sampled, tracks, crowd };
    return crowd;
  }
}
