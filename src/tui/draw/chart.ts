/** Column charts with a resolution of an eighth of a cell: one value per column, drawn upwards over any number of text rows. */
import type { Canvas } from '../canvas.ts';
import type { Glyphs } from '../glyphs.ts';
import type { StyleId } from '../style.ts';

export interface ChartInput {
  readonly values: Float64Array;
  /** Values drawn dimly behind the others, such as those of all requests under a filter. `glyph`: drawn instead of heights; "": none. */
  readonly behind?: { readonly values: Float64Array; readonly style: StyleId; readonly glyph: string } | null;
  /** The value that fills the whole height. */
  readonly full: number;
  /** `isOver`: the column is drawn in front of one behind it. The value is not passed, since that would allocate an object per cell. */
  style(column: number, isOver: boolean): StyleId;
}

/** From this many eighths on, the column behind counts as filling its cell, because a cell can only have two colours. */
const NEARLY_FULL = 6;

/** Draws into the whole canvas, one column per value. A value above zero always shows; NaN and zero stay blank. */
export function drawChart(canvas: Canvas, glyphs: Glyphs, { values, behind, full, style }: ChartInput): void {
  const { rows, columns } = canvas;
  if (!(full > 0)) return;
  const most = rows * 8;
  // Rounded to integers before they are passed on: a fraction would be allocated as an object each time.
  const eighthsOf = (value: number, least: number): number =>
    value > 0 ? Math.max(least, Math.min(most, Math.round((value / full) * most) | 0)) : 0;
  for (let column = 0; column < Math.min(columns, values.length); column++) {
    const value = values[column];
    const front = eighthsOf(value, 1);
    const back = behind ? eighthsOf(behind.values[column], 0) : 0;
    for (let row = rows - 1, below = 0; row >= 0 && below < Math.max(front, back); row--, below += 8) {
      const here = Math.min(8, front - below);
      const there = Math.min(8, back - below);
      if (here > 0) canvas.put(column, row, glyphs.lower[here], style(column, there >= NEARLY_FULL && here < 8));
      else if (behind) canvas.put(column, row, behind.glyph || glyphs.lower[there], behind.style);
    }
  }
}

/** The values as one row of text, scaled to their maximum; the maximum leaves an eighth free below the line above. */
export function sparkline(values: ArrayLike<number>, glyphs: Glyphs): string {
  let most = 0;
  for (let i = 0; i < values.length; i++) if (values[i] > most) most = values[i];
  let text = '';
  for (let i = 0; i < values.length; i++) {
    text += values[i] > 0 ? glyphs.lower[Math.max(1, Math.round((values[i] / most) * 7))] : ' ';
  }
  return text;
}
