/** The focus of tabs and lists, and their selected lines. */
import type { Action, ListAction } from '../action.ts';
import { selectedLine } from '../draw/list.ts';
import type { View } from '../panel.ts';
import { panelById, tabs } from '../panels/index.ts';
import { changed, type Outcome } from './outcome.ts';

/** @param act performs the action of the selected line */
export function moveInLists(view: View, action: ListAction, act: (view: View, action: Action) => Outcome): Outcome {
  const { ui } = view;
  switch (action.type) {
    case 'tab':
      return changed(ui, { tab: action.id, focus: action.id, request: null });
    case 'next-tab': {
      const order = tabs.map(({ id }) => id);
      const at = order.indexOf(ui.tab);
      const id = order[(at + action.by + order.length) % order.length];
      return changed(ui, { tab: id, focus: id, request: null });
    }
    case 'focus':
      return changed(ui, { focus: ui.focus === action.id ? ui.tab : action.id });
    case 'select': {
      const id = action.panel ?? ui.focus;
      const count = panelById(id)?.count?.(view) ?? 0;
      if (count === 0) return changed(ui, {});
      const before = selectedLine(view, id, count);
      const line = Math.max(0, Math.min(count - 1, before + action.by));
      // From now on the lanes stay where they are, whatever the verdict says.
      const holds = id === 'lanes' && ui.clicked?.panel !== id ? { clicked: { panel: id, line, first: before } } : {};
      const outcome = changed(ui, { selected: { ...ui.selected, [id]: line }, ...holds });
      // If a request is open, the request of the newly selected line replaces it.
      const opened = ui.request === null ? null : panelById(id)?.open?.(view, line);
      return opened?.type === 'request' ? act({ ...view, ui: outcome.ui }, opened) : outcome;
    }
    case 'select-line': {
      const line = Math.max(0, action.line);
      const { panel, first } = action;
      const clicked = first === undefined ? null : { panel, line, first };
      return changed(ui, { focus: panel, selected: { ...ui.selected, [panel]: line }, clicked });
    }
    case 'open': {
      const panel = panelById(ui.focus);
      const count = panel?.count?.(view) ?? 0;
      const opened = count > 0 ? (panel?.open?.(view, selectedLine(view, ui.focus, count)) ?? null) : null;
      return opened ? act(view, opened) : changed(ui, {});
    }
  }
}
