/** The state of the screen after an action, and the requests to the engine. Pure: no clock, no terminal. */
import type { Action } from '../action.ts';
import type { View } from '../panel.ts';
import type { UiState } from '../ui-state.ts';
import { moveInLists } from './lists.ts';
import { changeLook } from './look.ts';
import { changed, effected, type Outcome } from './outcome.ts';
import { editPrompt } from './prompt.ts';
import { moveInTime } from './time.ts';

/** Actions that leave the help open; any other closes it, so that its effect can be seen. */
const underHelp: ReadonlySet<Action['type']> = new Set([
  'help',
  'scroll-help',
  'escape',
  'quit',
  'suspend',
  'redraw',
  'theme',
  'mouse',
]);

export function reduce(before: View, action: Action): Outcome {
  const closes = before.ui.help && !underHelp.has(action.type);
  const view = closes ? { ...before, ui: { ...before.ui, help: false } } : before;
  const outcome = reduced(view, action);
  const { filter } = outcome.ui;
  if (filter === view.ui.filter || outcome.commands.some(({ type }) => type === 'filter')) return outcome;
  return { ...outcome, commands: [...outcome.commands, { type: 'filter', text: filter }] };
}

function reduced(view: View, action: Action): Outcome {
  const { ui } = view;
  switch (action.type) {
    case 'quit':
      return effected(ui, { type: 'quit', interrupted: action.interrupted ?? false });
    case 'suspend':
    case 'redraw':
      return effected(ui, { type: action.type });
    case 'message':
      return changed(ui, { message: action.text });
    case 'escape':
      return changed(ui, escaped(ui));
    case 'filter': {
      const message = action.text === '' ? '' : `Filter: ${action.text}`;
      return changed(ui, { filter: action.text, selected: {}, message });
    }
    case 'request':
      return changed(ui, { request: { source: action.source, offset: action.offset } });
    case 'what-if':
      return changed(ui, { whatIf: { workers: action.workers, threads: action.threads } });
    case 'tab':
    case 'next-tab':
    case 'focus':
    case 'select':
    case 'select-line':
    case 'open':
      return moveInLists(view, action, reduce);
    case 'colour':
    case 'lane-form':
    case 'fold':
    case 'sort':
    case 'sort-direction':
    case 'theme':
    case 'mouse':
    case 'help':
    case 'scroll-help':
      return changeLook(view, action);
    case 'prompt':
    case 'prompt-text':
    case 'prompt-complete':
    case 'prompt-accept':
      return editPrompt(view, action);
    default:
      return moveInTime(view, action);
  }
}

/** What escape closes: one thing at a time, the innermost first. */
function escaped(ui: UiState): Partial<UiState> {
  if (ui.prompt) return { prompt: null };
  if (ui.help) return { help: false };
  if (ui.request) return { request: null };
  if (ui.cursor !== null) return { cursor: null };
  if (ui.edge !== null) return { edge: null };
  if (ui.filter !== '') return { filter: '' };
  return ui.focus === ui.tab ? {} : { focus: ui.tab };
}
