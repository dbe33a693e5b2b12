/** A picture of the screen as SVG: each run of cells of one style is a text over a rectangle. */
import type { CellGrid } from '../canvas.ts';
import { defineExporter } from '../exporter.ts';
import type { Theme } from '../theme.ts';

/** Width and height of a cell, and the font's size, in px. */
const CELL = { width: 8.4, height: 17, font: 14 } as const;
/** Ground and text of the terminal itself. */
const grounds = { light: ['#ffffff', '#1f2430'], dark: ['#14171d', '#d5dae3'] } as const;

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (text: string): string => text.replace(/[&<>]/g, (character) => escapes[character]);

interface Looks {
  readonly fill: string;
  readonly ground: string | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly underline: boolean;
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

const number = (value: number): string => String(Math.round(value * 100) / 100);

function toSvg(grid: CellGrid, theme: Theme): string {
  const [ground, text] = grounds[theme.name === 'light' ? 'light' : 'dark'];
  const width = number(grid.columns * CELL.width + 16);
  const height = number(grid.rows * CELL.height + 16);
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
      const left = number(x * CELL.width + 8);
      if (looks.ground) {
        rects.push(
          `<rect x="${left}" y="${number(row * CELL.height + 8)}" width="${number((end - x) * CELL.width)}" height="${CELL.height}" fill="${looks.ground}"/>`,
        );
      }
      if (run.trim() !== '') {
        const attributes = [
          `x="${left}"`,
          `y="${number(row * CELL.height + 8 + CELL.font - 1)}"`,
          `textLength="${number((end - x) * CELL.width)}"`,
          `fill="${looks.fill}"`,
          ...(looks.bold ? ['font-weight="bold"'] : []),
          ...(looks.dim ? ['opacity="0.6"'] : []),
          ...(looks.underline ? ['text-decoration="underline"'] : []),
        ];
        texts.push(`<text ${attributes.join(' ')}>${escaped(run)}</text>`);
      }
      x = end;
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<rect width="100%" height="100%" rx="6" fill="${ground}"/>
${rects.join('\n')}
<g font-family="'DejaVu Sans Mono','Menlo','Consolas',monospace" font-size="${CELL.font}" xml:space="preserve">
${texts.join('\n')}
</g>
</svg>
`;
}

export default defineExporter({
  ending: 'svg',
  async write(from) {
    const { grid, view } = from.picture();
    return { text: toSvg(grid, view.theme) };
  },
});
