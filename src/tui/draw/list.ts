/** Lists with columns: a head with titles, and as many lines as fit, one of them selected. */
import type { Canvas } from '../canvas.ts';
import type { View } from '../panel.ts';
import { laneInTrouble } from '../scene/plan-lanes.ts';
import type { StyleId } from '../style.ts';

export interface Column<Line> {
  readonly title: string;
  /** Width in cells; the one column with 0 takes what is left. */
  readonly width: number;
  readonly align: 'left' | 'right';
  readonly text: (line: Line) => string;
  readonly style?: (line: Line) => StyleId | null;
  /** The column is left out on canvases narrower than this. */
  readonly from?: number;
}

export interface ListInput<Line> {
  readonly panel: string;
  readonly count: number;
  line(index: number): Line;
  readonly columns: readonly Column<Line>[];
  /** The column by which the lines are sorted; its title is marked. */
  readonly sorted?: { readonly column: number; readonly ascending: boolean };
  readonly empty: string;
}

/** The first line to show: the selected one is in the middle, or as near to it as the ends of the list allow. */
export function firstShown(selected: number, rows: number, count: number): number {
  if (count <= rows) return 0;
  return Math.max(0, Math.min(selected - Math.floor(rows / 2), count - rows));
}

export const selectedLine = (view: Selecting, panel: string, count: number): number =>
  Math.max(0, Math.min(view.ui.selected[panel] ?? usualLine(view, panel, count), count - 1));

type Selecting = Pick<View, 'ui' | 'snapshot' | 'scene'>;

/** The selection before the user has moved it: in the log the newest line, in the lanes those that the verdict is about. */
function usualLine(view: Selecting, panel: string, count: number): number {
  if (panel === 'log') return count - 1;
  return panel === 'lanes' ? laneInTrouble(view) : 0;
}

/** The first line to show. A clicked line stays under the pointer, so that a second click opens it. */
export function firstOfList(view: View, panel: string, rows: number, count: number): number {
  const selected = selectedLine(view, panel, count);
  const { clicked } = view.ui;
  const isHeld = clicked?.panel === panel && clicked.line === selected && selected < clicked.first + rows;
  return isHeld ? clicked.first : firstShown(selected, rows, count);
}

/** A column and its place on the canvas. */
interface PlacedColumn<Line> {
  readonly column: Column<Line>;
  readonly x: number;
  readonly width: number;
}

function placeColumns<Line>(columns: readonly Column<Line>[], cells: number): PlacedColumn<Line>[] {
  const shown = columns.filter((column) => (column.from ?? 0) <= cells);
  const fixed = shown.reduce((sum, column) => sum + column.width, 0) + (shown.length - 1) * 2;
  const flexible = Math.max(4, cells - 2 - fixed);
  let next = 1;
  return shown.map((column) => {
    const width = column.width || flexible;
    const x = next;
    next += width + 2;
    return { column, x, width };
  });
}

/** The title of the column at `x` in a list that is `cells` wide; null between two columns. */
export const titleAt = <Line>(columns: readonly Column<Line>[], cells: number, x: number): string | null =>
  placeColumns(columns, cells).find((one) => x >= one.x && x < one.x + one.width)?.column.title ?? null;

function drawText<Line>(
  canvas: Canvas,
  { column, x, width }: PlacedColumn<Line>,
  y: number,
  text: string,
  style: StyleId,
  cells = width,
) {
  if (column.align === 'left') canvas.text(x, y, text, style, cells);
  else canvas.textRight(x + width, y, text, style, cells);
}

/** Draws the titles of the columns; the flexible column also says which lines are shown. */
function drawHead<Line>(
  { theme, glyphs }: View,
  canvas: Canvas,
  { columns, sorted }: ListInput<Line>,
  placed: readonly PlacedColumn<Line>[],
  range: string,
): void {
  for (const one of placed) {
    const { column, x, width } = one;
    const isSorted = sorted !== undefined && columns[sorted.column] === column;
    const title = isSorted ? `${column.title}${sorted.ascending ? glyphs.ascending : glyphs.descending}` : column.title;
    // The gap between two columns has room for the mark.
    drawText(canvas, one, 0, title, isSorted ? theme.accent : theme.quiet, width + 1);
    if (column.width === 0 && title.length + range.length + 3 < width)
      canvas.textRight(x + width, 0, range, theme.quiet);
  }
}

export function drawList<Line>(view: View, canvas: Canvas, input: ListInput<Line>): void {
  const { theme } = view;
  const { count } = input;
  const placed = placeColumns(input.columns, canvas.columns);
  const rows = canvas.rows - 1;
  const selected = selectedLine(view, input.panel, count);
  const first = firstOfList(view, input.panel, rows, count);
  const range = count > rows ? `${first + 1}-${Math.min(first + rows, count)} of ${count}` : '';
  drawHead(view, canvas, input, placed, range);
  if (count === 0) canvas.text(1, 1, input.empty, theme.quiet);
  for (let i = 0; i < Math.min(rows, count - first); i++) {
    const line = input.line(first + i);
    for (const one of placed)
      drawText(canvas, one, i + 1, one.column.text(line), one.column.style?.(line) ?? theme.text);
    if (view.isFocused && first + i === selected) canvas.restyle(0, i + 1, canvas.columns, theme.selected);
  }
}
