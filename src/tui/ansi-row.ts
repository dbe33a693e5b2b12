/** Puts a row of text with colours (SGR sequences, as Ink writes them) into the cells of a grid. */
import { printable } from '../core/text.ts';
import type { CellGrid } from './canvas.ts';
import type { Styles } from './style.ts';
import { clustersOf } from './width.ts';

interface Pen {
  foreground: string;
  background: string;
  /** SGR codes in force: 1 bold, 2 dim, 4 underline, 7 inverse. */
  readonly flags: Set<number>;
}

/** Which flags each code ends. */
const ends: Readonly<Record<number, readonly number[]>> = { 22: [1, 2], 24: [4], 27: [7] };

/**
 * One of the 16 colours; 39 for the terminal's own; or 38, which is followed by an indexed or RGB colour. Background codes are ten higher.
 */
const isForeground = (code: number): boolean => (code >= 30 && code < 40) || (code >= 90 && code < 98);

/** Number of codes that make up the colour at `i`. */
function lengthOf(codes: readonly number[], i: number): number {
  if (codes[i] % 10 !== 8) return 1;
  return codes[i + 1] === 2 ? 5 : 3;
}

function apply(pen: Pen, codes: readonly number[]): void {
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code === 0) {
      pen.foreground = '';
      pen.background = '';
      pen.flags.clear();
    } else if (isForeground(code) || isForeground(code - 10)) {
      const length = lengthOf(codes, i);
      const value = code % 10 === 9 ? '' : codes.slice(i, i + length).join(';');
      pen[isForeground(code) ? 'foreground' : 'background'] = value;
      i += length - 1;
    } else if (code in ends) for (const flag of ends[code]) pen.flags.delete(flag);
    else pen.flags.add(code);
  }
}

export function drawAnsiRow(grid: CellGrid, row: number, text: string, styles: Styles): void {
  const pen: Pen = { foreground: '', background: '', flags: new Set() };
  const base = row * grid.columns;
  grid.glyphs.fill(' ', base, base + grid.columns);
  grid.styles.fill(0, base, base + grid.columns);
  let x = 0;
  for (const part of text.split(/(\x1b\[[\d;]*m)/)) {
    if (part.startsWith('\x1b[')) {
      apply(pen, part.slice(2, -1).split(';').map(Number));
      continue;
    }
    const parameters = [...[...pen.flags].sort((a, b) => a - b), pen.foreground, pen.background];
    const style = styles.adopt(`\x1b[${['0', ...parameters].filter((value) => value !== '').join(';')}m`);
    for (const cluster of clustersOf(printable(part))) {
      if (x + cluster.cells > grid.columns) return;
      grid.glyphs[base + x] = cluster.text;
      grid.styles.fill(style, base + x, base + x + cluster.cells);
      if (cluster.cells === 2) grid.glyphs[base + x + 1] = '';
      x += cluster.cells;
    }
  }
}
