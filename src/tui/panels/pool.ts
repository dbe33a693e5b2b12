/** The pool under the lanes, on the same time axis: busy slots against capacity, queue, rate with errors, quantiles. */
import type { Canvas } from '../canvas.ts';
import { drawChart } from '../draw/chart.ts';
import { gutterOf } from '../draw/gutter.ts';
import { shortDuration, shortNumber } from '../numbers.ts';
import { definePanel, type View } from '../panel.ts';
import type { Attributes, Colour, StyleId } from '../style.ts';
import { ticksOf } from '../time-axis.ts';

interface Strip {
  readonly label: string;
  /** The word after the label that says how the number is known. */
  readonly note: string;
  readonly values: Float64Array;
  /** Of all requests, where a filter shows some. */
  readonly behind?: Float64Array | null;
  readonly full: number;
  readonly style: (value: number, column: number, isOver: boolean) => StyleId;
  /** Shown at the right: the value at the cursor, or the greatest. */
  readonly value: string;
  /** Height it deserves when there is room: its share of the rows. */
  readonly weight: number;
}

const greatest = (values: Float64Array): number => {
  let most = Number.NaN;
  for (const value of values) if (!(value <= most)) most = value === value ? value : most;
  return most;
};

/** The value under the cursor, or the greatest on the screen. */
function readOut(view: View, values: Float64Array): number {
  const { ui, scene } = view;
  if (ui.cursor === null) return greatest(values);
  return values[Math.floor((ui.cursor - scene.axis.from) / scene.axis.microsPerColumn + 1e-6)];
}

/** How many charts there are for what the log knows, without computing them. */
export const stripsWanted = ({ snapshot }: Pick<View, 'snapshot'>): number =>
  1 +
  (snapshot.inference.service.method === 'unknown' ? 0 : 2) +
  (snapshot.inference.wait.method === 'unknown' ? 0 : 2);

function stripsOf(view: View): Strip[] {
  const { snapshot, scene, theme } = view;
  const { inference } = snapshot;
  const pool = scene.pool();
  const { colours, styles } = theme;
  const looks = (colour: Colour, isOver: boolean, attributes: Attributes = {}) =>
    styles.of(colour, isOver && !theme.mono ? colours.line : -1, attributes);
  const plain = (colour: Colour) => (_: number, __: number, isOver: boolean) => looks(colour, isOver);
  const strips: Strip[] = [];
  const capacity = inference.capacity.value;
  if (pool.busy) {
    const full = capacity ?? greatest(pool.all?.busy ?? pool.busy);
    const isFull = (value: number) => capacity !== null && value >= capacity * 0.985;
    strips.push({
      label: capacity === null ? 'in flight' : `busy of ${capacity}`,
      note: '',
      values: pool.busy,
      behind: pool.all?.busy ?? null,
      full: Math.max(1, full),
      style: (value, _, isOver) =>
        isFull(value)
          ? looks(colours.saturated, isOver, theme.mono ? { bold: true } : {})
          : looks(colours.busy, isOver),
      value: shortNumber(readOut(view, pool.busy)),
      weight: 3,
    });
  }
  if (pool.queue && inference.wait.method !== 'unknown') {
    strips.push({
      label: 'queue',
      note: inference.wait.method,
      values: pool.queue,
      behind: pool.all?.queue ?? null,
      full: Math.max(capacity ?? 1, greatest(pool.all?.queue ?? pool.queue) || 0, 1),
      style: plain(colours.queue),
      value: shortNumber(readOut(view, pool.queue)),
      weight: 3,
    });
  }
  strips.push({
    label: 'req/s',
    note: '',
    values: pool.rate,
    behind: pool.all?.rate ?? null,
    full: greatest(pool.all?.rate ?? pool.rate),
    style: (_, column, isOver) =>
      looks(
        pool.errors[column] > 0 ? colours.serverError : colours.rate,
        isOver,
        theme.mono && pool.errors[column] > 0 ? { inverse: true } : {},
      ),
    value: shortNumber(readOut(view, pool.rate)),
    weight: 2,
  });
  if (pool.busy) {
    strips.push({
      label: 'service p95',
      note: inference.service.method === 'inferred' ? 'inferred' : '',
      values: pool.serviceP95,
      full: greatest(pool.serviceP95),
      style: plain(colours.latency),
      value: shortDuration(readOut(view, pool.serviceP95)),
      weight: 1,
    });
  }
  if (pool.queue && inference.wait.method !== 'unknown') {
    strips.push({
      label: 'wait p95',
      note: '',
      values: pool.waitP95,
      full: Math.max(greatest(pool.waitP95) || 0, 1),
      style: plain(colours.queue),
      value: shortDuration(readOut(view, pool.waitP95)),
      weight: 1,
    });
  }
  return strips;
}

/** Rows for each strip: one each, what is left by weight; the least important fall away when there are too few. */
function heights(strips: readonly Strip[], rows: number): number[] {
  const shown = strips.slice(0, Math.max(0, rows));
  const given = shown.map(() => 1);
  let left = rows - shown.length;
  while (left > 0 && shown.length > 0) {
    let best = 0;
    for (let i = 1; i < shown.length; i++) if (shown[i].weight / given[i] > shown[best].weight / given[best]) best = i;
    given[best]++;
    left--;
  }
  return given;
}

/** The note as it fits into so many cells, short where it must be. */
const noteFor = (note: string, cells: number): string =>
  [`(${note})`, note, note.replace(/^(inf|meas).*/, '$1.')].find((text) => note !== '' && text.length <= cells) ?? '';

function drawAxis(view: View, canvas: Canvas, y: number, left: number): void {
  const { scene, snapshot, theme, glyphs, ui } = view;
  const { axis } = scene;
  canvas.fill(left, y, axis.columns, glyphs.horizontal, theme.line);
  const edge = ui.edge !== null ? '' : snapshot.live ? 'now' : snapshot.now >= snapshot.to ? 'end' : 'here';
  for (const { column, label } of ticksOf(axis, snapshot.zoneMinutes)) {
    canvas.put(left + column, y, glyphs.tick, theme.quiet);
    if (column + label.length + 1 < axis.columns - edge.length) canvas.text(left + column + 1, y, label, theme.quiet);
  }
  canvas.textRight(left + axis.columns, y, edge, theme.quiet);
}

export default definePanel({
  id: 'pool',
  title: 'Pool',
  place: 'fixed',
  draw(view, canvas) {
    const { theme, glyphs, ui, scene } = view;
    const { left, right } = gutterOf(canvas.columns);
    const { axis } = scene;
    // Without times there is nothing to stand on an axis.
    if (scene.isTimeless) return;
    const strips = stripsOf(view);
    const rows = heights(strips, canvas.rows - 1);
    let y = 0;
    rows.forEach((height, i) => {
      const strip = strips[i];
      canvas.text(0, y, strip.label, theme.quiet, left - 1);
      if (strip.note !== '' && height > 1) canvas.text(0, y + 1, `(${strip.note})`, theme.quiet, left - 1);
      else canvas.text(strip.label.length + 1, y, noteFor(strip.note, left - strip.label.length - 2), theme.quiet);
      const behind = strip.behind && {
        values: strip.behind,
        style: theme.line,
        // Without colours the glyph must tell them apart.
        glyph: theme.mono ? glyphs.lost : '',
      };
      drawChart(canvas.region(left, y, axis.columns, height), glyphs, { ...strip, behind: behind ?? null });
      if (right > 0) canvas.textRight(canvas.columns, y, strip.value, theme.text, right);
      y += height;
    });
    if (canvas.rows > 0) drawAxis(view, canvas, canvas.rows - 1, left);
    if (ui.cursor !== null) drawCursor(view, canvas, left);
  },
});

/** The cursor through all strips and the axis. */
export function drawCursor({ ui, scene, glyphs, theme }: View, canvas: Canvas, left: number): void {
  if (ui.cursor === null) return;
  const column = Math.floor((ui.cursor - scene.axis.from) / scene.axis.microsPerColumn + 1e-6);
  if (column < 0 || column >= scene.axis.columns) return;
  for (let y = 0; y < canvas.rows; y++) canvas.put(left + column, y, glyphs.cursor, theme.accent);
}
