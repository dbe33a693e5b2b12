/** A picture of the screen as SVG: each run of cells with the same style is a text over a rectangle. */
import type { CellGrid } from '../canvas.ts';
import { defineExporter } from '../exporter.ts';
import { looksOfSgr } from '../sgr-colours.ts';
import { CELL, svgRect, svgScreen, svgText, type TextLooks } from '../svg-frame.ts';
import type { Theme } from '../theme.ts';

/** Background and text colour of the terminal itself. */
const grounds = { light: ['#ffffff', '#1f2430'], dark: ['#14171d', '#d5dae3'] } as const;

interface Looks extends TextLooks {
  readonly ground: string | null;
}

const hex = (rgb: number): string => `#${rgb.toString(16).padStart(6, '0')}`;

/** The colours of a style; `ground` and `text` are those of the terminal itself. */
function looksOf(sequence: string, ground: string, text: string): Looks {
  const looks = looksOfSgr(sequence);
  let fill = looks.text === null ? text : hex(looks.text);
  let back = looks.ground === null ? null : hex(looks.ground);
  const { flags } = looks;
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
  holds: 'picture',
  async write(from) {
    const { grid, view } = from.picture();
    return { text: toSvg(grid, view.theme) };
  },
});
