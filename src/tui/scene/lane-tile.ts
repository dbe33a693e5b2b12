/** The lanes of a few columns: one pass over the requests that reach into them. */
import { CellHues } from './cell-hues.ts';
import type { Colouring } from './hues.ts';
import { drawBar, INFERRED, type Raster, TURN } from './lane-raster.ts';
import { Levels } from './levels.ts';
import { TILE } from './tile-cache.ts';
import type { TileInput } from './tile-input.ts';
import { type Tracks, trackOfRow } from './tracks.ts';

/** Eighths of a tile. */
const EIGHTHS = TILE * 8;

/** Row after row, as the raster numbers them; `TILE` columns each. */
export interface LaneTile {
  /** Bar rows: eighths. */
  readonly ink: Uint16Array;
  /** Share rows: mean requests in flight of those that pass; and of all, null without a filter. */
  readonly level: Float64Array;
  readonly behind: Float64Array | null;
  /** Share rows: the greatest level of all within an eighth of the column. */
  readonly peak: Float64Array;
  /** Share rows: requests that ended, and the hue that decides, -1 none. */
  readonly ends: Float64Array;
  readonly hue: Int16Array;
  /** Plans: mean slots busy. */
  readonly busy: Float64Array;
  /** Per plan: last end, columns since 1970, and whether any request has a duration. */
  readonly lastColumn: Float64Array;
  readonly timed: Uint8Array;
  /** Per column: hues that occur, one bit each. */
  readonly hues: Uint32Array;
  /** Greatest half-width of what is not known, columns. */
  readonly mostSlack: number;
  /** Longest of the requests that pass, columns. */
  readonly longest: number;
}

export interface LaneTileInput extends TileInput {
  readonly tracks: Tracks;
  readonly raster: Raster;
  readonly colouring: Colouring;
  readonly startsInferred: boolean;
}

export function laneTile(firstColumn: number, input: LaneTileInput): LaneTile {
  const { snapshot, passes, tracks, raster, colouring, microsPerColumn } = input;
  const { requests, placement } = snapshot;
  const { start, end, uncertainty, slot, turn } = placement;
  const { plans, planOfTrack, barRows, shareRows } = raster;
  const origin = firstColumn * microsPerColumn;
  const perMicro = 1 / microsPerColumn;
  const { rows, count } = input.rowsIn(origin, origin + TILE * microsPerColumn);
  input.budget.rows -= count;

  const ink = new Uint16Array(barRows * EIGHTHS);
  const shares = new Levels(shareRows, EIGHTHS);
  const all = passes ? new Levels(shareRows, EIGHTHS) : null;
  const busy = new Levels(plans.length, TILE);
  const ends = new Float64Array(shareRows * TILE);
  const cells = new CellHues(shareRows * TILE, colouring);
  const lastColumn = new Float64Array(plans.length).fill(Number.NEGATIVE_INFINITY);
  const timed = new Uint8Array(plans.length);
  const hues = new Uint32Array(TILE);
  let mostSlack = 0;
  let longest = 0;
  /** Requests that do not pass are drawn behind the others, in the hue after the last of the legend. */
  const behindHue = colouring.legend.length;

  const draw = (row: number, isBehind: boolean) => {
    const track = trackOfRow(tracks, requests, row);
    const index = track < 0 ? -1 : planOfTrack[track];
    if (index < 0) return;
    const plan = plans[index];
    const stop = end[row] === end[row] ? end[row] : start[row];
    const to = (stop - origin) * perMicro;
    const from = start[row] === start[row] ? (start[row] - origin) * perMicro : to;
    const slack = uncertainty[row] * perMicro;
    const lane = plan.firstRow + Math.min(plan.plan.form === 'slots' ? Math.max(0, slot[row]) : 0, plan.rows - 1);
    const hue = isBehind ? behindHue : colouring.of(row);
    if (plan.asBars) {
      const flags = (turn[row] ? TURN : 0) | (input.startsInferred || start[row] !== start[row] ? INFERRED : 0);
      drawBar(ink, lane * EIGHTHS, EIGHTHS, { from: from * 8, to: to * 8, slack: slack * 8 }, hue, flags);
    } else all?.add(lane, from * 8, to * 8);
    if (isBehind) return;
    if (slack > mostSlack) mostSlack = slack;
    if (to + firstColumn > lastColumn[index]) lastColumn[index] = to + firstColumn;
    if (to > from) {
      if (to - from > longest) longest = to - from;
      timed[index] = 1;
      busy.add(index, from, to);
    }
    const first = Math.max(0, Math.floor(from));
    const last = Math.min(TILE - 1, Math.floor(Math.max(from, to)));
    for (let column = first; column <= last; column++) hues[column] |= 1 << hue;
    if (plan.asBars) return;
    shares.add(lane, from * 8, to * 8);
    const ended = Math.floor(to);
    if (ended >= 0 && ended < TILE) ends[lane * TILE + ended]++;
    for (let column = first; column <= last; column++) {
      cells.add(lane * TILE + column, hue, Math.min(to, column + 1) - Math.max(from, column));
    }
  };
  if (passes) for (let i = 0; i < count; i++) if (!passes(rows[i])) draw(rows[i], true);
  for (let i = 0; i < count; i++) if (!passes || passes(rows[i])) draw(rows[i], false);
  const passing = byColumn(shares.values());
  const both = all ? byColumn(all.values()) : null;
  return {
    ink,
    level: passing.means,
    behind: both?.means ?? null,
    peak: (both ?? passing).peaks,
    ends,
    hue: cells.decided(),
    busy: busy.values(),
    lastColumn,
    timed,
    hues,
    mostSlack,
    longest,
  };
}

/** From eighths to columns. */
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
