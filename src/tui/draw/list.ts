/** Lists with columns: a head, lines, one of them selected, and as many shown as fit. */
import type { Canvas } from '../canvas.ts';
import type { View } from '../panel.ts';
import type { StyleId } from '../style.ts';

export interface Column<Line> {
  readonly title: string;
  /** Cells; the one column with 0 takes what is left. */
  readonly width: number;
  readonly align: 'left' | 'right';
  readonly text: (line: Line) => string;
  readonly style?: (line: Line) => StyleId | null;
  /** Left out on canvases narrower than this. */
  readonly from?: number;
}

export interface ListInput<Line> {
  readonly panel: string;
  readonly count: number;
  line(index: number): Line;
  readonly columns: readonly Column<Line>[];
  /** Marks the title of the column by which the lines are sorted. */
  readonly sorted?: { readonly column: number; readonly ascending: boolean };
  readonly empty: string;
}

/** First line shown so that the selected one is visible, the list moving no more than it must. */
export function firstShown(selected: number, rows: number, count: number): number {
  if (count <= rows) return 0;
  return Math.max(0, Math.min(selected - Math.floor(rows / 2), count - rows));
}

export const selectedLine = (view: View, panel: string, count: number): number =>
  Math.max(0, Math.min(view.ui.selected[panel] ?? 0, count - 1));

export function drawList<Line>(view: View, canvas: Canvas, input: ListInput<Line>): void {
  const { theme, glyphs } = view;
  const shown = input.columns.filter((column) => (column.from ?? 0) <= canvas.columns);
  const fixed = shown.reduce((sum, column) => sum + column.width, 0) + (shown.length - 1) * 2;
  const flexible = Math.max(4, canvas.columns - 2 - fixed);
  const widthOf = (column: Column<Line>) => column.width || flexible;

  const rows = canvas.rows - 1;
  const selected = selectedLine(view, input.panel, input.count);
  const first = firstShown(selected, rows, input.count);
  const place = input.count > rows ? `${first + 1}-${Math.min(first + rows, input.count)} of ${input.count}` : '';
  let x = 1;
  for (const column of shown) {
    const width = widthOf(column);
    const isSorted = input.sorted && input.columns[input.sorted.column] === column;
    const title = isSorted ? `${column.title}${input.sorted?.ascending ? glyphs.up : glyphs.down}` : column.title;
    if (column.align === 'left') canvas.text(x, 0, title, isSorted ? theme.accent : theme.quiet, width);
    else canvas.textRight(x + width, 0, title, isSorted ? theme.accent : theme.quiet, width);
    // The column with room to spare says which lines are shown.
    if (column.width === 0 && title.length + place.length + 3 < width)
      canvas.textRight(x + width, 0, place, theme.quiet);
    x += width + 2;
  }
  if (input.count === 0) {
    canvas.text(1, 1, input.empty, theme.quiet);
    return;
  }
  for (let i = 0; i < Math.min(rows, input.count - first); i++) {
    const line = input.line(first + i);
    const isSelected = view.isFocused && first + i === selected;
    x = 1;
    for (const column of shown) {
      const width = widthOf(column);
      const style = column.style?.(line) ?? theme.text;
      if (column.align === 'left') canvas.text(x, i + 1, column.text(line), style, width);
      else canvas.textRight(x + width, i + 1, column.text(line), style, width);
      x += width + 2;
    }
    if (isSelected) canvas.restyle(0, i + 1, canvas.columns, theme.selected);
  }
}
