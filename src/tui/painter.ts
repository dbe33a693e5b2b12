/**
 * Turns pictures into bytes for the terminal: each changed row from its first to its last changed cell, in one write inside a synchronised
 * update (mode 2026). Nothing is erased first, so nothing flickers; if nothing changed, nothing is written.
 */
import type { CellGrid } from './canvas.ts';
import type { Styles } from './style.ts';
import { toAscii } from './to-ascii.ts';

const BEGIN = '\x1b[?2026h';
const END = '\x1b[?2026l';

export interface Picture {
  readonly grid: CellGrid;
  readonly styles: Styles;
  /** Rows as drawn by Ink; they cover the grid. */
  readonly chrome: ReadonlyMap<number, string>;
  /** true: only ASCII may reach the terminal. */
  readonly ascii: boolean;
}

export class Painter {
  #glyphs: string[] = [];
  #styles = new Uint16Array(0);
  #columns = 0;
  #rows = 0;
  #chrome = new Map<number, string>();
  #known = false;
  #sequences: Styles | null = null;
  /**
   * Parts of the row being written; unused entries are "". The array is kept because an emptied one would have to grow again for every row.
   */
  readonly #parts: string[] = [];
  #partsUsed = 0;

  /** Forgets what is on the screen, so that the next picture is painted completely. */
  forget(): void {
    this.#known = false;
  }

  /** The bytes that turn the last picture into this one; "" if they are equal. */
  paint({ grid, styles, chrome, ascii }: Picture): string {
    if (grid.columns !== this.#columns || grid.rows !== this.#rows || styles !== this.#sequences) this.#known = false;
    let out = '';
    for (let row = 0; row < grid.rows; row++) {
      const line = chrome.get(row);
      if (line !== undefined) {
        if (this.#known && this.#chrome.get(row) === line) continue;
        // Erased before it is written: after a line as wide as the screen the cursor is still on its last cell.
        out += `\x1b[${row + 1};1H\x1b[K${ascii ? toAscii(line) : line}\x1b[0m`;
      } else {
        out += this.#row(grid, styles, row, this.#known && !this.#chrome.has(row), ascii);
      }
    }
    this.#keep(grid, styles, chrome);
    return out === '' ? '' : `${BEGIN}${out}${END}`;
  }

  #row(grid: CellGrid, styles: Styles, row: number, known: boolean, ascii: boolean): string {
    const base = row * grid.columns;
    const changed = known ? this.#changed(grid, base) : { first: 0, last: grid.columns - 1 };
    if (changed === null) return '';
    const { first, last } = changed;
    const blankFrom = last === grid.columns - 1 ? blanksFrom(grid, base + first, base + last) - base : last + 1;
    // Joined at the end: appending cell by cell would create a string for each step.
    const parts = this.#parts;
    let used = 0;
    parts[used++] = `\x1b[${row + 1};${first + 1}H`;
    let style = -1;
    for (let x = first; x < blankFrom; x++) {
      if (grid.glyphs[base + x] === '') continue;
      if (grid.styles[base + x] !== style) {
        style = grid.styles[base + x];
        parts[used++] = styles.sequence(style);
      }
      parts[used++] = glyphText(grid, row, x, ascii);
    }
    if (blankFrom <= last) parts[used++] = '\x1b[0m\x1b[K';
    else if (style !== 0) parts[used++] = '\x1b[0m';
    for (let i = used; i < this.#partsUsed; i++) parts[i] = '';
    this.#partsUsed = used;
    return parts.join('');
  }

  /** The columns in which the row at `base` differs from the screen; null if none does. */
  #changed(grid: CellGrid, base: number): { readonly first: number; readonly last: number } | null {
    const { columns, glyphs } = grid;
    let first = 0;
    let last = columns - 1;
    while (first < columns && this.#same(grid, base + first)) first++;
    if (first === columns) return null;
    while (this.#same(grid, base + last)) last--;
    // Never begins in the right half of a wide glyph, and repaints both halves of one that was there before.
    const isRightHalf = (x: number) => glyphs[base + x] === '' || this.#glyphs[base + x] === '';
    while (first > 0 && isRightHalf(first)) first--;
    while (last < columns - 1 && isRightHalf(last + 1)) last++;
    return { first, last };
  }

  #same(grid: CellGrid, at: number): boolean {
    return grid.styles[at] === this.#styles[at] && grid.glyphs[at] === this.#glyphs[at];
  }

  #keep(grid: CellGrid, styles: Styles, chrome: ReadonlyMap<number, string>): void {
    if (this.#styles.length !== grid.styles.length) {
      this.#styles = new Uint16Array(grid.styles.length);
      this.#glyphs = new Array(grid.glyphs.length).fill(' ');
    }
    this.#styles.set(grid.styles);
    for (let i = 0; i < grid.glyphs.length; i++) this.#glyphs[i] = grid.glyphs[i];
    this.#columns = grid.columns;
    this.#rows = grid.rows;
    this.#sequences = styles;
    this.#chrome = new Map(chrome);
    this.#known = true;
  }
}

/** Index at which the trailing plain blanks begin, up to the cell `last`; `last` + 1 if there are none. */
function blanksFrom({ glyphs, styles }: CellGrid, first: number, last: number): number {
  let from = last + 1;
  while (from > first && glyphs[from - 1] === ' ' && styles[from - 1] === 0) from--;
  return from;
}

/** What to write for a glyph, followed by the position of the next cell where terminals disagree on its width. */
function glyphText({ glyphs, columns }: CellGrid, row: number, x: number, ascii: boolean): string {
  const glyph = glyphs[row * columns + x];
  const isWide = x + 1 < columns && glyphs[row * columns + x + 1] === '';
  const width = isWide ? 2 : 1;
  if (ascii && glyph > '~') return toAscii(glyph).padEnd(width).slice(0, width);
  return isWide || glyph.length > 1 ? `${glyph}\x1b[${row + 1};${x + width + 1}H` : glyph;
}
