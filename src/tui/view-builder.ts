/** From the newest snapshot and the state of the screen to the view that panels draw, and the picture drawn by all of them. */
import type { Snapshot } from '../core/snapshot.ts';
import type { RawLine } from '../engine/engine.ts';
import { Canvas, type CellGrid, type Rect } from './canvas.ts';
import { axisColumns } from './draw/gutter.ts';
import { glyphsFor } from './glyphs.ts';
import { type Layout, layoutOf, SMALLEST } from './layout.ts';
import type { Panel, View } from './panel.ts';
import { panelById } from './panels/index.ts';
import { stripsWanted } from './panels/pool.ts';
import { knowsWaits } from './panels/queue.ts';
import { requestRows } from './panels/request.ts';
import { lanesWanted } from './scene/plan-lanes.ts';
import type { SceneCache } from './scene/scene-cache.ts';
import { shownFindings } from './shown-findings.ts';
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
  /** ms of any clock, to tell how old a scene is. */
  readonly nowMs: number;
}

/** `wait`, asked when the picture is drawn: it is a little behind; ask again after so many ms. */
export function buildView(input: ViewInput): { view: View; layout: Layout; wait: () => number } {
  const { snapshot, ui, theme, scenes, size } = input;
  const axis = createAxis(ui.edge ?? snapshot.now, ui.spanSeconds * 1e6, axisColumns(size.columns));
  const { scene, wait } = scenes.get({ snapshot, ui, theme, axis }, input.nowMs);
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
  const hasFindings = shownFindings(view).length > 0 || ui.filter !== '';
  return {
    view,
    layout: layoutOf({
      ...size,
      mode: snapshot.mode,
      lanesWanted: lanesWanted(view),
      hasQueue: knowsWaits(snapshot),
      strips: stripsWanted(view),
      filtered: ui.filter !== '',
      tabOnAxis: !ui.request && panelById(ui.tab)?.onTimeAxis === true,
      panelWanted: ui.request ? requestRows(size.columns) : 0,
      ...(ui.tab === 'findings' && !ui.request && snapshot.summary.requests.total > 0
        ? { tabNeeds: hasFindings ? Number.POSITIVE_INFINITY : 1 }
        : {}),
    }),
    wait,
  };
}

/** Draws every panel of the layout; rows that Ink owns stay blank. */
export function drawScreen(grid: CellGrid, view: View, layout: Layout): void {
  grid.clear();
  const { ui, theme } = view;
  const draw = (id: string, rect: Rect | null) => {
    const panel = panelById(id);
    if (!panel || !rect || rect.rows <= 0) return;
    panel.draw({ ...view, isFocused: ui.focus === id && !ui.help }, new Canvas(grid, rect));
  };
  if (layout.tooSmall) {
    const { columns, rows } = layout;
    const words = `Too small: ${columns}x${rows}, needs ${SMALLEST.columns}x${SMALLEST.rows}; q quits`;
    new Canvas(grid).text(0, 0, words, theme.text);
    return;
  }
  draw('header', layout.header);
  if (ui.help) return;
  draw('verdict', layout.verdict);
  draw('queue', layout.queue);
  draw('lanes', layout.lanes);
  draw('pool', layout.pool);
  draw(ui.request ? 'request' : ui.tab, layout.tab);
  if (layout.side) drawSide(grid, view, layout.side, draw);
  draw('transport', layout.transport);
  draw('status', layout.status);
}

/** The second list: the findings, or the routes with the findings. */
export const sidePanel = (ui: UiState): Panel => panelById(ui.tab === 'findings' ? 'routes' : 'findings') as Panel;

function drawSide(
  grid: CellGrid,
  { ui, theme, glyphs }: View,
  side: Rect,
  draw: (id: string, rect: Rect) => void,
): void {
  const panel = sidePanel(ui);
  if (side.x === 0) {
    const canvas = new Canvas(grid, side);
    canvas.fill(0, 0, side.columns, glyphs.horizontal, theme.line);
    canvas.text(2, 0, ` ${panel.title} `, theme.strong);
    draw(panel.id, { ...side, y: side.y + 1, rows: side.rows - 1 });
    return;
  }
  const canvas = new Canvas(grid, { ...side, x: side.x - 1, columns: side.columns + 1 });
  for (let y = 0; y < side.rows; y++) canvas.put(0, y, glyphs.vertical, theme.line);
  canvas.text(2, 0, panel.title, theme.strong);
  draw(panel.id, { ...side, x: side.x + 1, columns: side.columns - 1, y: side.y + 1, rows: side.rows - 1 });
}
