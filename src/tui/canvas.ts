/**
 * A grid of cells that panels draw on. It clips, measures text and makes log text printable: whatever a panel does, a canvas holds exactly
 * rows × columns cells and no escape sequence.
 */
import { printable } from '../core/text.ts';
import type { StyleId } from './style.ts';
import { clip, clustersOf, isAscii } from './width.ts';

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly columns: number;
  readonly rows: number;
}

/** The cells of a whole screen, row after row: one glyph and one style each. The right half of a wide glyph is ''. */
export class CellGrid {
  readonly columns: number;
  readonly rows: number;
  readonly glyphs: string[];
  readonly styles: Uint16Array;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.glyphs = new Array(columns * rows).fill(' ');
    this.styles = new Uint16Array(columns * rows);
  }

  clear(): void {
    this.glyphs.fill(' ');
    this.styles.fill(0);
  }
}

/** A rectangle of a grid with its own origin; drawing outside of it does nothing. */
export class Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly #grid: CellGrid;
  readonly #x: number;
  readonly #y: number;

  constructor(grid: CellGrid, rect: Rect = { x: 0, y: 0, columns: grid.columns, rows: grid.rows }) {
    this.#grid = grid;
    this.#x = rect.x;
    this.#y = rect.y;
    this.columns = Math.max(0, Math.min(rect.columns, grid.columns - rect.x));
    this.rows = Math.max(0, Math.min(rect.rows, grid.rows - rect.y));
  }

  /** A part of this canvas, clipped to it. */
  region(x: number, y: number, columns: number, rows: number): Canvas {
    const left = Math.max(0, Math.min(x, this.columns));
    const top = Math.max(0, Math.min(y, this.rows));
    return new Canvas(this.#grid, {
      x: this.#x + left,
      y: this.#y + top,
      columns: Math.max(0, Math.min(columns, this.columns - left)),
      rows: Math.max(0, Math.min(rows, this.rows - top)),
    });
  }

  /** Draws one cell. `glyph` is one of ours, one cell wide. */
  put(x: number, y: number, glyph: string, style: StyleId): void {
    if (x < 0 || y < 0 || x >= this.columns || y >= this.rows) return;
    const grid = this.#grid;
    const at = (this.#y + y) * grid.columns + this.#x + x;
    if (grid.glyphs[at] === '' && this.#x + x > 0) grid.glyphs[at - 1] = ' ';
    if (this.#x + x + 1 < grid.columns && grid.glyphs[at + 1] === '') grid.glyphs[at + 1] = ' ';
    grid.glyphs[at] = glyph;
    grid.styles[at] = style;
  }

  /** Changes the style of a run of cells and keeps their glyphs. */
  restyle(x: number, y: number, columns: number, style: StyleId): void {
    if (y < 0 || y >= this.rows) return;
    const grid = this.#grid;
    const row = (this.#y + y) * grid.columns + this.#x;
    const to = Math.min(this.columns, x + columns);
    for (let i = Math.max(0, x); i < to; i++) grid.styles[row + i] = style;
  }

  /** Draws text from column x on, cut with "…" at `limit` cells or at the edge; returns the column after it. Any text may be given. */
  text(x: number, y: number, text: string, style: StyleId, limit = this.columns - x): number {
    const room = Math.min(limit, this.columns - x);
    if (y < 0 || y >= this.rows || room <= 0) return x;
    let column = x;
    // Nearly all text is ASCII; if it is cut, everything but the "…" still is.
    if (isAscii(text)) {
      const fits = text.length <= room;
      const end = fits ? text.length : room - 1;
      for (let i = 0; i < end; i++) this.put(column++, y, text[i], style);
      if (!fits) this.put(column++, y, '…', style);
      return column;
    }
    const shown = clip(printable(text, room * 16), room);
    for (const cluster of clustersOf(shown)) {
      // Half of a wide character cannot be drawn.
      const fits = cluster.cells === 1 || (column >= 0 && column + 1 < this.columns);
      this.put(column, y, fits ? cluster.text : ' ', style);
      if (cluster.cells === 2) this.put(column + 1, y, ' ', style);
      if (cluster.cells === 2 && fits) this.#continue(column + 1, y);
      column += cluster.cells;
    }
    return column;
  }

  /** Draws text that ends before column `x`. */
  textRight(x: number, y: number, text: string, style: StyleId, limit = x): void {
    const shown = clip(printable(text), limit);
    let cells = 0;
    for (const cluster of clustersOf(shown)) cells += cluster.cells;
    this.text(x - cells, y, shown, style);
  }

  fill(x: number, y: number, columns: number, glyph: string, style: StyleId): void {
    for (let i = 0; i < columns; i++) this.put(x + i, y, glyph, style);
  }

  #continue(x: number, y: number): void {
    const grid = this.#grid;
    if (x < this.columns) grid.glyphs[(this.#y + y) * grid.columns + this.#x + x] = '';
  }
}
