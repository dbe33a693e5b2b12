/** Names on bars that are wide enough for them: which route a request asked for, and how long it took. */
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

/** A bar of fewer cells has no name. */
const LEAST_CELLS = 5;

/** Rows of requests whose bars are that wide, by track. */
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

/** The stretch of cells around the middle of a bar that nothing else shares, [from, to); empty where there is none. */
function ownCells({ ink }: BarRow, from: number, to: number): [number, number] {
  const looksOf = (x: number) => (ink[x] === 0 ? -1 : hueOfInk(ink[x]) * 2 + (flagsOfInk(ink[x]) & TURN));
  // What is certain of a request and what is not are the same request.
  const isWhole = (column: number) => {
    for (let x = column * 8 + 1; x < column * 8 + 8; x++) if (looksOf(x) !== looksOf(column * 8)) return false;
    return ink[column * 8] !== 0;
  };
  const middle = Math.floor((from + to) / 2);
  if (middle < 0 || middle * 8 >= ink.length || !isWhole(middle)) return [middle, middle];
  const looks = looksOf(middle * 8);
  let first = middle;
  while (first > Math.max(0, Math.ceil(from)) && isWhole(first - 1) && looksOf((first - 1) * 8) === looks) first--;
  let last = middle + 1;
  while (last < Math.min(ink.length / 8, Math.floor(to)) && isWhole(last) && looksOf(last * 8) === looks) last++;
  return [first, last];
}

/** Draws the names of the requests of one text row, a bar's first one. */
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
    const [first, last] = ownCells(bar, from, to);
    const room = last - first - 1;
    if (room < LEAST_CELLS - 1) continue;
    const ink = bar.ink[first * 8];
    if (hueOfInk(ink) >= hues.legend.length) continue;
    const name = names.routes.text(requests.route[row]).replace(/^GET /, '');
    // How long an uncertain bar took is not told to the hundredth by its looks.
    const timed =
      room < name.length + 3 || flagsOfInk(ink) & UNCERTAIN
        ? name
        : `${name} ${shortDuration(placement.end[row] - placement.start[row])}`;
    const text = timed === name || cellWidth(timed) <= room ? timed : name;
    const indent = Math.max(0, Math.floor((last - first - cellWidth(text)) / 2));
    canvas.text(x + first + indent, y, text, painter.labelOn(ink), room);
  }
}
