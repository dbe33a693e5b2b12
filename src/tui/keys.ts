/** The key table: what every key does, where. Help and the footer are generated from it. */
import type { Action } from './action.ts';
import type { UiState } from './ui-state.ts';

export interface KeyContext {
  readonly ui: UiState;
  readonly mode: 'tail' | 'replay';
}

export interface KeyBinding {
  /** Names as `keyName` makes them; the first one is shown. */
  readonly keys: readonly string[];
  readonly does: string;
  readonly group: 'Anywhere' | 'Lanes and time' | 'Panels' | 'Replay' | 'What if';
  /** Where it holds; everywhere when missing. */
  readonly when?: (context: KeyContext) => boolean;
  readonly action: Action | ((context: KeyContext) => Action);
  /** A word for the footer; none when missing. The lower the rank, the longer it stays on a narrow screen. */
  readonly footer?: { readonly word: string; readonly rank: number };
}

const inReplay = ({ mode }: KeyContext): boolean => mode === 'replay';
const inTail = ({ mode }: KeyContext): boolean => mode === 'tail';
const inWhatIf = ({ ui }: KeyContext): boolean => ui.focus === 'what-if' && ui.tab === 'what-if';
const inHelp = ({ ui }: KeyContext): boolean => ui.help;
const whatIf =
  (workers: number, threads: number) =>
  ({ ui }: KeyContext): Action => ({
    type: 'what-if',
    workers: ui.whatIf.workers + workers,
    threads: ui.whatIf.threads + threads,
  });

const SECOND = 1_000_000;

/** The first binding whose key and place match wins. */
export const keyBindings: readonly KeyBinding[] = [
  {
    keys: ['q'],
    does: 'quit',
    group: 'Anywhere',
    action: { type: 'quit' },
    footer: { word: 'quit', rank: 0 },
  },
  { keys: ['ctrl+c'], does: 'quit', group: 'Anywhere', action: { type: 'quit', interrupted: true } },
  {
    keys: ['?', 'f1'],
    does: 'this help, and back',
    group: 'Anywhere',
    action: { type: 'help' },
    footer: { word: 'help', rank: 1 },
  },
  {
    keys: ['down', 'j'],
    does: 'scroll the help',
    group: 'Anywhere',
    when: inHelp,
    action: { type: 'scroll-help', by: 1 },
  },
  {
    keys: ['up', 'k'],
    does: 'scroll the help',
    group: 'Anywhere',
    when: inHelp,
    action: { type: 'scroll-help', by: -1 },
  },
  {
    keys: ['escape'],
    does: 'back: closes, clears the cursor, then the filter',
    group: 'Anywhere',
    action: { type: 'escape' },
  },
  {
    keys: ['space'],
    does: 'freeze the picture and go on (reading never stops)',
    group: 'Anywhere',
    when: inTail,
    action: { type: 'pause' },
    footer: { word: 'pause', rank: 2 },
  },
  {
    keys: ['space', 'p'],
    does: 'play and pause',
    group: 'Replay',
    when: inReplay,
    action: { type: 'pause' },
    footer: { word: 'play', rank: 2 },
  },
  {
    keys: ['/'],
    does: 'filter: route:/io status:5xx worker:8712 slower:500ms wait>1s',
    group: 'Anywhere',
    action: { type: 'prompt', kind: 'filter' },
    footer: { word: 'filter', rank: 5 },
  },
  {
    keys: ['e'],
    does: 'export what is on the screen: .json, .txt, .ansi or .svg',
    group: 'Anywhere',
    action: { type: 'prompt', kind: 'export' },
    footer: { word: 'export', rank: 9 },
  },
  {
    keys: ['t'],
    does: 'next theme: dark, light, high contrast, colour-blind',
    group: 'Anywhere',
    action: { type: 'theme' },
  },
  {
    keys: ['m'],
    does: 'mouse on or off (off leaves selecting text to the terminal)',
    group: 'Anywhere',
    action: { type: 'mouse' },
  },
  { keys: ['ctrl+l'], does: 'draw the whole screen again', group: 'Anywhere', action: { type: 'redraw' } },
  { keys: ['ctrl+z'], does: 'suspend; fg comes back', group: 'Anywhere', action: { type: 'suspend' } },

  { keys: ['up'], does: 'more workers', group: 'What if', when: inWhatIf, action: whatIf(1, 0) },
  { keys: ['down'], does: 'fewer workers', group: 'What if', when: inWhatIf, action: whatIf(-1, 0) },
  { keys: ['right'], does: 'more threads per worker', group: 'What if', when: inWhatIf, action: whatIf(0, 1) },
  { keys: ['left'], does: 'fewer threads per worker', group: 'What if', when: inWhatIf, action: whatIf(0, -1) },
  {
    keys: ['0'],
    does: 'back to the present pool',
    group: 'What if',
    when: inWhatIf,
    action: { type: 'what-if', workers: 0, threads: 0 },
  },

  {
    keys: ['tab'],
    does: 'next panel',
    group: 'Panels',
    action: { type: 'next-tab', by: 1 },
    footer: { word: 'panels', rank: 3 },
  },
  { keys: ['shift+tab'], does: 'previous panel', group: 'Panels', action: { type: 'next-tab', by: -1 } },
  { keys: ['1'], does: 'findings', group: 'Panels', action: { type: 'tab', id: 'findings' } },
  { keys: ['2'], does: 'routes', group: 'Panels', action: { type: 'tab', id: 'routes' } },
  { keys: ['3'], does: 'workers', group: 'Panels', action: { type: 'tab', id: 'workers' } },
  { keys: ['4'], does: 'requests', group: 'Panels', action: { type: 'tab', id: 'requests' } },
  { keys: ['5'], does: 'heat map of the latency', group: 'Panels', action: { type: 'tab', id: 'heat-map' } },
  {
    keys: ['6'],
    does: 'what if the pool were larger or smaller',
    group: 'Panels',
    action: { type: 'tab', id: 'what-if' },
  },
  { keys: ['7'], does: 'log', group: 'Panels', action: { type: 'tab', id: 'log' } },
  { keys: ['w'], does: 'the lanes: arrows choose a worker', group: 'Panels', action: { type: 'focus', id: 'lanes' } },
  { keys: ['up', 'k'], does: 'line up', group: 'Panels', action: { type: 'select', by: -1 } },
  { keys: ['down', 'j'], does: 'line down', group: 'Panels', action: { type: 'select', by: 1 } },
  { keys: ['pageup'], does: 'ten lines up', group: 'Panels', action: { type: 'select', by: -10 } },
  { keys: ['pagedown'], does: 'ten lines down', group: 'Panels', action: { type: 'select', by: 10 } },
  {
    keys: ['return'],
    does: 'open: jump to a finding, filter by a route or worker, show a request',
    group: 'Panels',
    action: { type: 'open' },
    footer: { word: 'open', rank: 6 },
  },
  { keys: ['s'], does: 'sort the routes by the next column', group: 'Panels', action: { type: 'sort' } },
  { keys: ['S'], does: 'sort the other way round', group: 'Panels', action: { type: 'sort-direction' } },

  {
    keys: ['left'],
    does: '10 s back',
    group: 'Replay',
    when: inReplay,
    action: { type: 'seek-by', micros: -10 * SECOND },
    footer: { word: '±10s', rank: 4 },
  },
  {
    keys: ['right'],
    does: '10 s on',
    group: 'Replay',
    when: inReplay,
    action: { type: 'seek-by', micros: 10 * SECOND },
  },
  {
    keys: ['shift+left'],
    does: '1 min back',
    group: 'Replay',
    when: inReplay,
    action: { type: 'seek-by', micros: -60 * SECOND },
  },
  {
    keys: ['shift+right'],
    does: '1 min on',
    group: 'Replay',
    when: inReplay,
    action: { type: 'seek-by', micros: 60 * SECOND },
  },
  { keys: [','], does: '1 s back', group: 'Replay', when: inReplay, action: { type: 'seek-by', micros: -SECOND } },
  { keys: ['.'], does: '1 s on', group: 'Replay', when: inReplay, action: { type: 'seek-by', micros: SECOND } },
  { keys: ['('], does: '10 % back', group: 'Replay', when: inReplay, action: { type: 'seek-share', by: -0.1 } },
  { keys: [')'], does: '10 % on', group: 'Replay', when: inReplay, action: { type: 'seek-share', by: 0.1 } },
  {
    keys: ['>', 'f'],
    does: 'faster, up to x1000',
    group: 'Replay',
    when: inReplay,
    action: { type: 'speed', by: 1 },
    footer: { word: 'faster', rank: 7 },
  },
  {
    keys: ['<', 'd'],
    does: 'slower, down to x0.1',
    group: 'Replay',
    when: inReplay,
    action: { type: 'speed', by: -1 },
    footer: { word: 'slower', rank: 7 },
  },
  {
    keys: ['home', 'g'],
    does: 'to the start',
    group: 'Replay',
    when: inReplay,
    action: { type: 'seek-edge', to: 'start' },
  },
  { keys: ['end', 'G'], does: 'to the end', group: 'Replay', when: inReplay, action: { type: 'seek-edge', to: 'end' } },
  { keys: ['r'], does: 'next request', group: 'Replay', when: inReplay, action: { type: 'step-request', by: 1 } },
  { keys: ['R'], does: 'previous request', group: 'Replay', when: inReplay, action: { type: 'step-request', by: -1 } },
  { keys: ['i'], does: 'skip idle stretches', group: 'Replay', when: inReplay, action: { type: 'skip-idle' } },
  {
    keys: ['l'],
    does: 'loop: mark the start, then the end, then off',
    group: 'Replay',
    when: inReplay,
    action: { type: 'loop' },
  },

  {
    keys: ['+', '='],
    does: 'zoom in, down to 1 s on the screen',
    group: 'Lanes and time',
    action: { type: 'zoom', by: -1 },
    footer: { word: 'zoom', rank: 8 },
  },
  {
    keys: ['-', '_'],
    does: 'zoom out, up to 1 h on the screen',
    group: 'Lanes and time',
    action: { type: 'zoom', by: 1 },
  },
  {
    keys: ['left'],
    does: 'cursor one cell back',
    group: 'Lanes and time',
    when: inTail,
    action: { type: 'move-cursor', cells: -1 },
  },
  {
    keys: ['right'],
    does: 'cursor one cell on',
    group: 'Lanes and time',
    when: inTail,
    action: { type: 'move-cursor', cells: 1 },
  },
  {
    keys: ['shift+left'],
    does: 'cursor ten cells back',
    group: 'Lanes and time',
    when: inTail,
    action: { type: 'move-cursor', cells: -10 },
  },
  {
    keys: ['shift+right'],
    does: 'cursor ten cells on',
    group: 'Lanes and time',
    when: inTail,
    action: { type: 'move-cursor', cells: 10 },
  },
  {
    keys: ['['],
    does: 'cursor one cell back; panels speak of that moment',
    group: 'Lanes and time',
    action: { type: 'move-cursor', cells: -1 },
  },
  { keys: [']'], does: 'cursor one cell on', group: 'Lanes and time', action: { type: 'move-cursor', cells: 1 } },
  { keys: ['{'], does: 'cursor ten cells back', group: 'Lanes and time', action: { type: 'move-cursor', cells: -10 } },
  { keys: ['}'], does: 'cursor ten cells on', group: 'Lanes and time', action: { type: 'move-cursor', cells: 10 } },
  {
    keys: ['home', 'g'],
    does: 'to the first request held',
    group: 'Lanes and time',
    when: inTail,
    action: { type: 'seek-edge', to: 'start' },
  },
  {
    keys: ['end', 'G'],
    does: 'back to now',
    group: 'Lanes and time',
    when: inTail,
    action: { type: 'seek-edge', to: 'end' },
  },
  {
    keys: ['n'],
    does: 'next finding',
    group: 'Lanes and time',
    action: { type: 'step-finding', by: 1 },
    footer: { word: 'finding', rank: 5 },
  },
  { keys: ['N'], does: 'previous finding', group: 'Lanes and time', action: { type: 'step-finding', by: -1 } },
  {
    keys: [':'],
    does: 'go to a time: 13:02:10, +30s, -5m, 50%',
    group: 'Lanes and time',
    action: { type: 'prompt', kind: 'goto' },
  },
  {
    keys: ['c'],
    does: 'colour by status, route, duration',
    group: 'Lanes and time',
    action: { type: 'colour' },
    footer: { word: 'colour', rank: 8 },
  },
  {
    keys: ['v'],
    does: 'lanes as rows per slot, as height, as it fits',
    group: 'Lanes and time',
    action: { type: 'lane-form' },
  },
  { keys: ['z'], does: 'fold calm workers', group: 'Lanes and time', action: { type: 'fold' } },
];

export function actionOf(name: string, context: KeyContext): Action | null {
  const binding = keyBindings.find(({ keys, when }) => keys.includes(name) && (when?.(context) ?? true));
  if (!binding) return null;
  return typeof binding.action === 'function' ? binding.action(context) : binding.action;
}

/** The parts of Ink's key object that matter here. */
export interface InkKey {
  readonly upArrow: boolean;
  readonly downArrow: boolean;
  readonly leftArrow: boolean;
  readonly rightArrow: boolean;
  readonly pageUp: boolean;
  readonly pageDown: boolean;
  readonly home: boolean;
  readonly end: boolean;
  readonly return: boolean;
  readonly escape: boolean;
  readonly tab: boolean;
  readonly backspace: boolean;
  readonly delete: boolean;
  readonly ctrl: boolean;
  readonly shift: boolean;
}

/** One name per key: "left", "shift+left", "ctrl+c", "space", or the character itself. */
export function keyName(input: string, key: InkKey): string {
  const shift = key.shift ? 'shift+' : '';
  if (key.upArrow) return `${shift}up`;
  if (key.downArrow) return `${shift}down`;
  if (key.leftArrow) return `${shift}left`;
  if (key.rightArrow) return `${shift}right`;
  if (key.pageUp) return 'pageup';
  if (key.pageDown) return 'pagedown';
  if (key.home) return 'home';
  if (key.end) return 'end';
  if (key.return) return 'return';
  if (key.tab) return `${shift}tab`;
  // Ink 6 reports the backspace key (0x7F) as "delete".
  if (key.backspace || key.delete) return 'backspace';
  if (key.escape) return 'escape';
  if (key.ctrl && input !== '') return `ctrl+${input}`;
  return input === ' ' ? 'space' : input;
}

/** How a key is written in help: "←", "⇧→", "ctrl-c". */
export function keyLabel(name: string, ascii: boolean): string {
  if (ascii) return name.replace('ctrl+', 'ctrl-').replace('return', 'enter').replace('escape', 'esc');
  const arrows: Readonly<Record<string, string>> = { left: '←', right: '→', up: '↑', down: '↓' };
  return name
    .replace('shift+', '⇧')
    .replace('ctrl+', 'ctrl-')
    .replace('return', 'enter')
    .replace('escape', 'esc')
    .replace('pageup', 'PgUp')
    .replace('pagedown', 'PgDn')
    .replace(/left|right|up$|down$/, (arrow) => arrows[arrow]);
}
