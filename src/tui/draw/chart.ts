/** Column charts in eighths of a cell: one value per column, drawn from the bottom up over any number of text rows. */
import type { Canvas } from '../canvas.ts';
import type { Glyphs } from '../glyphs.ts';
import type { StyleId } from '../style.ts';

export interface ChartInput {
  readonly values: Float64Array;
  /** The value that fills the whole height. */
  readonly full: number;
  style(value: number, column: number): StyleId;
}

/** Draws into the whole canvas, one column per value. A value above zero always shows; NaN and zero stay blank. */
export function drawChart(canvas: Canvas, glyphs: Glyphs, { values, full, style }: ChartInput): void {
  const { rows, columns } = canvas;
  if (!(full > 0)) return;
  for (let column = 0; column < Math.min(columns, values.length); column++) {
    const value = values[column];
    if (!(value > 0)) continue;
    const eighths = Math.max(1, Math.min(rows * 8, Math.round((value / full) * rows * 8)));
    const look = style(value, column);
    for (let row = rows - 1, left = eighths; row >= 0 && left > 0; row--, left -= 8) {
      canvas.put(column, row, glyphs.lower[Math.min(8, left)], look);
    }
  }
}

/** Values as one row of text: a sparkline scaled to its own maximum. */
export function sparkline(values: ArrayLike<number>, glyphs: Glyphs): string {
  let most = 0;
  for (let i = 0; i < values.length; i++) if (values[i] > most) most = values[i];
  let text = '';
  for (let i = 0; i < values.length; i++) {
    text += values[i] > 0 ? glyphs.lower[Math.max(1, Math.round((values[i] / most) * 8))] : ' ';
  }
  return text;
}
