/** Labels on bars that are wide enough: the route of the request, and how long it took. */
import type { Canvas } from '../canvas.ts';
import { shortDuration } from '../numbers.ts';
import type { View } from '../panel.ts';
import type { Hues } from '../scene/hues.ts';
import { type BarRow, flagsOfInk, hueOfInk, TURN, UNCERTAIN } from '../scene/lane-raster.ts';
import type { LaneScene } from '../scene/scene.ts';
import { trackOfRow } from '../scene/tracks.ts';
import { columnOf } from '../time-axis.ts';
import { cellWidth } from '../width.ts';
import type { LanePainter } from './lane-cells.ts';

/** Left out of labels. */
const USUAL_METHOD = 'GET ';

/** Shorter bars have no label. */
const LEAST_CELLS = 5;

/** Rows of requests with bars of at least that width, by track. */
export function wideBars(view: View, { pictures, longest }: LaneScene): Map<number, number[]> {
  const wide = new Map<number, number[]>();
  if (longest < LEAST_CELLS) return wide;
  const asBars = new Set(pictures.filter(({ rows }) => rows[0]?.kind === 'bars').map(({ plan }) => plan.track));
  if (asBars.size === 0) return wide;
  const { scene, snapshot } = view;
  const { start, end } = snapshot.placement;
  const least = LEAST_CELLS * scene.axis.microsPerColumn;
  const { rows, count } = scene.visible();
  for (let i = 0; i < count; i++) {
    const row = rows[i];
    if (!(end[row] - start[row] >= least)) continue;
    const track = trackOfRow(scene.tracks(), snapshot.requests, row);
    if (!asBars.has(track)) continue;
    const own = wide.get(track);
    if (own) own.push(row);
    else wide.set(track, [row]);
  }
  return wide;
}

/**
 * What one eighth of a cell looks like, as far as it distinguishes requests: certain and uncertain parts of a request count as equal. -1:
 * idle.
 */
const looksOf = (ink: Uint16Array, x: number): number =>
  ink[x] === 0 ? -1 : hueOfInk(ink[x]) * 2 + (flagsOfInk(ink[x]) & TURN);

/** true: a single request fills the whole cell. */
function isWhole(ink: Uint16Array, column: number): boolean {
  const looks = looksOf(ink, column * 8);
  for (let x = column * 8 + 1; x < column * 8 + 8; x++) if (looksOf(ink, x) !== looks) return false;
  return looks >= 0;
}

/** First cell of those around the middle of a bar that the request alone fills; -1: there are none. */
function firstOwnCell(ink: Uint16Array, from: number, middle: number): number {
  if (middle < 0 || middle * 8 >= ink.length || !isWhole(ink, middle)) return -1;
  const looks = looksOf(ink, middle * 8);
  const least = Math.max(0, Math.ceil(from));
  let first = middle;
  while (first > least && isWhole(ink, first - 1) && looksOf(ink, (first - 1) * 8) === looks) first--;
  return first;
}

/** End (exclusive) of those cells. */
function endOfOwnCells(ink: Uint16Array, middle: number, to: number): number {
  const looks = looksOf(ink, middle * 8);
  const most = Math.min(ink.length / 8, Math.floor(to));
  let end = middle + 1;
  while (end < most && isWhole(ink, end) && looksOf(ink, end * 8) === looks) end++;
  return end;
}

/** Draws the labels of the requests in the first text row of their bars. */
export function drawBarLabels(
  { snapshot, scene }: View,
  canvas: Canvas,
  painter: LanePainter,
  bar: BarRow,
  hues: Hues,
  rows: readonly number[],
  x: number,
  y: number,
): void {
  const { placement, requests, names } = snapshot;
  for (const row of rows) {
    const from = columnOf(scene.axis, placement.start[row]);
    const to = columnOf(scene.axis, placement.end[row]);
    const middle = Math.floor((from + to) / 2);
    const first = firstOwnCell(bar.ink, from, middle);
    if (first < 0) continue;
    const last = endOfOwnCells(bar.ink, middle, to);
    const room = last - first - 1;
    if (room < LEAST_CELLS - 1) continue;
    const ink = bar.ink[first * 8];
    if (hueOfInk(ink) >= hues.legend.length) continue;
    const route = names.routes.text(requests.route[row]);
    const name = route.startsWith(USUAL_METHOD) ? route.slice(USUAL_METHOD.length) : route;
    // An uncertain bar shows no duration, which would look too precise.
    const isTold = room >= name.length + 3 && !(flagsOfInk(ink) & UNCERTAIN);
    const timed = isTold ? `${name} ${shortDuration(placement.end[row] - placement.start[row])}` : name;
    const text = isTold && cellWidth(timed) > room ? name : timed;
    const indent = Math.max(0, Math.floor((last - first - cellWidth(text)) / 2));
    canvas.text(x + first + indent, y, text, painter.labelOn(ink), room);
  }
}
