/** Builds the view that panels draw from the newest snapshot and the state of the screen, and draws all panels. */
import type { Snapshot } from '../core/snapshot.ts';
import type { RawLine } from '../engine/engine.ts';
import { Canvas, type CellGrid, type Rect } from './canvas.ts';
import { axisColumns } from './draw/gutter.ts';
import { glyphsFor } from './glyphs.ts';
import { type Layout, layoutOf, SMALLEST } from './layout.ts';
import { listsOf, type PlacedList } from './lists.ts';
import type { View } from './panel.ts';
import { panelById } from './panels/index.ts';
import { stripsWanted } from './panels/pool.ts';
import { knowsWaits } from './panels/queue.ts';
import { requestRows } from './panels/request.ts';
import { lanesUse, lanesWanted } from './scene/plan-lanes.ts';
import type { SceneCache } from './scene/scene-cache.ts';
import type { Theme } from './theme.ts';
import { createAxis } from './time-axis.ts';
import type { UiState } from './ui-state.ts';
import type { Predictions } from './what-if.ts';

export interface ViewInput {
  readonly snapshot: Snapshot;
  readonly ui: UiState;
  readonly theme: Theme;
  readonly scenes: SceneCache;
  readonly size: { readonly columns: number; readonly rows: number };
  readonly unseen: number;
  readonly rawLines: readonly RawLine[];
  readonly predictions: Predictions;
  /** Of any clock, ms; measures the age of a scene. */
  readonly nowMs: number;
  /** true: somebody waits for this frame, so new data may be left for the next one. */
  readonly isUrgent: boolean;
}

/** `wait`, to be asked after drawing: ms after which to draw again because the picture is slightly outdated; 0: it is up to date. */
export function buildView(input: ViewInput): { view: View; layout: Layout; wait: () => number } {
  const { snapshot, theme, scenes, size } = input;
  const { edge, spanSeconds, cursor } = input.ui;
  const axis = createAxis(edge ?? snapshot.now, spanSeconds * 1e6, axisColumns(size.columns));
  // When the picture moves on, the cursor may leave the screen; it is then dropped, since nothing can be read at it.
  const ui = cursor !== null && (cursor < axis.from || cursor >= axis.to) ? { ...input.ui, cursor: null } : input.ui;
  const { scene, wait } = scenes.get({ snapshot, ui, theme, axis }, input.nowMs, input.isUrgent);
  const view: View = {
    snapshot,
    ui,
    theme,
    glyphs: glyphsFor(theme.ascii),
    scene,
    unseen: input.unseen,
    isFocused: false,
    rawLines: input.rawLines,
    predictions: input.predictions,
  };
  return {
    view,
    layout: layoutOf({
      ...size,
      mode: snapshot.mode,
      isTimeless: scene.isTimeless,
      lanesWanted: lanesWanted(view),
      lanesUse: (rows) => lanesUse(view, rows),
      hasQueue: knowsWaits(snapshot),
      strips: stripsWanted(view),
      filtered: ui.filter !== '',
      panelWanted: ui.request ? requestRows(size.columns) : 0,
      lists: listsOf(view, size.columns),
    }),
    wait,
  };
}

/** Draws every panel of the layout; the rows that Ink draws stay blank. */
export function drawScreen(grid: CellGrid, view: View, layout: Layout): void {
  grid.clear();
  const { ui, theme } = view;
  const draw = (id: string, rect: Rect | null) => {
    const panel = panelById(id);
    if (!panel || !rect || rect.rows <= 0) return;
    panel.draw({ ...view, isFocused: ui.focus === id && !ui.help }, new Canvas(grid, rect));
  };
  if (layout.tooSmall) {
    new Canvas(grid).text(0, 0, tooSmallText(layout), theme.text);
    return;
  }
  draw('header', layout.header);
  if (ui.help) return;
  draw('verdict', layout.verdict);
  draw('queue', layout.queue);
  draw('lanes', layout.lanes);
  draw('pool', layout.pool);
  for (const list of layout.lists) {
    drawTitle(grid, view, list);
    draw(list.id, list.rect);
  }
  draw('transport', layout.transport);
  draw('status', layout.status);
}

/** As many words as fit into one line; the size that is needed is dropped last. */
function tooSmallText({ columns, rows }: Layout): string {
  const needed = `${SMALLEST.columns}x${SMALLEST.rows}`;
  const small = `Too small: ${columns}x${rows}, needs ${needed}`;
  return (
    [`${small}; q quits`, small, `Too small for ${needed}`, `Needs ${needed}`].find(
      ({ length }) => length <= columns,
    ) ?? needed
  );
}

/** Draws the title of a list without a tab name above it, and the line between two columns of lists. */
function drawTitle(grid: CellGrid, { theme, glyphs }: View, { id, rect, titleRow }: PlacedList): void {
  const { x, columns, rows } = rect;
  if (x > 0) {
    const height = rows + (titleRow < 0 ? 0 : 1);
    const line = new Canvas(grid, { x: x - 2, y: rect.y + rows - height, columns: 1, rows: height });
    for (let y = 0; y < height; y++) line.put(0, y, glyphs.vertical, theme.line);
  }
  if (titleRow < 0) return;
  const canvas = new Canvas(grid, { x, y: titleRow, columns, rows: 1 });
  canvas.fill(0, 0, columns, glyphs.horizontal, theme.line);
  canvas.text(1, 0, ` ${panelById(id)?.title ?? ''} `, theme.strong);
}
