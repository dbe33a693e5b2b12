/** The lanes: a row per worker, time to the right, each request a bar from its start to its end. */
import type { LifecycleEvent } from '../../core/lifecycle.ts';
import { printable } from '../../core/text.ts';
import type { Action } from '../action.ts';
import type { Canvas } from '../canvas.ts';
import { drawBarLabels, wideBars } from '../draw/bar-labels.ts';
import { gutterOf } from '../draw/gutter.ts';
import { LanePainter } from '../draw/lane-cells.ts';
import { drawCursor } from '../draw/strip.ts';
import type { Glyphs } from '../glyphs.ts';
import { shortCount, shortPercent } from '../numbers.ts';
import { definePanel, type View } from '../panel.ts';
import type { Hues } from '../scene/hues.ts';
import type { TrackPicture } from '../scene/lane-raster.ts';
import { type LanePlan, planLanes } from '../scene/plan-lanes.ts';
import type { LaneScene } from '../scene/scene.ts';
import { type Track, trackOfRow } from '../scene/tracks.ts';
import type { StyleId } from '../style.ts';
import { columnOf, type TimeAxis } from '../time-axis.ts';
import { clip } from '../width.ts';

const spanText = (seconds: number): string =>
  seconds >= 3600 ? `${seconds / 3600} h` : seconds >= 60 ? `${seconds / 60} min` : `${seconds} s`;

export default definePanel({
  id: 'lanes',
  title: 'Lanes',
  place: 'fixed',
  count: (view) => view.scene.tracks().list.length,
  open(view, line) {
    const request = requestUnderCursor(view, line);
    if (request) return request;
    const track = view.scene.tracks().list[line];
    const life = track?.lives.at(-1);
    return life ? { type: 'filter', text: `worker:${life.name}` } : null;
  },
  draw(view, canvas) {
    const { left, right } = gutterOf(canvas.columns);
    const plan = planLanes(view, canvas.rows - 1);
    const lanes = view.scene.lanes(view.scene.isTimeless ? [] : plan.plans);
    drawTitle(view, canvas, lanes, plan);
    if (view.scene.isTimeless) {
      canvas.text(
        1,
        1,
        'The lines carry no time, so there is nothing to draw; live, the time of their arrival is used.',
        view.theme.quiet,
      );
      return;
    }
    const { pictures, hues } = lanes;
    const tracks = view.scene.tracks();
    const painter = new LanePainter(view.theme, view.glyphs, hues, view.ui.colourBy);
    const wide = wideBars(view, lanes);
    let y = 1;
    pictures.forEach((picture, index) => {
      const heading = plan.headings[index];
      if (heading !== null) {
        canvas.text(0, y, clip(printable(heading), canvas.columns), view.theme.strong);
        y++;
      }
      const rows = picture.plan.rows * picture.plan.thick;
      drawTrack(
        view,
        canvas.region(0, y, canvas.columns, rows),
        painter,
        picture,
        tracks.list[picture.plan.track],
        { hues, named: wide.get(picture.plan.track) ?? [] },
        left,
        right,
      );
      y += rows;
    });
    if (plan.folded > 0 && y < canvas.rows) {
      canvas.text(0, y, `${plan.folded} calm ${plan.folded === 1 ? 'worker' : 'workers'} folded (z)`, view.theme.quiet);
    }
    drawCursor(view, canvas.region(0, 1, canvas.columns, canvas.rows - 1), left);
  },
});

/** The request that runs on a track at the cursor; null without a cursor or where the lane is idle. */
function requestUnderCursor({ ui, scene }: View, track: number): Action | null {
  if (ui.cursor === null) return null;
  const { rows, source } = scene.stats();
  const { requests } = source;
  const row = rows.find((one) => trackOfRow(scene.tracks(), requests, one) === track);
  return row === undefined ? null : { type: 'request', source: requests.source[row], offset: requests.offset[row] };
}

function drawTitle(view: View, canvas: Canvas, { hues, mostSlack }: LaneScene, { above, below }: LanePlan): void {
  const { theme, glyphs, ui, scene, isFocused, snapshot } = view;
  canvas.fill(0, 0, canvas.columns, glyphs.horizontal, theme.line);
  const more = [above > 0 ? `, ${above} more above` : '', below > 0 ? `, ${below} more below` : ''].join('');
  const what = scene.tracks().list.some((track) => track.lives.length > 0) ? 'Workers' : 'Requests';
  let x = canvas.text(1, 0, ` ${what} · ${spanText(ui.spanSeconds)}${more} `, isFocused ? theme.accent : theme.strong);
  const painter = new LanePainter(theme, glyphs, hues, ui.colourBy);
  const { shown } = hues;
  const entries: [symbol: string, label: string, style: StyleId][] = shown.map((hue) => {
    const { label, colour } = hues.legend[hue];
    const symbol = theme.mono ? painter.symbolOf(hue) || glyphs.logged : glyphs.logged;
    return [symbol, clip(label, 22), theme.styles.of(colour)];
  });
  if (scene.filter) {
    entries.push([theme.mono ? glyphs.lost : glyphs.logged, 'do not pass', theme.line]);
  }
  if (snapshot.inference.service.method === 'inferred') entries.push([glyphs.inferred, 'start inferred', theme.quiet]);
  // What is certain to half a cell looks certain.
  if (mostSlack >= 0.5) entries.push([glyphs.uncertain, 'uncertain', theme.quiet]);
  if (scene.lost().length > 0) entries.push([glyphs.lost, 'killed, never logged', theme.critical]);
  if (snapshot.live && ui.edge === null) entries.push([glyphs.notYet, 'not logged yet', theme.quiet]);
  const width = entries.reduce((sum, [, label]) => sum + label.length + 4, 0);
  x = Math.max(x + 1, canvas.columns - width - 1);
  for (const [symbol, label, style] of entries) {
    if (x + label.length + 3 >= canvas.columns) break;
    canvas.text(x, 0, ` ${symbol} `, style);
    canvas.text(x + 3, 0, `${label} `, theme.quiet);
    x += label.length + 4;
  }
}

function drawTrack(
  view: View,
  canvas: Canvas,
  painter: LanePainter,
  picture: TrackPicture,
  track: Track,
  { hues, named }: { hues: Hues; named: readonly number[] },
  left: number,
  right: number,
): void {
  const { theme, scene, snapshot, ui, isFocused } = view;
  const { axis } = scene;
  const index = picture.plan.track;
  const life = track.lives.findLast((one) => one.from <= axis.to) ?? track.lives.at(-1);
  const isSelected = isFocused && (ui.selected.lanes ?? 0) === index;
  painter.shaded = index % 2 === 1;
  const alive = aliveColumns(track, axis);
  const notYet = snapshot.live && ui.edge === null ? picture.lastColumn : Number.POSITIVE_INFINITY;
  const name = life ? life.label : 'requests';
  const rows = picture.plan.form === 'slots' ? picture.rows.length : 1;
  if (picture.plan.form === 'height') {
    const row = picture.rows[0];
    if (row.kind === 'share') painter.shares(canvas, left, 0, canvas.rows, row, alive, notYet);
    drawLabel(canvas, name, 0, left, isSelected ? theme.selected : theme.text);
    // Stamps that nobody has examined yet put more side by side than ran at once.
    const isExamined = snapshot.summary.requests.total > 0;
    if (row.kind === 'share' && canvas.rows > 1 && isExamined && Number.isFinite(picture.peak)) {
      canvas.text(0, 1, `peak ${shortCount(Math.round(picture.peak))}${limitText(view)}`, theme.quiet, left - 1);
    }
  } else {
    for (let slot = 0; slot < rows; slot++) {
      const { thick } = picture.plan;
      // The last of several rows stays blank: a gap between lanes.
      const bar = Math.max(1, thick - 1);
      const row = picture.rows[slot];
      if (row.kind === 'share') painter.shares(canvas, left, slot * thick, bar, row, alive, notYet);
      else {
        for (let i = 0; i < bar; i++) painter.bars(canvas, left, slot * thick + i, row, alive, notYet);
        const ofSlot = rows === 1 ? named : named.filter((one) => Math.max(0, snapshot.placement.slot[one]) === slot);
        drawBarLabels(view, canvas, painter, row, hues, ofSlot, left, slot * thick);
      }
      const label = rows === 1 ? name : slot === 0 && life ? name : life ? `  ·${slot + 1}` : `slot ${slot + 1}`;
      drawLabel(canvas, label, slot * thick, left, isSelected ? theme.selected : slot === 0 ? theme.text : theme.quiet);
    }
  }
  if (right > 0)
    canvas.textRight(canvas.columns, 0, shortPercent(picture.busyShare), busyStyle(view, picture.busyShare), right);
  drawLost(view, canvas, index, left);
  drawMarks(view, canvas, track, left);
}

/** 1 in the columns in which a worker of the track lives. */
function aliveColumns({ lives }: Track, axis: TimeAxis): Uint8Array {
  const alive = new Uint8Array(axis.columns);
  if (lives.length === 0) return alive.fill(1);
  const clamped = (column: number) => Math.max(0, Math.min(axis.columns, column));
  for (const { from, to } of lives) {
    alive.fill(1, clamped(Math.ceil(columnOf(axis, from)) - 1), clamped(Math.floor(columnOf(axis, to)) + 1));
  }
  return alive;
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
  // By the percentage that is shown beside it.
  const percent = Math.round(share * 100);
  return percent >= 95 ? theme.critical : percent >= 80 ? theme.warning : theme.text;
}

function drawLabel(canvas: Canvas, label: string, y: number, left: number, style: StyleId): void {
  canvas.text(0, y, ' '.repeat(left - 1), style);
  canvas.text(0, y, printable(label), style, left - 1);
}

const markOf = (event: LifecycleEvent, glyphs: Glyphs): string | null => {
  switch (event.kind) {
    case 'boot':
      return glyphs.boot;
    case 'exit':
      return glyphs.exit;
    case 'recycle':
      return glyphs.recycle;
    case 'timeout':
      return glyphs.timeout;
    case 'killed':
      return glyphs.killed;
    case 'error':
    case 'queue-full':
      return glyphs.other;
    default:
      return null;
  }
};

/** Kinds that cover others in the same cell: what went wrong is never hidden by an ordinary boot. */
const weight: Readonly<Partial<Record<LifecycleEvent['kind'], number>>> = {
  timeout: 3,
  killed: 3,
  error: 2,
  recycle: 1,
};

function drawMarks(view: View, canvas: Canvas, track: Track, left: number): void {
  const { snapshot, scene, theme, glyphs } = view;
  if (snapshot.lifecycle.length === 0) return;
  const names = new Set(track.lives.map((life) => life.name));
  const drawn = new Map<number, number>();
  for (const event of snapshot.lifecycle) {
    if (event.worker === null || !names.has(event.worker)) continue;
    const column = Math.floor(columnOf(scene.axis, event.time));
    const glyph = markOf(event, glyphs);
    const rank = weight[event.kind] ?? 0;
    if (glyph === null || !(column >= 0 && column < scene.axis.columns) || (drawn.get(column) ?? -1) > rank) continue;
    drawn.set(column, rank);
    canvas.put(
      left + column,
      0,
      glyph,
      rank >= 2
        ? theme.severity('critical').badge
        : rank === 1
          ? theme.severity('warning').badge
          : theme.severity('info').badge,
    );
  }
}
