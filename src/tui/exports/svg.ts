/** A picture of the screen as SVG: each run of cells of one style is a text over a rectangle. */
import type { CellGrid } from '../canvas.ts';
import { defineExporter } from '../exporter.ts';
import { CELL, svgRect, svgScreen, svgText, type TextLooks } from '../svg-frame.ts';
import type { Theme } from '../theme.ts';

/** Ground and text of the terminal itself. */
const grounds = { light: ['#ffffff', '#1f2430'], dark: ['#14171d', '#d5dae3'] } as const;

interface Looks extends TextLooks {
  readonly ground: string | null;
}

/** Reads the escape sequence of a style; colours as 24-bit (other depths are drawn in the terminal's own colours). */
function looksOf(sequence: string, ground: string, text: string): Looks {
  const codes = sequence.slice(2, -1).split(';').map(Number);
  let fill = text;
  let back: string | null = null;
  const flags = new Set<number>();
  for (let i = 0; i < codes.length; i++) {
    const isColour = (codes[i] === 38 || codes[i] === 48) && codes[i + 1] === 2;
    if (!isColour) {
      flags.add(codes[i]);
      continue;
    }
    const hex = `#${codes
      .slice(i + 2, i + 5)
      .map((channel) => channel.toString(16).padStart(2, '0'))
      .join('')}`;
    if (codes[i] === 38) fill = hex;
    else back = hex;
    i += 4;
  }
  if (flags.has(7)) [fill, back] = [back ?? ground, fill];
  return { fill, ground: back, bold: flags.has(1), dim: flags.has(2), underline: flags.has(4) };
}

function toSvg(grid: CellGrid, theme: Theme): string {
  const [ground, text] = grounds[theme.name === 'light' ? 'light' : 'dark'];
  const rects: string[] = [];
  const texts: string[] = [];
  for (let row = 0; row < grid.rows; row++) {
    const base = row * grid.columns;
    for (let x = 0; x < grid.columns; ) {
      const style = grid.styles[base + x];
      let end = x + 1;
      while (end < grid.columns && grid.styles[base + end] === style) end++;
      const run = grid.glyphs.slice(base + x, base + end).join('');
      const looks = looksOf(theme.styles.sequence(style), ground, text);
      if (looks.ground) {
        const [left, top] = [x * CELL.width, row * CELL.height];
        rects.push(svgRect(left, top, (end - x) * CELL.width, CELL.height, looks.ground));
      }
      if (run.trim() !== '') texts.push(svgText(x, row, run, looks, end - x));
      x = end;
    }
  }
  return svgScreen({ columns: grid.columns, rows: grid.rows, ground, rects, texts });
}

export default defineExporter({
  ending: 'svg',
  async write(from) {
    const { grid, view } = from.picture();
    return { text: toSvg(grid, view.theme) };
  },
});
