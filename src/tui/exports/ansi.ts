/** The cells with their colours, for viewing with `cat`. */
import type { CellGrid } from '../canvas.ts';
import { defineExporter } from '../exporter.ts';
import type { View } from '../panel.ts';

function ansiOf(grid: CellGrid, { theme }: View): string {
  let text = '';
  for (let row = 0; row < grid.rows; row++) {
    let style = 0;
    for (let x = 0; x < grid.columns; x++) {
      const at = row * grid.columns + x;
      if (grid.styles[at] !== style) {
        style = grid.styles[at];
        text += theme.styles.sequence(style);
      }
      text += grid.glyphs[at];
    }
    text += `${style === 0 ? '' : '\x1b[0m'}\n`;
  }
  return text;
}

export default defineExporter({
  ending: 'ansi',
  holds: 'picture',
  async write(from) {
    const { grid, view } = from.picture();
    return { text: ansiOf(grid, view) };
  },
});
