/** The lanes: a row per worker, time to the right, each request a bar from its start to its end. */
import { printable } from '../../core/text.ts';
import { filterTerm } from '../../engine/filter.ts';
import { rowAtCursor } from '../bar-at-cursor.ts';
import type { Canvas } from '../canvas.ts';
import { drawBarLabels, wideBars } from '../draw/bar-labels.ts';
import { gutterOf } from '../draw/gutter.ts';
import { LanePainter } from '../draw/lane-cells.ts';
import { drawLifecycleMarks } from '../draw/lane-marks.ts';
import { drawLaneTitle } from '../draw/lane-title.ts';
import { selectedLine } from '../draw/list.ts';
import { drawCursor } from '../draw/strip.ts';
import { shortCount, shortPercent } from '../numbers.ts';
import { definePanel, type View } from '../panel.ts';
import type { Hues } from '../scene/hues.ts';
import type { TrackPicture } from '../scene/lane-raster.ts';
import { planLanes } from '../scene/plan-lanes.ts';
import { roughlyAtOnce } from '../scene/pool-series.ts';
import { joined, type Track } from '../scene/tracks.ts';
import type { StyleId } from '../style.ts';
import { columnOf, type TimeAxis } from '../time-axis.ts';
import { clip } from '../width.ts';
import { begunColumn } from './pool.ts';

export default definePanel({
  id: 'lanes',
  title: 'Lanes',
  place: 'fixed',
  count: (view) => view.scene.tracks().list.length,
  open(view, line) {
    const row = rowAtCursor(view, line);
    const { requests } = view.scene.stats().source;
    if (row !== undefined) return { type: 'request', source: requests.source[row], offset: requests.offset[row] };
    const track = view.scene.tracks().list[line];
    const life = track?.lives.at(-1);
    const term = life ? filterTerm('worker', life.name) : null;
    return term === null ? null : { type: 'filter', text: term };
  },
  draw(view, canvas) {
    const { left, right } = gutterOf(canvas.columns);
    const plan = planLanes(view, canvas.rows - 1);
    const lanes = view.scene.lanes(view.scene.isTimeless ? [] : plan.plans);
    drawLaneTitle(view, canvas, lanes, plan);
    if (view.scene.isTimeless) {
      canvas.text(1, 1, 'The lines carry no time: nothing to draw here. Live, their arrival counts.', view.theme.quiet);
      return;
    }
    const { pictures, hues } = lanes;
    const tracks = view.scene.tracks();
    const pen: Pen = {
      painter: new LanePainter(view.theme, view.glyphs, hues, view.ui.colourBy),
      hues,
      alive: new Uint8Array(view.scene.axis.columns),
      left,
      right,
    };
    const wide = wideBars(view, lanes);
    let y = 1;
    const drawn = pictures.map((picture, index) => {
      const heading = plan.headings[index];
      if (heading !== null) {
        canvas.text(0, y, clip(printable(heading), canvas.columns), view.theme.strong);
        y++;
      }
      const { track: first, shared, rows, thick } = picture.plan;
      const region = canvas.region(0, y, canvas.columns, rows * thick);
      const track = shared ? joined(tracks, shared) : tracks.list[first];
      drawTrack(view, region, pen, picture, track, wide.get(first) ?? []);
      y += rows * thick;
      return { region, track };
    });
    drawCursor(view, canvas.region(0, 1, canvas.columns, canvas.rows - 1), left);
    // Drawn over the cursor: it is often placed on a moment that a finding points to, and must not hide what happened there.
    for (const { region, track } of drawn) drawLifecycleMarks(view, region, track, left);
  },
});

/** What all tracks of a picture are drawn with. */
interface Pen {
  readonly painter: LanePainter;
  readonly hues: Hues;
  /** 1 in columns in which a worker of the current track lives. */
  readonly alive: Uint8Array;
  /** Cells to the left and right of the lanes. */
  readonly left: number;
  readonly right: number;
}

/** How the name and the edges of a track are drawn. */
interface TrackLook {
  readonly name: string;
  /** Styles of the name, and (below) of the numbers of further slots. */
  readonly style: StyleId;
  readonly quietStyle: StyleId;
  /** Column from which nothing is logged yet. */
  readonly notYet: number;
  /** Rows of requests whose bars are wide enough for a label. */
  readonly named: readonly number[];
}

function drawTrack(
  view: View,
  canvas: Canvas,
  pen: Pen,
  picture: TrackPicture,
  track: Track,
  named: readonly number[],
): void {
  const { theme, scene, snapshot, ui, isFocused } = view;
  const { axis } = scene;
  const { track: index, shared } = picture.plan;
  const life = track.lives.findLast((one) => one.from <= axis.to) ?? track.lives.at(-1);
  const isSelected = isFocused && (shared ?? [index]).includes(selectedLine(view, 'lanes', scene.tracks().list.length));
  pen.painter.shaded = index % 2 === 1;
  markAlive(pen.alive, track, axis, begunColumn(view), picture.knownFrom);
  const look: TrackLook = {
    name: shared ? `+${shared.length} calmer` : life ? life.label : 'requests',
    style: isSelected ? theme.selected : theme.text,
    quietStyle: isSelected ? theme.selected : theme.quiet,
    notYet: snapshot.live && ui.edge === null ? picture.lastColumn : Number.POSITIVE_INFINITY,
    named,
  };
  if (picture.plan.form === 'height') drawHeights(view, canvas, pen, picture, look);
  else drawSlots(view, canvas, pen, picture, look, life !== undefined);
  if (pen.right > 0 && isExamined(view))
    canvas.textRight(canvas.columns, 0, shortPercent(picture.busyShare), busyStyle(view, picture.busyShare), pen.right);
  if (!shared) drawLost(view, canvas, index, pen.left);
}

/** Before an examination bare stamps put more requests side by side than ran at once, and the number of slots is unknown. */
const isExamined = ({ snapshot }: View): boolean => snapshot.summary.requests.total > 0;

/** Draws the number of requests in flight as a curve. */
function drawHeights(view: View, canvas: Canvas, pen: Pen, picture: TrackPicture, look: TrackLook): void {
  const { theme } = view;
  const { name, style, notYet } = look;
  const { painter, alive, left } = pen;
  const row = picture.rows[0];
  if (row.kind === 'share') painter.shares(canvas, left, 0, canvas.rows, row, alive, notYet);
  drawLabel(canvas, name, 0, left, style);
  if (row.kind === 'share' && canvas.rows > 1 && isExamined(view) && Number.isFinite(picture.peak)) {
    canvas.text(
      0,
      1,
      `peak ${roughlyAtOnce(view.snapshot)}${shortCount(Math.round(picture.peak))}${limitText(view)}`,
      theme.quiet,
      left - 1,
    );
  }
}

/** Draws one row of bars, or several, for each slot. */
function drawSlots(
  view: View,
  canvas: Canvas,
  { painter, hues, alive, left }: Pen,
  { plan, rows }: TrackPicture,
  look: TrackLook,
  isWorker: boolean,
): void {
  const { name, notYet, named } = look;
  const { slot: slotOf } = view.snapshot.placement;
  // The last of several rows stays blank, as a gap between lanes.
  const bar = Math.max(1, plan.thick - 1);
  rows.forEach((row, slot) => {
    const y = slot * plan.thick;
    if (row.kind === 'share') painter.shares(canvas, left, y, bar, row, alive, notYet);
    else {
      for (let i = 0; i < bar; i++) painter.bars(canvas, left, y + i, row, alive, notYet);
      const ofSlot = rows.length === 1 ? named : named.filter((one) => Math.max(0, slotOf[one]) === slot);
      drawBarLabels(view, canvas, painter, row, hues, ofSlot, left, y);
    }
    const further = isWorker ? `  ·${slot + 1}` : `slot ${slot + 1}`;
    const label = rows.length === 1 || (slot === 0 && isWorker) ? name : further;
    drawLabel(canvas, label, y, left, slot === 0 ? look.style : look.quietStyle);
  });
}

/**
 * Sets 1 in the columns in which a worker of the track lives and from which on it is known what ran. One that was there before the log is
 * drawn from the log's first column (`begun`) on.
 */
function markAlive(alive: Uint8Array, { lives }: Track, axis: TimeAxis, begun: number, knownFrom: number): void {
  alive.fill(lives.length === 0 ? 1 : 0);
  const clamped = (column: number) => Math.max(0, Math.min(axis.columns, column));
  for (const { from, to } of lives) {
    const first = Number.isFinite(from) ? clamped(Math.ceil(columnOf(axis, from)) - 1) : begun;
    alive.fill(1, first, clamped(Math.floor(columnOf(axis, to)) + 1));
  }
  alive.fill(0, 0, knownFrom);
}

const limitText = ({ snapshot }: View): string => {
  const { threads } = snapshot.inference;
  return snapshot.inference.unbounded || threads.value === null ? '' : `/${threads.value}`;
};

function drawLost({ scene, theme, glyphs }: View, canvas: Canvas, track: number, left: number): void {
  const { axis } = scene;
  const style = theme.styles.of(theme.colours.serverError, theme.colours.track);
  for (const lost of scene.lost()) {
    if (lost.track !== track) continue;
    const from = Math.max(0, Math.ceil(columnOf(axis, lost.from)));
    const to = Math.min(axis.columns, Math.floor(columnOf(axis, lost.to)));
    for (let y = 0; y < Math.max(1, canvas.rows - 1); y++) canvas.fill(left + from, y, to - from, glyphs.lost, style);
  }
}

function busyStyle({ theme }: View, share: number): StyleId {
  if (!Number.isFinite(share)) return theme.quiet;
  // Uses the rounded percentage that is shown beside it.
  const percent = Math.round(share * 100);
  return percent >= 95 ? theme.critical : percent >= 80 ? theme.warning : theme.text;
}

function drawLabel(canvas: Canvas, label: string, y: number, left: number, style: StyleId): void {
  canvas.fill(0, y, left - 1, ' ', style);
  canvas.text(0, y, printable(label), style, left - 1);
}
