/** Puts the tiles of the lanes together: what each track looks like over the whole axis. */
import type { Snapshot } from '../../core/snapshot.ts';
import type { TimeAxis } from '../time-axis.ts';
import type { BarRow, Raster, RasterPlan, ShareRow, TrackPicture } from './lane-raster.ts';
import type { LaneTile } from './lane-tile.ts';
import type { PastColumns } from './past-columns.ts';
import { TILE, type TilePart } from './tile-cache.ts';
import type { Track, Tracks } from './tracks.ts';

export interface LanePicturesInput {
  readonly snapshot: Pick<Snapshot, 'inference' | 'now' | 'from'>;
  readonly axis: TimeAxis;
  /** Column of the left edge, counted since 1970. */
  readonly firstColumn: number;
  readonly parts: readonly TilePart<LaneTile>[];
  readonly tracks: Tracks;
  readonly raster: Raster;
  readonly past: PastColumns | null;
}

export const lanePictures = (input: LanePicturesInput): TrackPicture[] =>
  input.raster.plans.map((plan, index) => pictureOf(input, plan, index));

function pictureOf(input: LanePicturesInput, rastered: RasterPlan, index: number): TrackPicture {
  const { firstColumn, parts, snapshot, tracks } = input;
  const { plan, asBars } = rastered;
  const { inference } = snapshot;
  let last = 0;
  let isTimed = false;
  for (let i = 0; i < parts.length; i++) {
    const { tile } = parts[i];
    if (tile.lastColumn[index] > parts[last].tile.lastColumn[index]) last = i;
    if (tile.timed[index]) isTimed = true;
  }
  const lastColumn = parts[last]?.tile.lastColumn[index] ?? Number.NEGATIVE_INFINITY;
  const track = tracks.list[plan.track];
  const common = { plan, lastColumn: lastColumn - firstColumn, busyShare: busyShareOf(input, index, track, isTimed) };
  const limit = plan.form === 'slots' ? 1 : inference.unbounded ? null : inference.threads.value;
  const rows = Array.from({ length: rastered.rows }, (_, row) => rastered.firstRow + row);
  if (asBars) return { ...common, rows: rows.map((row) => barsOf(input, row)), peak: Number.NaN };
  if (!isTimed) {
    const ends = rows.map((row) => endsOf(input, row));
    const most = Math.max(1, ...ends.map(({ level }) => level.reduce((a, b) => Math.max(a, b), 0)));
    return { ...common, rows: ends.map((one) => ({ ...one, full: most })), peak: Number.NaN };
  }
  const past = pastOf(input, track);
  const built = rows.map((row) => sharesOf(input, row, past));
  return {
    ...common,
    rows: built.map(({ row, peak }): ShareRow => ({ ...row, full: limit ?? Math.max(1, peak) })),
    // Coarse stamps may put more side by side than there are slots; the worker cannot have.
    peak: Math.min(limit ?? Number.POSITIVE_INFINITY, Math.max(...built.map(({ peak }) => peak))),
  };
}

/** Only the part of the axis that the log covers counts. */
function busyShareOf(
  { snapshot, axis, parts }: LanePicturesInput,
  index: number,
  { slots }: Track,
  isTimed: boolean,
): number {
  const { now, from: begun, inference } = snapshot;
  const covered = Math.min(axis.to, now) - Math.max(axis.from, Number.isFinite(begun) ? begun : axis.from);
  let busy = 0;
  let hasRequests = false;
  for (const { tile, from, to } of parts) {
    for (let at = index * TILE + from; at < index * TILE + to; at++) busy += tile.busy[at];
    if (tile.lastColumn[index] > Number.NEGATIVE_INFINITY) hasRequests = true;
  }
  const isKnown = isTimed || (!hasRequests && inference.service.method !== 'unknown');
  return isKnown && covered > 0 ? Math.min(1, (busy * axis.microsPerColumn) / (covered * slots)) : Number.NaN;
}

function barsOf({ parts, axis }: LanePicturesInput, row: number): BarRow {
  const ink = new Uint16Array(axis.columns * 8);
  for (const { tile, from, to, column } of parts) {
    ink.set(tile.ink.subarray((row * TILE + from) * 8, (row * TILE + to) * 8), column * 8);
  }
  return { kind: 'bars', ink };
}

type Unscaled = Omit<ShareRow, 'full'>;

function endsOf({ parts, axis }: LanePicturesInput, row: number): Unscaled {
  const level = new Float64Array(axis.columns);
  const hue = new Int16Array(axis.columns);
  for (const { tile, from, to, column } of parts) {
    for (let at = row * TILE + from, x = column; at < row * TILE + to; at++, x++) {
      level[x] = tile.ends[at];
      hue[x] = tile.hue[at];
    }
  }
  return { kind: 'share', level, behind: null, hue };
}

/** `past`: mean requests in flight in columns whose requests are no longer held. */
function sharesOf(
  { parts, axis }: LanePicturesInput,
  row: number,
  past: Float64Array | null,
): { row: Unscaled; peak: number } {
  const level = new Float64Array(axis.columns);
  const hue = new Int16Array(axis.columns);
  const behind = parts[0]?.tile.behind ? new Float64Array(axis.columns) : null;
  let peak = 0;
  for (const { tile, from, to, column } of parts) {
    for (let at = row * TILE + from, x = column; at < row * TILE + to; at++, x++) {
      level[x] = tile.level[at];
      hue[x] = tile.hue[at];
      if (tile.peak[at] > peak) peak = tile.peak[at];
      if (behind) behind[x] = tile.behind![at];
    }
  }
  for (let x = 0; past && x < past.length; x++) {
    if (!(past[x] > 0)) continue;
    level[x] += past[x];
    if (hue[x] < 0) hue[x] = 0;
    if (past[x] > peak) peak = past[x];
  }
  return { row: { kind: 'share', level, behind, hue }, peak };
}

/** Mean requests in flight of a track's workers in the past; null without one. */
function pastOf({ past }: LanePicturesInput, { lives }: Track): Float64Array | null {
  if (!past) return null;
  let sum: Float64Array | null = null;
  for (const life of lives) {
    const own = past.ofWorker(life.worker);
    if (own) sum = sum ? sum.map((value, column) => value + own[column]) : own;
  }
  return sum;
}
