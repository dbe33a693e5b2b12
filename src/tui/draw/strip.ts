/** Strip charts on the time axis of the lanes: a label, a chart with one value per column, and a value in numbers. */
import type { Canvas } from '../canvas.ts';
import type { View } from '../panel.ts';
import { type Attributes, ansiOf, type Colour, colour, mix, rgbOf, type StyleId } from '../style.ts';
import type { Theme } from '../theme.ts';
import type { TimeAxis } from '../time-axis.ts';
import { type ChartInput, drawChart } from './chart.ts';
import { gutterOf } from './gutter.ts';

export interface Strip {
  readonly label: string;
  /** The label for a narrow margin; missing: `label` is short enough. */
  readonly briefLabel?: string;
  /** A word after the label that says how the values are known. */
  readonly note: string;
  readonly values: Float64Array;
  /** Values of all requests, if a filter shows only some; null: no filter. */
  readonly behind?: Float64Array | null;
  /** Expected values where not everything is logged yet; drawn dimly in the colour of the strip. */
  readonly expected?: { readonly values: Float64Array; readonly colour: Colour } | null;
  /**
   * A part of each value, drawn in front of it in `colour`; `of` is the colour of the rest. Not drawn without colours or block characters.
   */
  readonly inner?: { readonly values: Float64Array; readonly of: Colour; readonly colour: Colour };
  /** Columns whose value is unknown, or not known yet; a blank would look like zero. */
  readonly isUnknown?: (column: number) => boolean;
  readonly full: number;
  readonly style: (column: number, isOver: boolean) => StyleId;
  /** The text at the right: the value at the cursor, or the greatest. */
  readonly value: string;
  /** Range of that value if it is wide: shown below it, or instead of it if there is only one row. */
  readonly range?: string;
  /** Weight by which the strips share the rows beyond one each. */
  readonly weight: number;
}

export const greatest = (values: Float64Array): number => {
  let most = Number.NaN;
  // Without an iterator, which would allocate an object per value.
  for (let i = 0; i < values.length; i++) if (!(values[i] <= most) && values[i] === values[i]) most = values[i];
  return most;
};

/** The value at the cursor, or the greatest on the screen. */
export function readOut(view: View, values: Float64Array): number {
  const { ui, scene } = view;
  if (ui.cursor === null) return greatest(values);
  return values[Math.floor((ui.cursor - scene.axis.from) / scene.axis.microsPerColumn + 1e-6)];
}

/** The colour of what is behind a colour: a p95 behind its p50, expected values behind known ones. */
export function dimmed({ mono, colours }: Theme, bright: Colour): Colour {
  if (mono) return bright;
  const ansi = ansiOf(bright);
  // Eight of the 16 colours have a darker one of the same hue.
  return colour(rgbOf(mix(bright, colours.track, 0.45)), ansi > 8 ? ansi - 8 : ansi);
}

/** Styles of a strip by colour, over `over` where something is drawn behind it; cached for all columns. */
export function stripLooks(
  { theme }: View,
  over: Colour = theme.colours.line,
): (colour: Colour, isOver: boolean, attributes?: Attributes) => StyleId {
  const plain = [new Map<Colour, StyleId>(), new Map<Colour, StyleId>()];
  const styleOf = (colour: Colour, isOver: boolean, attributes: Attributes) =>
    theme.styles.of(colour, isOver && !theme.mono ? over : -1, attributes);
  return (colour, isOver, attributes) => {
    if (attributes) return styleOf(colour, isOver, attributes);
    const known = plain[isOver ? 1 : 0];
    let style = known.get(colour);
    if (style === undefined) {
      style = styleOf(colour, isOver, {});
      known.set(colour, style);
    }
    return style;
  };
}

/** Draws strips below each other, dividing the rows among them. */
export function drawStrips(view: View, canvas: Canvas, strips: readonly Strip[]): void {
  const { theme, glyphs, scene } = view;
  const { left, right } = gutterOf(canvas.columns);
  let y = 0;
  heights(strips, canvas.rows).forEach((height, i) => {
    const strip = strips[i];
    const label = strip.label.length < left ? strip.label : (strip.briefLabel ?? strip.label);
    canvas.text(0, y, label, theme.quiet, left - 1);
    const noteBelow = `(${strip.note})`;
    if (strip.note !== '' && height > 1 && noteBelow.length < left) canvas.text(0, y + 1, noteBelow, theme.quiet);
    else canvas.text(label.length + 1, y, noteFor(strip.note, left - label.length - 2), theme.quiet);
    const behind = behindOf(view, strip);
    const chart = canvas.region(left, y, scene.axis.columns, height);
    drawChart(chart, glyphs, { ...strip, behind });
    for (let column = 0; strip.isUnknown && column < chart.columns; column++) {
      if (strip.isUnknown(column) && !((strip.expected?.values[column] ?? 0) > 0))
        chart.put(column, chart.rows - 1, glyphs.notYet, theme.quiet);
    }
    // A block of ASCII characters cannot have a part in another colour.
    if (strip.inner && !theme.mono && !theme.ascii && greatest(strip.inner.values) > 0)
      drawInner(view, chart, strip, strip.inner);
    if (right > 0) drawValue(view, canvas.region(canvas.columns - right, y, right, height), strip);
    y += height;
  });
}

function drawValue({ theme }: View, canvas: Canvas, { value, range = '' }: Strip): void {
  const isAlone = range !== '' && canvas.rows === 1;
  canvas.textRight(canvas.columns, 0, isAlone ? range : value, theme.text);
  if (!isAlone) canvas.textRight(canvas.columns, 1, range, theme.quiet);
}

/** What is drawn behind a strip. Without colours a glyph distinguishes it. */
function behindOf({ theme, glyphs }: View, { behind, expected }: Strip): NonNullable<ChartInput['behind']> | null {
  const glyph = theme.mono ? glyphs.lost : '';
  if (behind) return { values: behind, style: theme.line, glyph };
  if (!expected) return null;
  const style = theme.mono ? theme.quiet : theme.styles.of(dimmed(theme, expected.colour));
  return { values: expected.values, style, glyph };
}

function drawInner(
  { theme, glyphs }: View,
  chart: Canvas,
  { values, full }: Strip,
  inner: NonNullable<Strip['inner']>,
): void {
  const over = theme.styles.of(inner.colour, inner.of);
  const alone = theme.styles.of(inner.colour);
  drawChart(chart, glyphs, {
    values: inner.values,
    behind: { values, style: theme.styles.of(inner.of), glyph: '' },
    full,
    style: (_, isOver) => (isOver ? over : alone),
  });
}

/** Rows of each strip: one each, the rest by weight. If there are too few rows, the last strips are left out. */
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

/** Abbreviations; "inf." would read as infinite. */
const briefly: Readonly<Record<string, string>> = { inferred: 'est.', measured: 'meas.' };
/** The note as it fits into `cells`, abbreviated if necessary; "" if it does not fit. */
const noteFor = (note: string, cells: number): string =>
  [`(${note})`, note, briefly[note] ?? note].find((text) => note !== '' && text.length <= cells) ?? '';

/** Column of the cursor; -1 if it is not on the screen. */
export function cursorColumn(cursor: number | null, axis: TimeAxis): number {
  if (cursor === null) return -1;
  const column = Math.floor((cursor - axis.from) / axis.microsPerColumn + 1e-6);
  return column < axis.columns ? Math.max(-1, column) : -1;
}

/** Draws the cursor through all rows of the canvas. */
export function drawCursor({ ui, scene, glyphs, theme }: View, canvas: Canvas, left: number): void {
  const column = cursorColumn(ui.cursor, scene.axis);
  if (column < 0) return;
  for (let y = 0; y < canvas.rows; y++) canvas.put(left + column, y, glyphs.cursor, theme.accent);
}
