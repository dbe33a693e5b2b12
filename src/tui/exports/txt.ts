/** The cells as plain text, without trailing blanks. */
import type { CellGrid } from '../canvas.ts';
import { defineExporter } from '../exporter.ts';

function textOf(grid: CellGrid): string {
  let text = '';
  for (let row = 0; row < grid.rows; row++) {
    text += `${grid.glyphs
      .slice(row * grid.columns, (row + 1) * grid.columns)
      .join('')
      .trimEnd()}\n`;
  }
  return text;
}

export default defineExporter({
  ending: 'txt',
  holds: 'picture',
  write: async (from) => ({ text: textOf(from.picture().grid) }),
});
