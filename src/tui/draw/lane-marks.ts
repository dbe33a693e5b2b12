/**
 * Marks on a lane: where the server logged that a worker began, ended or was killed, or where the lines show that another worker took its
 * place.
 */
import type { LifecycleEvent } from '../../core/lifecycle.ts';
import type { Canvas } from '../canvas.ts';
import type { Glyphs } from '../glyphs.ts';
import type { View } from '../panel.ts';
import type { Track } from '../scene/tracks.ts';
import { columnOf } from '../time-axis.ts';

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

/** Rank of events in the same cell; the higher one is drawn, so that a failure is never hidden by an ordinary boot. */
const weight: Readonly<Partial<Record<LifecycleEvent['kind'], number>>> = {
  timeout: 3,
  killed: 3,
  error: 2,
  recycle: 1,
};

const severityOf = (rank: number) => (rank >= 2 ? 'critical' : rank === 1 ? 'warning' : 'info');

export function drawLifecycleMarks(view: View, canvas: Canvas, track: Track, left: number): void {
  const { snapshot, scene, theme, glyphs } = view;
  drawSuccessors(view, canvas, track, left);
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
    canvas.put(left + column, 0, glyph, theme.severity(severityOf(rank)).badge);
  }
}

/** Least cells per mark on average: denser marks would hide the bars of workers that live for a few requests only. */
const CELLS_EACH = 16;

/** Marks where another worker takes over; the log does not say why, so this is not one of the server's events. */
function drawSuccessors(
  { scene: { axis }, theme, glyphs }: View,
  canvas: Canvas,
  { lives }: Track,
  left: number,
): void {
  const columns: number[] = [];
  for (let k = 1; k < lives.length; k++) {
    const column = Math.floor(columnOf(axis, lives[k].from));
    if (column >= 0 && column < axis.columns) columns.push(column);
  }
  if (columns.length * CELLS_EACH > axis.columns) return;
  for (const column of columns) canvas.put(left + column, 0, glyphs.recycle, theme.severity('info').text);
}
