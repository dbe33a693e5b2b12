/**
 * Lanes as a raster of eighths of a cell: every text row of a lane holds, for each eighth, which request ran there.
 * Where requests are too short to be told apart, a cell holds the share of its time that the lane was busy instead.
 */
import type { Tracks } from './tracks.ts';

/** How a track is drawn: one text row per slot, or the requests in flight as a height over all its rows. */
export type TrackForm = 'slots' | 'height';

export interface TrackPlan {
  readonly track: number;
  /** Tracks that share the lane, the first of them `track`; missing: it has a lane of its own. */
  readonly shared?: readonly number[];
  readonly form: TrackForm;
  /** Rows of the raster: one per slot, or what a height is drawn over. */
  readonly rows: number;
  /** Text rows that each row of slots is drawn in. */
  readonly thick: number;
}

/** One eighth of a cell: 0 idle, else 1 + hue × 16 + flags. */
export const TURN = 1;
export const UNCERTAIN = 2;
export const INFERRED = 4;
/** Beyond the best estimate, within what is not known: perhaps nothing ran there. */
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
  /** Per column: mean requests in flight, or requests that ended where nothing has a duration. */
  readonly level: Float64Array;
  /** The same of all requests, those that do not pass the filter too; null without a filter. */
  readonly behind: Float64Array | null;
  /** What a full cell is. */
  readonly full: number;
  /** Per column: hue of the request that decides the colour, -1 none. */
  readonly hue: Int16Array;
}

export interface TrackPicture {
  readonly plan: TrackPlan;
  /** One per text row for slots, a single one for a height. */
  readonly rows: readonly (BarRow | ShareRow)[];
  /** Column from which on it is known what ran. */
  readonly knownFrom: number;
  /** Column of the last end that is known, -Infinity none. */
  readonly lastColumn: number;
  /** Share of the axis that its slots were busy; NaN when durations are unknown. */
  readonly busyShare: number;
  /** Most requests in flight at once, as a mean over an eighth of a cell; NaN for bars. */
  readonly peak: number;
}

export interface RasterPlan {
  readonly plan: TrackPlan;
  readonly asBars: boolean;
  /** Place of its first row among the rows of all plans that are drawn like it, and how many it has. */
  readonly firstRow: number;
  readonly rows: number;
}

/** How all tracks of a picture are rastered. */
export interface Raster {
  readonly plans: readonly RasterPlan[];
  /** Plan of each track, -1 none. */
  readonly planOfTrack: Int32Array;
  /** Of each plan: its first row, the last slot that has a row of its own, and whether it is drawn as bars. */
  readonly firstRows: Int32Array;
  readonly lastSlots: Int32Array;
  readonly asBars: Uint8Array;
  readonly barRows: number;
  readonly shareRows: number;
  /** What lanes are drawn as that are neither far more nor far less crowded than their neighbours. */
  readonly commonAsBars: boolean;
  /** The same for rasters that draw everything alike. */
  readonly key: string;
}

/** Above this many requests per cell and slot, bars would hide more than they show; below the other they are bars again. */
const CROWDED = 0.9;
const ROOMY = 0.7;
/** Lanes beside each other look alike, unless one is so many times more, or less, crowded than that. */
const FAR = 3;

export interface RasterInput {
  readonly plans: readonly TrackPlan[];
  readonly tracks: Tracks;
  readonly columns: number;
  /** Requests on each track that the picture shows, roughly. */
  readonly crowd: Float64Array;
  /** Of the past only sums are left, so that whole lanes are drawn as shares. */
  readonly hasPast: boolean;
  /** The raster of the picture before, so that a lane at the border does not change its looks with every picture. */
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

/** Draws a bar into eighths [at, at + length) of a raster; `from` and `to` count from `at`. */
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
  // What is not known to half a cell is shown as not known.
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
