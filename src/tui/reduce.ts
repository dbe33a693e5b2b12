/** The state of the screen after an action, and what the engine is asked to do for it. Pure: no clock, no terminal. */
import type { EngineCommand } from '../engine/command.ts';
import { completeFilter, parseFilter } from '../engine/filter.ts';
import type { Action } from './action.ts';
import { selectedLine } from './draw/list.ts';
import { parseGoto } from './goto.ts';
import type { View } from './panel.ts';
import { panelById, tabs } from './panels/index.ts';
import { routeSortCount } from './panels/routes.ts';
import { colourings } from './scene/hues.ts';
import { timedFindings } from './shown-findings.ts';
import { themeNames } from './theme.ts';
import { spanSteps } from './time-axis.ts';
import type { UiState } from './ui-state.ts';

/** What the program itself must do. */
export type Effect =
  | { readonly type: 'quit'; readonly interrupted: boolean }
  | { readonly type: 'suspend' }
  | { readonly type: 'redraw' }
  | { readonly type: 'export'; readonly path: string };

export interface Outcome {
  readonly ui: UiState;
  readonly commands: readonly EngineCommand[];
  readonly effects: readonly Effect[];
}

const speeds = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
/** Speeds between which "faster" and "slower" step. */
const nextSpeed = (speed: number, by: 1 | -1): number =>
  by > 0
    ? (speeds.find((step) => step > speed * 1.001) ?? 1000)
    : (speeds.findLast((step) => step < speed * 0.999) ?? 0.1);

const next = <T>(list: readonly T[], present: T): T => list[(list.indexOf(present) + 1) % list.length];

/** What leaves the help open; a key that does something else is pressed to see it. */
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
  const { ui, snapshot } = view;
  const quiet: UiState = ui.message === '' ? ui : { ...ui, message: '' };
  const change = (to: Partial<UiState>): Outcome => ({ ui: { ...quiet, ...to }, commands: [], effects: [] });
  const command = (...commands: EngineCommand[]): Outcome => ({ ui: quiet, commands, effects: [] });
  const effect = (one: Effect): Outcome => ({ ui: quiet, commands: [], effects: [one] });
  const replay = snapshot.mode === 'replay';
  const clamp = (micros: number) => Math.min(snapshot.to, Math.max(snapshot.from, micros));

  switch (action.type) {
    case 'quit':
      return effect({ type: 'quit', interrupted: action.interrupted ?? false });
    case 'suspend':
    case 'redraw':
      return effect({ type: action.type });
    case 'message':
      return change({ message: action.text });
    case 'help':
      return change({ help: !ui.help, helpScroll: 0 });
    case 'scroll-help':
      return change({ helpScroll: Math.max(0, ui.helpScroll + action.by) });
    case 'escape':
      return change(escaped(ui));
    case 'pause':
      // A picture that moves on leaves the cursor behind.
      if (replay) return { ...change(snapshot.playing ? {} : { cursor: null }), commands: [{ type: 'toggle' }] };
      return change(ui.frozen ? { frozen: false, edge: null, cursor: null } : { frozen: true });
    case 'tab':
      return change({ tab: action.id, focus: action.id, request: null });
    case 'next-tab': {
      const order = tabs.map(({ id }) => id);
      const at = order.indexOf(ui.tab);
      const id = order[(at + action.by + order.length) % order.length];
      return change({ tab: id, focus: id, request: null });
    }
    case 'focus':
      return change({ focus: ui.focus === action.id ? ui.tab : action.id });
    case 'select': {
      const id = action.panel ?? ui.focus;
      const count = panelById(id)?.count?.(view) ?? 0;
      const fallback = id === 'log' ? count - 1 : 0;
      const line = Math.max(0, Math.min(count - 1, (ui.selected[id] ?? fallback) + action.by));
      if (count === 0) return change({});
      const outcome = change({ selected: { ...ui.selected, [id]: line } });
      // An open request is that of the chosen line.
      const opened = ui.request === null ? null : panelById(id)?.open?.(view, line);
      return opened?.type === 'request' ? reduce({ ...view, ui: outcome.ui }, opened) : outcome;
    }
    case 'select-line':
      return change({ focus: action.panel, selected: { ...ui.selected, [action.panel]: Math.max(0, action.line) } });
    case 'open': {
      const panel = panelById(ui.focus);
      const count = panel?.count?.(view) ?? 0;
      const opened = count > 0 ? (panel?.open?.(view, selectedLine(view, ui.focus, count)) ?? null) : null;
      return opened ? reduce(view, opened) : change({});
    }
    case 'zoom': {
      const at = spanSteps.indexOf(ui.spanSeconds as (typeof spanSteps)[number]);
      return change({ spanSeconds: spanSteps[Math.max(0, Math.min(spanSteps.length - 1, at + action.by))] });
    }
    case 'move-cursor':
      return change(movedCursor(view, action.cells));
    case 'cursor-at':
      return change({ cursor: action.micros });
    case 'show-moment':
      return showMoment(view, change, action.micros);
    case 'seek':
      return replay ? command({ type: 'seek', to: clamp(action.micros) }) : showMoment(view, change, action.micros);
    case 'colour':
      return change({ colourBy: action.by ?? next(colourings, ui.colourBy) });
    case 'lane-form':
      return change({ laneForm: next(['auto', 'slots', 'height'] as const, ui.laneForm) });
    case 'fold':
      return change({ foldCalm: !ui.foldCalm });
    case 'sort':
      return change({ sort: { column: (ui.sort.column + 1) % routeSortCount, ascending: false } });
    case 'sort-direction':
      return change({ sort: { ...ui.sort, ascending: !ui.sort.ascending } });
    case 'theme':
      return change({ theme: next(themeNames, ui.theme), message: `Theme: ${next(themeNames, ui.theme)}` });
    case 'mouse':
      return change({ mouse: !ui.mouse, message: `Mouse ${ui.mouse ? 'off: select text as usual' : 'on'}` });
    case 'prompt':
      return change({
        prompt: {
          kind: action.kind,
          text: action.kind === 'filter' ? ui.filter : action.kind === 'export' ? 'logscope.json' : '',
          error: null,
        },
      });
    case 'prompt-text':
      return ui.prompt ? change({ prompt: { ...ui.prompt, text: action.text, error: null } }) : change({});
    case 'prompt-complete': {
      if (ui.prompt?.kind !== 'filter') return change({});
      const [best] = completeFilter(ui.prompt.text, snapshot, 1);
      return best === undefined
        ? change({})
        : change({ prompt: { ...ui.prompt, text: ui.prompt.text.replace(/\S*$/, best) } });
    }
    case 'prompt-accept':
      return accepted(view, change, effect);
    case 'filter':
      return change({ filter: action.text, selected: {}, message: action.text === '' ? '' : `Filter: ${action.text}` });
    case 'request':
      return change({ request: { source: action.source, offset: action.offset } });
    case 'what-if':
      return change({ whatIf: { workers: action.workers, threads: action.threads } });
    case 'seek-by':
      return command({ type: 'seek', to: clamp(snapshot.now + action.micros) });
    case 'seek-share':
      return command({ type: 'seek', to: clamp(snapshot.now + action.by * (snapshot.to - snapshot.from)) });
    case 'seek-edge':
      if (replay) return command({ type: 'seek', to: action.to === 'start' ? snapshot.from : snapshot.to });
      return action.to === 'end' ? change({ edge: null, cursor: null }) : showMoment(view, change, snapshot.from);
    case 'step-finding':
      return steppedFinding(view, change, action.by);
    case 'step-request': {
      const to = neighbourRequest(view, action.by);
      return to === null ? change({ message: 'No further request' }) : command({ type: 'seek', to });
    }
    case 'speed':
      return command({ type: 'speed', factor: nextSpeed(snapshot.speed, action.by) });
    case 'skip-idle':
      return command({ type: 'skip-idle', on: !snapshot.skippingIdle });
    case 'loop':
      return looped(view, change);
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

/** The cursor moves by cells; at the left and right edge the picture moves with it. */
function movedCursor({ ui, scene, snapshot }: View, cells: number): Partial<UiState> {
  const { axis } = scene;
  const begin = ui.cursor ?? axis.to - axis.microsPerColumn * (cells < 0 ? 1 : 2);
  const cursor = (Math.round(begin / axis.microsPerColumn) + cells) * axis.microsPerColumn;
  if (cursor < axis.from) return { cursor, edge: axis.to - (axis.from - cursor) };
  if (cursor < axis.to) return { cursor };
  const edge = axis.to + (cursor - axis.to) + axis.microsPerColumn;
  return snapshot.mode === 'tail' && ui.edge !== null && edge < snapshot.now
    ? { cursor, edge }
    : { cursor: axis.to - axis.microsPerColumn, edge: snapshot.mode === 'tail' ? null : ui.edge };
}

/** Brings a moment onto the screen at a quarter from the left, with the cursor on it. */
function showMoment({ ui, snapshot, scene }: View, change: (to: Partial<UiState>) => Outcome, micros: number): Outcome {
  const edge = micros + ui.spanSeconds * 1e6 * 0.75;
  const cell = scene.axis.microsPerColumn;
  const cursor = Math.floor(micros / cell) * cell;
  if (snapshot.mode === 'replay') {
    const to = Math.min(snapshot.to, Math.max(snapshot.from, edge));
    return { ...change({ cursor, edge: null }), commands: [{ type: 'seek', to }] };
  }
  return edge >= snapshot.now ? change({ cursor, edge: null }) : change({ cursor, edge });
}

function steppedFinding(view: View, change: (to: Partial<UiState>) => Outcome, by: 1 | -1): Outcome {
  const moments = timedFindings(view);
  const here = view.ui.cursor ?? view.snapshot.now;
  const cell = view.scene.axis.microsPerColumn;
  const found =
    by > 0 ? moments.find(({ from }) => from > here + cell) : moments.findLast(({ from }) => from < here - cell);
  if (!found)
    return change({
      message: moments.length === 0 ? 'No finding has a time of its own' : `No ${by > 0 ? 'later' : 'earlier'} finding`,
    });
  const outcome = showMoment(view, change, found.from);
  return {
    ...outcome,
    ui: {
      ...outcome.ui,
      tab: 'findings',
      focus: 'findings',
      selected: { ...outcome.ui.selected, findings: found.index },
    },
  };
}

/** The end of the next (or last) request after (before) the position. */
function neighbourRequest({ snapshot }: View, by: 1 | -1): number | null {
  const { placement, requests, now } = snapshot;
  let best: number | null = null;
  for (let row = 0; row < requests.length; row++) {
    const at = placement.end[row] === placement.end[row] ? placement.end[row] : placement.start[row];
    if (by > 0 ? at > now && (best === null || at < best) : at < now && (best === null || at > best)) best = at;
  }
  return best;
}

function looped({ ui, snapshot }: View, change: (to: Partial<UiState>) => Outcome): Outcome {
  if (snapshot.looping) {
    return { ...change({ loopFrom: null, message: 'Loop off' }), commands: [{ type: 'loop', range: null }] };
  }
  if (ui.loopFrom === null)
    return change({ loopFrom: snapshot.now, message: 'Loop starts here; press l again where it ends' });
  const from = Math.min(ui.loopFrom, snapshot.now);
  const to = Math.max(ui.loopFrom, snapshot.now);
  if (to - from < 100_000) return change({ loopFrom: null, message: 'Too short to loop' });
  return { ...change({ loopFrom: null, message: 'Looping' }), commands: [{ type: 'loop', range: { from, to } }] };
}

function accepted(view: View, change: (to: Partial<UiState>) => Outcome, effect: (one: Effect) => Outcome): Outcome {
  const { prompt } = view.ui;
  if (!prompt) return change({});
  const text = prompt.text.trim();
  if (prompt.kind === 'export') {
    const outcome = text === '' ? change({}) : effect({ type: 'export', path: text });
    return { ...outcome, ui: { ...outcome.ui, prompt: null } };
  }
  if (prompt.kind === 'goto') {
    const to = text === '' ? null : parseGoto(text, view.snapshot);
    if (to === null)
      return text === ''
        ? change({ prompt: null })
        : change({ prompt: { ...prompt, error: 'write 13:02:10, +30s, -5m or 50%' } });
    const outcome = reduce(view, { type: 'seek', micros: to });
    return { ...outcome, ui: { ...outcome.ui, prompt: null } };
  }
  const { error } = parseFilter(text);
  return error ? change({ prompt: { ...prompt, error } }) : change({ prompt: null, filter: text, selected: {} });
}
