/** The screen of the emulator as an SVG picture, for the README and the docs, and to look at while developing. */
import { CELL, svgRect, svgScreen, svgText } from '../../src/tui/svg-frame.ts';
import type { ScreenCell } from './terminal.ts';

export interface PictureOptions {
  readonly ground?: string;
  readonly text?: string;
}

/** Blocks are drawn as rectangles: fonts would leave gaps between them, which terminals do not. */
const leftEighths = '▏▎▍▌▋▊▉█';
const lowerEighths = '▁▂▃▄▅▆▇█';
const shades: Readonly<Record<string, number>> = { '░': 0.28, '▒': 0.5, '▓': 0.75 };

export function toSvg(
  cells: readonly (readonly ScreenCell[])[],
  { ground = '#14171d', text = '#d5dae3' }: PictureOptions = {},
): string {
  const columns = cells[0]?.length ?? 0;
  const rects: string[] = [];
  const texts: string[] = [];
  const rect = (...where: Parameters<typeof svgRect>) => rects.push(svgRect(...where));
  cells.forEach((row, y) => {
    const top = y * CELL.height;
    const looks = row.map((cell) => ({
      fill: cell.inverse ? (cell.background ?? ground) : (cell.foreground ?? text),
      back: cell.inverse ? (cell.foreground ?? text) : cell.background,
      cell,
    }));
    runs(looks, (one) => one.back).forEach(([from, to]) => {
      const { back } = looks[from];
      if (back) rect(from * CELL.width, top, (to - from) * CELL.width, CELL.height, back);
    });
    looks.forEach(({ cell, fill }, x) => {
      const left = leftEighths.indexOf(cell.text);
      const lower = lowerEighths.indexOf(cell.text);
      const at = x * CELL.width;
      if (left >= 0) rect(at, top, (CELL.width * (left + 1)) / 8, CELL.height, fill, cell.dim ? 0.6 : 1);
      else if (lower >= 0)
        rect(
          at,
          top + (CELL.height * (7 - lower)) / 8,
          CELL.width,
          (CELL.height * (lower + 1)) / 8,
          fill,
          cell.dim ? 0.6 : 1,
        );
      else if (shades[cell.text]) rect(at, top, CELL.width, CELL.height, fill, shades[cell.text]);
    });
    const isText = ({ cell }: (typeof looks)[number]) => cell.text.trim() !== '' && !isBlock(cell.text);
    runs(looks, (one) =>
      isText(one) ? `${one.fill} ${one.cell.bold} ${one.cell.dim} ${one.cell.underline}` : null,
    ).forEach(([from, to]) => {
      const { fill, cell } = looks[from];
      if (!isText(looks[from])) return;
      const content = looks
        .slice(from, to)
        .map((one) => (one.cell.width === 0 ? '' : one.cell.text))
        .join('');
      const { bold, dim, underline } = cell;
      texts.push(svgText(from, y, content, { fill, bold, dim, underline }));
    });
  });
  return svgScreen({ columns, rows: cells.length, ground, rects, texts });
}

const isBlock = (glyph: string): boolean =>
  leftEighths.includes(glyph) || lowerEighths.includes(glyph) || glyph in shades;

/** Stretches [from, to) of items with equal keys. */
function runs<T>(items: readonly T[], key: (item: T) => unknown): [number, number][] {
  const found: [number, number][] = [];
  for (let from = 0; from < items.length; ) {
    let to = from + 1;
    while (to < items.length && key(items[to]) === key(items[from])) to++;
    found.push([from, to]);
    from = to;
  }
  return found;
}
