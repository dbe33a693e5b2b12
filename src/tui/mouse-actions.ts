/** What a click or the wheel does, depending on where it happens. */
import type { Action } from './action.ts';
import type { Rect } from './canvas.ts';
import { gutterOf } from './draw/gutter.ts';
import { firstOfList, selectedLine } from './draw/list.ts';
import type { Layout } from './layout.ts';
import type { PlacedList } from './lists.ts';
import type { MouseEvent } from './mouse.ts';
import type { View } from './panel.ts';
import { panelById } from './panels/index.ts';
import { transportBar } from './panels/transport.ts';
import { type LanePlan, planLanes } from './scene/plan-lanes.ts';
import { tabAt } from './tab-names.ts';

const isIn = (rect: Rect | null, { x, y }: MouseEvent): rect is Rect =>
  rect !== null && x >= rect.x && x < rect.x + rect.columns && y >= rect.y && y < rect.y + rect.rows;

const isOnAxis = ({ queue, lanes, pool }: Layout, event: MouseEvent): boolean =>
  [queue, lanes, pool].some((rect) => isIn(rect, event));

export function mouseActions(event: MouseEvent, view: View, layout: Layout): Action[] {
  if (layout.tooSmall) return [];
  const { ui } = view;
  if (ui.help) return event.kind === 'wheel' ? [{ type: 'scroll-help', by: event.by * 3 }] : [];
  if (event.kind === 'wheel') {
    if (isOnAxis(layout, event)) return [{ type: 'zoom', by: event.by < 0 ? -1 : 1 }];
    // The wheel scrolls the list under the pointer, whether it has the focus or not.
    const under = layout.lists.find(({ rect }) => isIn(rect, event))?.id ?? ui.focus;
    return [{ type: 'select', by: event.by * 3, panel: under === 'request' ? ui.focus : under }];
  }
  if (isIn(layout.transport, event)) return transport(event, view, layout.transport);
  if (isOnAxis(layout, event)) return lanes(event, view, layout);
  if (event.kind === 'drag') return [];
  if (event.y === layout.tabsRow) {
    const tab = tabAt(event.x, layout.columns, ui.tab);
    return tab ? [{ type: 'tab', id: tab }] : [];
  }
  const clicked = layout.lists.find(({ rect }) => isIn(rect, event));
  return clicked ? list(event, view, clicked) : [];
}

/** A click on the lanes or charts puts the cursor there; on a lane it also selects it. */
function lanes(event: MouseEvent, view: View, layout: Layout): Action[] {
  const { left } = gutterOf(layout.columns);
  const { axis } = view.scene;
  const column = event.x - left;
  const actions: Action[] = [];
  if (column >= 0 && column < axis.columns) {
    const cell = Math.round(axis.from / axis.microsPerColumn) + column;
    actions.push({ type: 'cursor-at', micros: cell * axis.microsPerColumn });
  }
  if (event.kind === 'press' && isIn(layout.lanes, event)) {
    const plan = planLanes(view, layout.lanes.rows - 1);
    const line = trackAt(event.y - layout.lanes.y - 1, plan);
    // `first` keeps the lanes where they are, under the pointer.
    if (line >= 0) actions.push({ type: 'select-line', panel: 'lanes', line, first: plan.plans[0].track });
  }
  return actions;
}

/** The track drawn in a text row below the title of the lanes; -1 if there is none. */
function trackAt(row: number, { plans, headings }: LanePlan): number {
  let y = 0;
  for (let i = 0; i < plans.length; i++) {
    if (headings[i] !== null) y++;
    const rows = plans[i].rows * plans[i].thick;
    if (row >= y && row < y + rows) return plans[i].track;
    y += rows;
  }
  return -1;
}

function transport({ x }: MouseEvent, { snapshot }: View, rect: Rect): Action[] {
  const { left, width } = transportBar(snapshot, rect.columns);
  const share = (x - rect.x - left) / Math.max(1, width);
  if (share < 0 || share > 1) return [];
  return [{ type: 'seek', micros: snapshot.from + share * (snapshot.to - snapshot.from) }];
}

/** A click on a line of a list selects it, a click on the selected line opens it. A list beside the tab becomes the tab. */
function list({ x, y }: MouseEvent, view: View, { id, rect }: PlacedList): Action[] {
  if (id === 'request') return [];
  const { ui } = view;
  const isTab = id === ui.tab && !ui.request;
  const panel = panelById(id);
  const count = panel?.count?.(view) ?? 0;
  const asTab: Action[] = isTab ? [] : [{ type: 'tab', id }];
  const pressed = y === rect.y ? panel?.pressTitle?.(view, rect.columns, x - rect.x) : null;
  if (pressed) return [...asTab, pressed];
  if (count === 0 || id === 'findings') return isTab && ui.focus !== id ? [{ type: 'focus', id }] : asTab;
  const row = y - rect.y;
  const line = panel?.lineAt?.(view, rect, row) ?? firstOfList(view, id, rect.rows - 1, count) + row - 1;
  if (line < 0 || line >= count) return asTab;
  if (isTab && line === selectedLine(view, id, count) && ui.focus === id) return [{ type: 'open' }];
  const first = Math.max(0, line - (panel?.lineAt ? row : row - 1));
  return [...asTab, { type: 'select-line', panel: id, line, first }];
}
