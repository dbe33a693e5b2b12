/** Views and pictures for tests: what a panel or the whole screen draws for a snapshot. */
import type { Snapshot } from '../../src/core/snapshot.ts';
import { Canvas, CellGrid } from '../../src/tui/canvas.ts';
import { axisColumns } from '../../src/tui/draw/gutter.ts';
import { glyphsFor } from '../../src/tui/glyphs.ts';
import type { Panel, View } from '../../src/tui/panel.ts';
import { SceneCache } from '../../src/tui/scene/scene-cache.ts';
import type { ColourDepth } from '../../src/tui/style.ts';
import { createTheme, type ThemeName } from '../../src/tui/theme.ts';
import { createAxis } from '../../src/tui/time-axis.ts';
import { initialUi, type UiState } from '../../src/tui/ui-state.ts';

export interface ViewOptions {
  readonly columns?: number;
  readonly ui?: Partial<UiState>;
  readonly depth?: ColourDepth;
  readonly ascii?: boolean;
  readonly theme?: ThemeName;
  readonly change?: Partial<View>;
}

export function viewOf(snapshot: Snapshot, options: ViewOptions = {}): View {
  const { columns = 80, depth = 16_777_216, ascii = false } = options;
  const theme = createTheme(options.theme ?? 'dark', depth, ascii);
  const ui = initialUi(options.ui);
  const axis = createAxis(ui.edge ?? snapshot.now, ui.spanSeconds * 1e6, axisColumns(columns));
  return {
    snapshot,
    ui,
    theme,
    glyphs: glyphsFor(ascii),
    scene: new SceneCache().get({ snapshot, ui, theme, axis }, 0).scene,
    unseen: 0,
    isFocused: true,
    rawLines: [],
    predictions: { present: undefined, asked: undefined, ladder: [] },
    ...options.change,
  };
}

export const rowsOf = (grid: CellGrid): string[] =>
  Array.from({ length: grid.rows }, (_, y) => grid.glyphs.slice(y * grid.columns, (y + 1) * grid.columns).join(''));

/** The rows that a panel draws, without trailing blanks. */
export function drawn(panel: Panel, view: View, columns: number, rows: number): string[] {
  const grid = new CellGrid(columns, rows);
  panel.draw(view, new Canvas(grid));
  return rowsOf(grid).map((row) => row.trimEnd());
}
