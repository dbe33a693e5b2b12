/** Assembles the tiles of the lanes: what each track looks like over the whole axis. */
import type { Snapshot } from '../../core/snapshot.ts';
import type { TimeAxis } from '../time-axis.ts';
import type { BarRow, Raster, RasterPlan, ShareRow, TrackPicture } from './lane-raster.ts';
import type { LaneTile } from './lane-tile.ts';
import type { LostRequest } from './lost-requests.ts';
import type { PastColumns } from './past-columns.ts';
import { mostSlots } from './pool-series.ts';
import type { TilePart } from './tile-cache.ts';
import { TILE } from './tile-rows.ts';
import { joined, type Track, type Tracks } from './tracks.ts';

export interface LanePicturesInput {
  readonly snapshot: Pick<Snapshot, 'inference' | 'now' | 'from'>;
  readonly axis: TimeAxis;
  /** Column of the left edge, counted from 1970. */
  readonly firstColumn: number;
  readonly parts: readonly TilePart<LaneTile>[];
  readonly tracks: Tracks;
  readonly raster: Raster;
  readonly past: PastColumns | null;
  /** Requests that were lost; their workers were busy with them. */
  readonly lost: readonly LostRequest[];
}

/** Everything besides its tiles that determines the columns of a row. */
interface Ground {
  readonly firstColumn: number;
  readonly columns: number;
  readonly rasterKey: string;
  readonly hasBehind: boolean;
  readonly hasPast: boolean;
}

const isSameGround = (a: Ground, b: Ground): boolean =>
  a.firstColumn === b.firstColumn &&
  a.columns === b.columns &&
  a.rasterKey === b.rasterKey &&
  a.hasBehind === b.hasBehind &&
  a.hasPast === b.hasPast;

/**
 * Makes the pictures of the tracks. Most tiles are the same as in the picture before, so the arrays are kept and only new tiles are copied:
 * rows that were handed out earlier change with it.
 */
export class LanePictures {
  #ground: Ground | null = null;
  #tiles: readonly LaneTile[] = [];
  #bars: BarRow[] = [];
  #shares: KeptShare[] = [];
  /** The rows of each plan. */
  #rows: (readonly BarRow[] | readonly KeptShare[])[] = [];

  of(input: LanePicturesInput): TrackPicture[] {
    const { parts, raster, axis, past, firstColumn } = input;
    const ground: Ground = {
      firstColumn,
      columns: axis.columns,
      rasterKey: raster.key,
      hasBehind: parts[0]?.tile.behind != null,
      hasPast: past !== null,
    };
    const isKept = this.#ground !== null && isSameGround(ground, this.#ground);
    if (!isKept) this.#makeRows(ground, raster);
    // If the past was added to the arrays, all tiles have to be copied again.
    const fresh = isKept && !past ? parts.filter(({ tile }, i) => tile !== this.#tiles[i]) : parts;
    for (let row = 0; row < this.#bars.length; row++) copyBars(this.#bars[row], fresh, row);
    for (let row = 0; row < this.#shares.length; row++) copyShares(this.#shares[row], fresh, row);
    this.#ground = ground;
    this.#tiles = parts.map(({ tile }) => tile);
    const totals = totalsOf(parts, raster.plans.length);
    return raster.plans.map((plan, index) => this.#pictureOf(input, plan, index, totals));
  }

  #makeRows({ columns, hasBehind }: Ground, { barRows, shareRows, plans }: Raster): void {
    this.#bars = Array.from({ length: barRows }, () => ({ kind: 'bars', ink: new Uint16Array(columns * 8) }));
    this.#shares = Array.from({ length: shareRows }, () => ({
      kind: 'share',
      level: new Float64Array(columns),
      ends: new Float64Array(columns),
      behind: hasBehind ? new Float64Array(columns) : null,
      hue: new Int16Array(columns),
      full: 1,
    }));
    this.#rows = plans.map(({ asBars, firstRow, rows }) =>
      (asBars ? this.#bars : this.#shares).slice(firstRow, firstRow + rows),
    );
  }

  #pictureOf(input: LanePicturesInput, rastered: RasterPlan, index: number, totals: PlanTotals): TrackPicture {
    const { firstColumn, parts, snapshot, tracks } = input;
    const { plan, asBars, firstRow } = rastered;
    const { inference } = snapshot;
    const isTimed = totals.timed[index] === 1;
    const track = plan.shared ? joined(tracks, plan.shared) : tracks.list[plan.track];
    const knownFrom = knownFromOf(input);
    const held = heldMicros(input, plan.shared ?? [plan.track]);
    const busyShare = busyShareOf(input, index, track, totals, held);
    const lastColumn = totals.lastColumn[index] - firstColumn;
    const drawn = (rows: TrackPicture['rows'], peak = Number.NaN) => ({
      plan,
      rows,
      knownFrom,
      lastColumn,
      busyShare,
      peak,
    });
    if (asBars) return drawn(this.#rows[index]);
    const rows = this.#rows[index] as readonly KeptShare[];
    if (!isTimed) {
      const full = Math.max(1, ...rows.map(({ ends }) => ends.reduce((a, b) => Math.max(a, b), 0)));
      return drawn(rows.map((row): ShareRow => ({ kind: 'share', level: row.ends, behind: null, hue: row.hue, full })));
    }
    const past = pastOf(input, track);
    if (past) for (const row of rows) addPast(row, past);
    if (plan.form === 'slots') {
      // The same rows may have been drawn as a height before the workers were known.
      for (const row of rows) row.full = 1;
      return drawn(rows);
    }
    // Calm workers hardly ever run requests all at once, so a shared lane is scaled by its peak and not by its slots.
    const limit = plan.shared || inference.unbounded ? null : inference.threads.value;
    const peak = peakOf(parts, firstRow, past);
    for (const row of rows) row.full = limit ?? Math.max(1, peak);
    // Coarse stamps may put more requests side by side than there are slots, which the worker cannot have run.
    return drawn(rows, Math.min(limit ?? Number.POSITIVE_INFINITY, peak));
  }
}

interface KeptShare extends ShareRow {
  /** Known only when all tiles of the row are there. */
  full: number;
  /** Requests that ended, per column. */
  readonly ends: Float64Array;
}

type Parts = LanePicturesInput['parts'];

/** Totals over the tiles of an axis, per plan. */
type PlanTotals = Pick<LaneTile, 'busy' | 'lastColumn' | 'timed'>;

function totalsOf(parts: Parts, plans: number): PlanTotals {
  const busy = new Float64Array(plans);
  const lastColumn = new Float64Array(plans).fill(Number.NEGATIVE_INFINITY);
  const timed = new Uint8Array(plans);
  for (const { tile, from, to } of parts) {
    for (let plan = 0; plan < plans; plan++) {
      if (tile.lastColumn[plan] > lastColumn[plan]) lastColumn[plan] = tile.lastColumn[plan];
      timed[plan] |= tile.timed[plan];
      for (let at = plan * TILE + from; at < plan * TILE + to; at++) busy[plan] += tile.busy[at];
    }
  }
  return { busy, lastColumn, timed };
}

function copyBars({ ink }: BarRow, parts: Parts, row: number): void {
  // Copied by a loop: creating a view of a few eighths costs more.
  for (const { tile, from, to, column } of parts) {
    const end = (row * TILE + to) * 8;
    for (let at = (row * TILE + from) * 8, x = column * 8; at < end; at++, x++) ink[x] = tile.ink[at];
  }
}

function copyShares({ level, ends, behind, hue }: KeptShare, parts: Parts, row: number): void {
  for (const { tile, from, to, column } of parts) {
    for (let at = row * TILE + from, x = column; at < row * TILE + to; at++, x++) {
      level[x] = tile.level[at];
      ends[x] = tile.ends[at];
      hue[x] = tile.hue[at];
      if (behind && tile.behind) behind[x] = tile.behind[at];
    }
  }
}

/** `past`: mean requests in flight, in columns whose requests are no longer held. */
function addPast({ level, hue }: KeptShare, past: Float64Array): void {
  for (let x = 0; x < past.length; x++) {
    if (!(past[x] > 0)) continue;
    level[x] += past[x];
    if (hue[x] < 0) hue[x] = 0;
  }
}

/** Most requests at once in a row: within an eighth of a column, or on average in a column of the past. */
function peakOf(parts: Parts, row: number, past: Float64Array | null): number {
  let peak = 0;
  for (const { tile, from, to } of parts)
    for (let at = row * TILE + from; at < row * TILE + to; at++) if (tile.peak[at] > peak) peak = tile.peak[at];
  return past ? past.reduce((most, level) => (level > most ? level : most), peak) : peak;
}

/**
 * Column from which on workers are known: sums of the past may only be for the whole pool, which does not mean that its workers were idle.
 */
const knownFromOf = ({ past }: LanePicturesInput): number => (past && !past.countsWorkers ? past.until : 0);

/** Time (µs) within the axis for which lost requests held the workers of these tracks. */
function heldMicros({ axis, lost }: LanePicturesInput, tracks: readonly number[]): number {
  let sum = 0;
  for (const { track, from, to } of lost)
    if (tracks.includes(track)) sum += Math.max(0, Math.min(axis.to, to) - Math.max(axis.from, from));
  return sum;
}

/** Share of the time that the log covers in which the slots of a track were busy; NaN unknown. */
function busyShareOf(
  input: LanePicturesInput,
  index: number,
  { slots }: Track,
  { busy, lastColumn, timed }: PlanTotals,
  held: number,
): number {
  const { snapshot, axis } = input;
  const { now, from: begun, inference } = snapshot;
  const first = axis.from + knownFromOf(input) * axis.microsPerColumn;
  const covered = Math.min(axis.to, now) - Math.max(first, Number.isFinite(begun) ? begun : first);
  const hasRequests = lastColumn[index] > Number.NEGATIVE_INFINITY;
  // With an unknown number of slots there is no share.
  const isTimed = timed[index] === 1 || (!hasRequests && inference.service.method !== 'unknown');
  const isKnown = isTimed && mostSlots(inference) !== null;
  const micros = busy[index] * axis.microsPerColumn + held;
  return isKnown && covered > 0 ? Math.min(1, micros / (covered * slots)) : Number.NaN;
}

/** Mean requests in flight of a track's workers in the past; null without a past. */
function pastOf({ past }: LanePicturesInput, { lives }: Track): Float64Array | null {
  if (!past) return null;
  let sum: Float64Array | null = null;
  for (const life of lives) {
    const own = past.ofWorker(life.worker);
    if (own) sum = sum ? sum.map((value, column) => value + own[column]) : own;
  }
  return sum;
}
