/**
 * Lanes as a raster of eighths of a cell: each text row of a lane holds, per eighth, which request ran there. Where requests are too short
 * to be told apart, it holds per cell the share of time for which the lane was busy.
 */
import type { Tracks } from './tracks.ts';

/** How a track is drawn: one text row per slot, or the requests in flight as a height over all its rows. */
export type TrackForm = 'slots' | 'height';

export interface TrackPlan {
  readonly track: number;
  /** Tracks that share the lane, the first of which is `track`; missing: it has a lane of its own. */
  readonly shared?: readonly number[];
  readonly form: TrackForm;
  /** Rows of the raster: one per slot, or the rows of a height. */
  readonly rows: number;
  /** Text rows per row of slots. */
  readonly thick: number;
}

/** One eighth of a cell: 0 idle, else 1 + hue × 16 + flags. */
export const TURN = 1;
export const UNCERTAIN = 2;
export const INFERRED = 4;
/** Outside of the best estimate but within its uncertainty: perhaps nothing ran there. */
export const PERHAPS = 8;
export const inkOf = (hue: number, flags: number): number => 1 + hue * 16 + flags;
export const hueOfInk = (ink: number): number => (ink - 1) >> 4;
export const flagsOfInk = (ink: number): number => (ink - 1) & 15;

export interface BarRow {
  readonly kind: 'bars';
  /** columns × 8 */
  readonly ink: Uint16Array;
}

export interface ShareRow {
  readonly kind: 'share';
  /** Per column: mean requests in flight; or requests that ended, if nothing has a duration. */
  readonly level: Float64Array;
  /** The same for all requests, whether they pass the filter or not; null without a filter. */
  readonly behind: Float64Array | null;
  /** The level of a full cell. */
  readonly full: number;
  /** Per column: the hue that decides its colour; -1 none. */
  readonly hue: Int16Array;
}

export interface TrackPicture {
  readonly plan: TrackPlan;
  /** One row per slot, or a single one for a height. */
  readonly rows: readonly (BarRow | ShareRow)[];
  /** First column from which it is known what ran. */
  readonly knownFrom: number;
  /** Column of the last known end; -Infinity: none. */
  readonly lastColumn: number;
  /** Share of the axis for which its slots were busy; NaN if durations are unknown. */
  readonly busyShare: number;
  /** Most requests in flight at once, as the mean over an eighth of a cell; NaN for bars. */
  readonly peak: number;
}

export interface RasterPlan {
  readonly plan: TrackPlan;
  readonly asBars: boolean;
  /** Index of its first row among all bar rows or all share rows (depending on `asBars`), and its number of rows. */
  readonly firstRow: number;
  readonly rows: number;
}

/** How all tracks of a picture are rastered. */
export interface Raster {
  readonly plans: readonly RasterPlan[];
  /** Index of the plan of each track; -1 none. */
  readonly planOfTrack: Int32Array;
  /** Per plan: its first row, the last slot with a row of its own, and whether it is drawn as bars. */
  readonly firstRows: Int32Array;
  readonly lastSlots: Int32Array;
  readonly asBars: Uint8Array;
  readonly barRows: number;
  readonly shareRows: number;
  /** Whether lanes of ordinary crowdedness are drawn as bars. */
  readonly commonAsBars: boolean;
  /** Equal for rasters that draw everything in the same way. */
  readonly key: string;
}

/** Requests per cell and slot: above CROWDED bars would hide more than they show; below ROOMY they are used again. */
const CROWDED = 0.9;
const ROOMY = 0.7;
/** Lanes are drawn like their neighbours unless they are more, or less, crowded by this factor. */
const FAR = 3;

export interface RasterInput {
  readonly plans: readonly TrackPlan[];
  readonly tracks: Tracks;
  readonly columns: number;
  /** Approximate number of requests on each track in the picture. */
  readonly crowd: Float64Array;
  /** true: for the past there are only sums, so lanes are drawn as shares. */
  readonly hasPast: boolean;
  /** The previous raster, so that a lane near the threshold does not change its look with every picture. */
  readonly before: Raster | null;
}

export function rasterFor({ plans, tracks, columns, crowd, hasPast, before }: RasterInput): Raster {
  const planOfTrack = new Int32Array(tracks.list.length).fill(-1);
  const counts = { bars: 0, share: 0 };
  const slots = plans.filter(({ form }) => form === 'slots');
  const cells = columns * slots.reduce((sum, plan) => sum + plan.rows, 0);
  const requests = slots.reduce((sum, { track }) => sum + crowd[track], 0);
  const commonAsBars = requests <= cells * (before && !before.commonAsBars ? ROOMY : CROWDED);
  const fitsBars = ({ track, rows }: TrackPlan): boolean => {
    const perCell = crowd[track] / (columns * rows);
    const wasBars = before?.plans.find((one) => one.plan.track === track)?.asBars ?? commonAsBars;
    if (perCell > FAR * (wasBars ? CROWDED : ROOMY)) return false;
    return perCell * FAR < (wasBars ? CROWDED : ROOMY) || commonAsBars;
  };
  const rastered = plans.map((plan, index): RasterPlan => {
    for (const track of plan.shared ?? [plan.track]) planOfTrack[track] = index;
    const asBars = plan.form === 'slots' && !hasPast && fitsBars(plan);
    const rows = plan.form === 'slots' ? plan.rows : 1;
    const kind = asBars ? 'bars' : 'share';
    const firstRow = counts[kind];
    counts[kind] += rows;
    return { plan, asBars, firstRow, rows };
  });
  const key = rastered
    .map(({ plan, asBars, rows }) => `${plan.shared ?? plan.track}${asBars ? 'b' : 's'}${rows}`)
    .join(' ');
  return {
    plans: rastered,
    planOfTrack,
    firstRows: new Int32Array(rastered.map(({ firstRow }) => firstRow)),
    lastSlots: new Int32Array(rastered.map(({ rows }) => rows - 1)),
    asBars: new Uint8Array(rastered.map(({ asBars }) => Number(asBars))),
    barRows: counts.bars,
    shareRows: counts.share,
    commonAsBars,
    key,
  };
}

/** Draws a bar into eighths [at, at + length) of a raster; `from`, `to` and `slack` are in eighths, counted from `at`. */
export function drawBar(
  ink: Uint16Array,
  at: number,
  length: number,
  { from, to, slack }: { from: number; to: number; slack: number },
  hue: number,
  flags: number,
): void {
  const left = Math.max(0, Math.round(from));
  const right = Math.min(length, Math.max(Math.round(to), Math.round(from) + 1));
  const sure = inkOf(hue, flags);
  if (right > left) ink.fill(sure, at + left, at + right);
  // Uncertainty below half a cell is not shown.
  if (!(slack >= 4)) return;
  const paint = (a: number, b: number, unsure: number, over: number) => {
    const stop = Math.min(length, Math.round(b));
    for (let x = Math.max(0, Math.round(a)); x < stop; x++) {
      const before = ink[at + x];
      if (before === over || (before > 0 && (flagsOfInk(before) & PERHAPS) !== 0)) ink[at + x] = unsure;
    }
  };
  const inside = inkOf(hue, flags | UNCERTAIN);
  const outside = inkOf(hue, flags | UNCERTAIN | PERHAPS);
  paint(from, Math.min(from + slack, to), inside, sure);
  paint(Math.max(to - slack, from), to, inside, sure);
  paint(from - slack, from, outside, 0);
  paint(to, to + slack, outside, 0);
}
