/** The lanes of a few columns, from one pass over the requests that overlap them. */
import { CellHues } from './cell-hues.ts';
import type { Colouring } from './hues.ts';
import { drawBar, INFERRED, type Raster, TURN } from './lane-raster.ts';
import { Levels } from './levels.ts';
import type { TileInput } from './tile-input.ts';
import { TILE } from './tile-rows.ts';
import { type Tracks, trackOfRow } from './tracks.ts';

/** Eighths of a tile. */
const EIGHTHS = TILE * 8;

/** Arrays hold row after row, in the numbering of the raster, with `TILE` columns each. */
export interface LaneTile {
  /** Bar rows: ink per eighth. */
  readonly ink: Uint16Array;
  /** Share rows: mean requests in flight of those that pass; and (below) of all, null without a filter. */
  readonly level: Float64Array;
  readonly behind: Float64Array | null;
  /** Share rows: largest level of all requests within an eighth of the column. */
  readonly peak: Float64Array;
  /** Share rows: requests that ended, and (below) the deciding hue, -1 none. */
  readonly ends: Float64Array;
  readonly hue: Int16Array;
  /** Per plan and column: mean busy slots. */
  readonly busy: Float64Array;
  /** Per plan: column of the last end, counted from 1970, and (below) whether any request has a duration. */
  readonly lastColumn: Float64Array;
  readonly timed: Uint8Array;
  /** Per column: hues that occur, one bit each. */
  readonly hues: Uint32Array;
  /** Largest uncertainty (half-width) of a request, columns. */
  readonly mostSlack: number;
  /** Longest request that passes, columns. */
  readonly longest: number;
}

export interface LaneTileInput extends TileInput {
  readonly tracks: Tracks;
  readonly raster: Raster;
  readonly colouring: Colouring;
  readonly startsInferred: boolean;
}

export function laneTile(firstColumn: number, input: LaneTileInput): LaneTile {
  const { passes, placed } = input;
  placed.read(firstColumn, input);
  const places = placesOf(input);
  const passing = byColumn(sharesFrom(placed.firstPassing, input, places));
  const both = passes ? byColumn(sharesFrom(0, input, places)) : null;
  return {
    ink: barsOf(input, places),
    level: passing.means,
    behind: both?.means ?? null,
    peak: (both ?? passing).peaks,
    ...endsAndHues(input, places),
    ...plansOf(firstColumn, input, places),
  };
}

/** Where the requests of a tile are drawn; one value per request. */
interface Places {
  /** Plan; -1: its track is not on the screen. */
  readonly plan: Int32Array;
  /** Row of the raster among the bar rows, and (below) among the share rows; -1 none. */
  readonly bar: Int32Array;
  readonly share: Int32Array;
  readonly hue: Int32Array;
}

function placesOf({ placed, snapshot, tracks, raster, colouring }: LaneTileInput): Places {
  const { count, firstPassing, row } = placed;
  const { requests, placement } = snapshot;
  const { planOfTrack, firstRows, lastSlots, asBars } = raster;
  const { slot } = placement;
  const plan = new Int32Array(count).fill(-1);
  const bar = new Int32Array(count).fill(-1);
  const share = new Int32Array(count).fill(-1);
  const hue = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const track = trackOfRow(tracks, requests, row[i]);
    const index = track < 0 ? -1 : planOfTrack[track];
    if (index < 0) continue;
    plan[i] = index;
    const rows = asBars[index] ? bar : share;
    rows[i] = firstRows[index] + Math.min(lastSlots[index], Math.max(0, slot[row[i]]));
    // Requests that do not pass have the hue after the last of the legend.
    hue[i] = i < firstPassing ? colouring.legend.length : colouring.of(row[i]);
  }
  return { plan, bar, share, hue };
}

function barsOf({ placed, snapshot, raster, startsInferred }: LaneTileInput, { bar, hue }: Places): Uint16Array {
  const ink = new Uint16Array(raster.barRows * EIGHTHS);
  if (raster.barRows === 0) return ink;
  const { count, row, from, to, slack } = placed;
  const { start, turn } = snapshot.placement;
  for (let i = 0; i < count; i++) {
    if (bar[i] < 0) continue;
    const isInferred = startsInferred || Number.isNaN(start[row[i]]);
    const flags = (turn[row[i]] ? TURN : 0) | (isInferred ? INFERRED : 0);
    const eighths = { from: from[i] * 8, to: to[i] * 8, slack: slack[i] * 8 };
    drawBar(ink, bar[i] * EIGHTHS, EIGHTHS, eighths, hue[i], flags);
  }
  return ink;
}

/** Requests in flight per eighth, counting the requests from `first` on. */
function sharesFrom(first: number, { placed, raster }: LaneTileInput, { share }: Places): Float64Array {
  const shares = new Levels(raster.shareRows, EIGHTHS);
  const { count, from, to } = placed;
  shares.add({ row: share, from, to, first, count, scale: 8 });
  return shares.values();
}

/** For the requests that pass: in which cells they ended, and the hues of their cells. */
function endsAndHues(
  { placed, raster, colouring }: LaneTileInput,
  { plan, share, hue }: Places,
): Pick<LaneTile, 'ends' | 'hue' | 'hues'> {
  const { shareRows } = raster;
  const { count, firstPassing, from, to } = placed;
  const ends = new Float64Array(shareRows * TILE);
  const cells = new CellHues(shareRows * TILE, colouring);
  const hues = new Uint32Array(TILE);
  for (let i = firstPassing; i < count; i++) {
    if (plan[i] < 0) continue;
    const base = share[i] * TILE;
    const first = Math.max(0, Math.floor(from[i]));
    const last = Math.min(TILE - 1, Math.floor(Math.max(from[i], to[i])));
    for (let column = first; column <= last; column++) {
      hues[column] |= 1 << hue[i];
      if (base >= 0) cells.add(base + column, hue[i], Math.min(to[i], column + 1) - Math.max(from[i], column));
    }
    if (base >= 0 && to[i] >= 0 && to[i] < TILE) ends[base + Math.floor(to[i])]++;
  }
  return { ends, hue: cells.decided(), hues };
}

/** Totals per plan: busy times of the requests that pass, and of all requests up to when, and whether, it is known what ran. */
function plansOf(
  firstColumn: number,
  { placed, raster }: LaneTileInput,
  { plan }: Places,
): Pick<LaneTile, 'busy' | 'lastColumn' | 'timed' | 'mostSlack' | 'longest'> {
  const { length } = raster.plans;
  const { count, firstPassing, from, to, slack } = placed;
  const busy = new Levels(length, TILE);
  const lastColumn = new Float64Array(length).fill(Number.NEGATIVE_INFINITY);
  const timed = new Uint8Array(length);
  let mostSlack = 0;
  let longest = 0;
  for (let i = 0; i < count; i++) {
    const index = plan[i];
    if (index < 0) continue;
    if (to[i] + firstColumn > lastColumn[index]) lastColumn[index] = to[i] + firstColumn;
    if (to[i] > from[i]) timed[index] = 1;
    if (i < firstPassing) continue;
    if (slack[i] > mostSlack) mostSlack = slack[i];
    if (to[i] - from[i] > longest) longest = to[i] - from[i];
  }
  busy.add({ row: plan, from, to, first: firstPassing, count });
  return { busy: busy.values(), lastColumn, timed, mostSlack, longest };
}

/** Means and peaks per column from values per eighth. */
function byColumn(eighths: Float64Array): { means: Float64Array; peaks: Float64Array } {
  const means = new Float64Array(eighths.length / 8);
  const peaks = new Float64Array(eighths.length / 8);
  for (let column = 0, x = 0; column < means.length; column++) {
    let sum = 0;
    let peak = 0;
    for (const stop = x + 8; x < stop; x++) {
      sum += eighths[x];
      if (eighths[x] > peak) peak = eighths[x];
    }
    means[column] = sum / 8;
    peaks[column] = peak;
  }
  return { means, peaks };
}
