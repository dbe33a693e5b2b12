/**
 * Lanes as a raster of eighths of a cell: every text row of a lane holds, for each eighth, which request ran there.
 * Where requests are too short to be told apart, a cell holds the share of its time that the lane was busy instead.
 */
import type { Snapshot } from '../../core/snapshot.ts';
import type { TimeAxis } from '../time-axis.ts';
import type { Hues } from './hues.ts';
import { Level } from './level.ts';
import type { PastColumns } from './past-columns.ts';
import { type Tracks, trackOfRow } from './tracks.ts';
import type { VisibleRows } from './visible-rows.ts';

/** How a track is drawn: one text row per slot, or the requests in flight as a height over all its rows. */
export type TrackForm = 'slots' | 'height';

export interface TrackPlan {
  readonly track: number;
  readonly form: TrackForm;
  /** Rows of the raster: one per slot, or what a height is drawn over. */
  readonly rows: number;
  /** Text rows that each row of slots is drawn in. */
  readonly thick: number;
}

/** One eighth of a cell: 0 idle, else 1 + hue × 8 + flags. */
export const TURN = 1;
export const UNCERTAIN = 2;
export const INFERRED = 4;
export const inkOf = (hue: number, flags: number): number => 1 + hue * 8 + flags;
export const hueOfInk = (ink: number): number => (ink - 1) >> 3;
export const flagsOfInk = (ink: number): number => (ink - 1) & 7;

export interface BarRow {
  readonly kind: 'bars';
  /** columns × 8 */
  readonly ink: Uint16Array;
}

export interface ShareRow {
  readonly kind: 'share';
  /** Per column: mean requests in flight, or requests that ended where nothing has a duration. */
  readonly level: Float64Array;
  /** What a full cell is. */
  readonly full: number;
  /** Per column: hue of the request that decides the colour, -1 none. */
  readonly hue: Int16Array;
}

export interface TrackPicture {
  readonly plan: TrackPlan;
  /** One per text row for slots, a single one for a height. */
  readonly rows: readonly (BarRow | ShareRow)[];
  /** Column of the last end that is known, -Infinity none. */
  readonly lastColumn: number;
  /** Requests on it that the picture shows. */
  readonly requests: number;
  /** Share of the axis that its slots were busy; NaN when durations are unknown. */
  readonly busyShare: number;
  /** Most requests in flight at once, as a mean over an eighth of a cell; NaN for bars. */
  readonly peak: number;
}

/** Above this many requests per cell and slot, bars would hide more than they show. */
const CROWDED = 0.9;

export interface RasterInput {
  readonly snapshot: Snapshot;
  readonly visible: VisibleRows;
  readonly axis: TimeAxis;
  readonly tracks: Tracks;
  readonly plans: readonly TrackPlan[];
  readonly hues: Hues;
  readonly past: PastColumns | null;
}

/** A text row whose cells are shares of their time. */
class ShareBuilder {
  readonly level: Level;
  readonly hue: Int16Array;
  /** Requests that ended in each column: all there is to show where nothing has a duration. */
  readonly ends: Float64Array;
  readonly #strength: Float64Array;

  constructor(columns: number) {
    this.level = new Level(columns * 8);
    this.ends = new Float64Array(columns);
    this.hue = new Int16Array(columns).fill(-1);
    this.#strength = new Float64Array(columns);
  }

  /** A request from `from` to `to`, in eighths. */
  add(from: number, to: number, hue: number, weight: number): void {
    this.level.add(from, to);
    const first = Math.max(0, Math.floor(from / 8));
    const last = Math.min(this.hue.length - 1, Math.floor(Math.max(from, to) / 8));
    const end = Math.floor(to / 8);
    if (end >= 0 && end < this.ends.length) this.ends[end]++;
    for (let cell = first; cell <= last; cell++) {
      const filled = Math.min(to, cell * 8 + 8) - Math.max(from, cell * 8);
      const strength = weight * 1000 + filled;
      if (this.hue[cell] >= 0 && strength <= this.#strength[cell]) continue;
      this.hue[cell] = hue;
      this.#strength[cell] = strength;
    }
  }

  /** `past`: mean requests in flight in columns whose requests are no longer held. */
  row(full: (peak: number) => number, past: Float64Array | null): { row: ShareRow; peak: number } {
    const eighths = this.level.values();
    const level = new Float64Array(this.hue.length);
    let peak = 0;
    past?.forEach((value, column) => {
      level[column] += value;
      if (value > 0 && this.hue[column] < 0) this.hue[column] = 0;
      if (value > peak) peak = value;
    });
    for (let x = 0; x < eighths.length; x++) {
      if (eighths[x] > peak) peak = eighths[x];
      level[x >> 3] += eighths[x] / 8;
    }
    return { row: { kind: 'share', level, full: full(peak), hue: this.hue }, peak };
  }
}

interface Builder {
  readonly plan: TrackPlan;
  readonly bars: readonly Uint16Array[];
  readonly shares: readonly ShareBuilder[];
  /** Busy time in columns. */
  busyColumns: number;
  lastColumn: number;
  timed: boolean;
}

export function rasterise(input: RasterInput): TrackPicture[] {
  const { snapshot, visible, axis, tracks, plans, hues } = input;
  const { placement, inference } = snapshot;
  const { columns } = axis;
  const startsInferred = inference.service.method !== 'logged';
  const planOf = new Int32Array(tracks.list.length).fill(-1);
  plans.forEach((plan, index) => {
    planOf[plan.track] = index;
  });

  const counts = new Int32Array(plans.length);
  const planOfVisible = new Int32Array(visible.count);
  for (let i = 0; i < visible.count; i++) {
    const track = trackOfRow(tracks, snapshot.requests, visible.rows[i]);
    const plan = track < 0 ? -1 : planOf[track];
    planOfVisible[i] = plan;
    if (plan >= 0) counts[plan]++;
  }

  const builders = plans.map((plan, index): Builder => {
    // Of the past only sums are left, so the whole lane is drawn as shares.
    const crowded = input.past !== null || counts[index] > columns * plan.rows * CROWDED;
    const asBars = plan.form === 'slots' && !crowded;
    const rows = plan.form === 'slots' ? plan.rows : 1;
    return {
      plan,
      bars: asBars ? Array.from({ length: rows }, () => new Uint16Array(columns * 8)) : [],
      shares: asBars ? [] : Array.from({ length: rows }, () => new ShareBuilder(columns)),
      busyColumns: 0,
      lastColumn: Number.NEGATIVE_INFINITY,
      timed: false,
    };
  });

  const { from, to, slack } = visible;
  for (let i = 0; i < visible.count; i++) {
    if (planOfVisible[i] < 0) continue;
    const builder = builders[planOfVisible[i]];
    const row = visible.rows[i];
    const [first, last] = [from[i], to[i]];
    if (last > builder.lastColumn) builder.lastColumn = last;
    if (last > first) {
      builder.timed = true;
      builder.busyColumns += Math.max(0, Math.min(last, columns) - Math.max(first, 0));
    }
    const hue = hues.hue[i];
    const slot = builder.plan.form === 'slots' ? Math.max(0, placement.slot[row]) : 0;
    if (builder.bars.length > 0) {
      const start = placement.start[row];
      const flags = (placement.turn[row] ? TURN : 0) | (startsInferred || start !== start ? INFERRED : 0);
      const ink = builder.bars[Math.min(slot, builder.bars.length - 1)];
      drawBar(ink, first * 8, last * 8, slack[i] * 8, hue, flags);
    } else {
      builder.shares[Math.min(slot, builder.shares.length - 1)].add(first * 8, last * 8, hue, hues.weight[hue] ?? 0);
    }
  }
  return builders.map((builder, index) => pictureOf(builder, counts[index], input));
}

function drawBar(ink: Uint16Array, from: number, to: number, slack: number, hue: number, flags: number): void {
  const left = Math.max(0, Math.round(from));
  const right = Math.min(ink.length, Math.max(Math.round(to), Math.round(from) + 1));
  const sure = inkOf(hue, flags);
  for (let x = left; x < right; x++) ink[x] = sure;
  // What is not known to half a cell is shown as not known.
  if (!(slack >= 4)) return;
  const unsure = inkOf(hue, flags | UNCERTAIN);
  const paint = (a: number, b: number) => {
    const stop = Math.min(ink.length, Math.round(b));
    for (let x = Math.max(0, Math.round(a)); x < stop; x++) if (ink[x] === 0 || ink[x] === sure) ink[x] = unsure;
  };
  paint(from - slack, Math.min(from + slack, to));
  paint(Math.max(to - slack, from), to + slack);
}

function pictureOf(builder: Builder, requests: number, input: RasterInput): TrackPicture {
  const { axis, snapshot, tracks } = input;
  const { plan, bars, shares, lastColumn } = builder;
  const { slots } = tracks.list[plan.track];
  // Only the part of the axis that the log covers counts.
  const covered =
    Math.min(axis.to, snapshot.now) - Math.max(axis.from, Number.isFinite(snapshot.from) ? snapshot.from : axis.from);
  const knowsBusy = builder.timed || (requests === 0 && snapshot.inference.service.method !== 'unknown');
  const busyShare =
    knowsBusy && covered > 0
      ? Math.min(1, (builder.busyColumns * axis.microsPerColumn) / (covered * slots))
      : Number.NaN;
  if (bars.length > 0) {
    return {
      plan,
      rows: bars.map((ink) => ({ kind: 'bars', ink })),
      lastColumn,
      requests,
      busyShare,
      peak: Number.NaN,
    };
  }
  const threads = snapshot.inference.threads.value;
  const limit = plan.form === 'slots' ? 1 : snapshot.inference.unbounded ? null : threads;
  if (!builder.timed) {
    const most = Math.max(1, ...shares.map(({ ends }) => ends.reduce((a, b) => Math.max(a, b), 0)));
    const rows = shares.map(({ ends, hue }) => ({ kind: 'share' as const, level: ends, full: most, hue }));
    return { plan, rows, lastColumn, requests, busyShare, peak: Number.NaN };
  }
  const past = pastOf(input, plan.track);
  const built = shares.map((share) => share.row((peak) => limit ?? Math.max(1, peak), past));
  return {
    plan,
    rows: built.map(({ row }) => row),
    lastColumn,
    requests,
    busyShare,
    // Coarse stamps may put more side by side than there are slots; the worker cannot have.
    peak: Math.min(limit ?? Number.POSITIVE_INFINITY, Math.max(...built.map(({ peak }) => peak))),
  };
}

/** Mean requests in flight of a track's workers in the past; null without one. */
function pastOf({ past, tracks }: RasterInput, track: number): Float64Array | null {
  if (!past) return null;
  let sum: Float64Array | null = null;
  for (const life of tracks.list[track].lives) {
    const own = past.ofWorker(life.worker);
    if (own) sum = sum ? sum.map((value, column) => value + own[column]) : own;
  }
  return sum;
}
