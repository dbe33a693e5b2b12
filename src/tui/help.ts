/** Help and footer, generated from the key tables. */
import { filterFields } from '../engine/filter.ts';
import type { ChromeState } from './chrome-state.ts';
import type { KeyBinding } from './keys/binding.ts';
import { bindingOf, keyBindings } from './keys/index.ts';
import { keyLabel } from './keys/names.ts';

export interface HelpLine {
  /** Its position in the help. */
  readonly id: number;
  readonly keys: string;
  readonly text: string;
  readonly isHeading: boolean;
}

type Group = KeyBinding['group'];

/** Up to this many keys are listed one by one; more are shown as a range, such as the numbers of the tabs. */
const MOST_KEYS = 4;

const groups = (mode: 'tail' | 'replay'): readonly Group[] =>
  mode === 'replay'
    ? ['Replay', 'Panels', 'Lanes and time', 'What if', 'Anywhere']
    : ['Panels', 'Lanes and time', 'What if', 'Anywhere'];

/**
 * The keys of bindings that share a line of the help: all keys of up to two bindings, the first key of each of several; first and last of
 * many.
 */
function labels(bindings: readonly KeyBinding[], ascii: boolean): string {
  const names = bindings.flatMap(({ keys }) => (bindings.length > 2 ? keys.slice(0, 1) : keys));
  const shown = names.map((name) => keyLabel(name, ascii));
  return shown.length > MOST_KEYS ? `${shown[0]}-${shown.at(-1)}` : shown.join(' ');
}

/** Whether a binding is listed in this mode: those that only hold in the other mode are left out. */
function holds(binding: KeyBinding, { mode }: Pick<ChromeState, 'mode'>): boolean {
  if (!binding.when || binding.group === 'What if') return true;
  return binding.when({ ui: { help: true, focus: 'findings', tab: 'findings' }, mode });
}

const legend: readonly (readonly [string, string, string])[] = [
  ['█', '#', 'a request whose start and end the log states'],
  ['▓', '+', 'a request whose start was inferred'],
  ['▒', '~', 'the stamps are too coarse to say what ran here'],
  ['/io 1s', '/io 1s', 'zoomed in, a bar has its route and how long it took'],
  ['▄', '|', 'many short requests: how busy it was; red: a quarter failed'],
  ['░', ':', 'killed before it was logged: from the last line to the kill'],
  ['·', '.', 'not logged yet: lines come at the end; not worked out yet'],
  ['service p95', 'service p95', 'the brighter part of a column is the p50; of the wait too'],
  ['req/s', 'req/s', 'the red part of a column are server errors'],
  ['▲ ▼', '^ v', 'a worker booted, exited'],
  ['↻', 'R', 'a worker was recycled, or another one took its place'],
  ['✖ †', 'X K', 'a worker timed out, was killed'],
];

/** Words that the screen uses without explaining them, for readers who have never heard of a worker. */
const words: readonly (readonly [string, string])[] = [
  ['worker', 'a process of the server that answers requests'],
  ['slot', 'room for one request: a sync worker, or one of its threads'],
  ['async', 'a worker that runs many requests at once while they wait'],
  ['full', 'every slot is busy: who comes now has to wait'],
  ['queue', 'callers that wait for a slot; a log has no line of them yet'],
  ['service', 'the time from when a slot takes a request to its answer'],
  ['wait', 'the time in the queue before that: rarely logged, so inferred'],
  ['p50, p95', 'half of the requests took no longer, and 19 of 20'],
  ['utilisation', 'the share of their time that all slots together are busy'],
  ['balance', 'requests of a worker against an even share: x2 is twice it'],
  ['~', 'could be far off: the log fits a wide range'],
];

export function helpLines(state: Pick<ChromeState, 'mode' | 'ascii'>): HelpLine[] {
  const lines: HelpLine[] = [];
  const add = (keys: string, text: string, isHeading = false) =>
    lines.push({ id: lines.length, keys, text, isHeading });
  const heading = (text: string) => {
    if (lines.length > 0) add('', '', true);
    add('', text, true);
  };
  for (const group of groups(state.mode)) {
    heading(group);
    const told = keyBindings.filter((binding) => binding.group === group && holds(binding, state));
    told.forEach(({ does }, i) => {
      if (does === undefined) return;
      const next = told.findIndex((other, at) => at > i && other.does !== undefined);
      add(labels(told.slice(i, next < 0 ? told.length : next), state.ascii), does);
    });
  }
  heading('On the lanes');
  for (const [glyph, plain, text] of legend) add(state.ascii ? plain : glyph, text);
  add('grey', 'under a filter: requests that do not pass', false);
  heading('Words');
  for (const [word, text] of words) add(word, text);
  heading('Filter fields');
  for (const [field, text] of Object.entries(filterFields)) add(field, text);
  heading('Mouse');
  add('click', 'lane, chart: the cursor; tab, line: chooses it, again: opens it');
  add('', 'title of a column of the routes: sorts by it');
  add('wheel', 'zooms on the lanes, scrolls elsewhere');
  return lines;
}

/** The part of the help that is on the screen: `columns` columns of `perColumn` lines, from line `first` on. */
export interface HelpPage {
  readonly lines: readonly HelpLine[];
  readonly columns: number;
  readonly perColumn: number;
  readonly first: number;
  /** The largest value of `first`. */
  readonly lastFirst: number;
}

/** Width of a column of the help, cells. */
const HELP_COLUMN = 78;

export function helpPage(state: Pick<ChromeState, 'mode' | 'ascii' | 'columns' | 'rows' | 'helpScroll'>): HelpPage {
  const lines = helpLines(state);
  // One row for the header above, one for the line about scrolling below.
  const rows = Math.max(1, state.rows - 2);
  const columns = Math.max(1, Math.min(Math.floor(state.columns / HELP_COLUMN), Math.ceil(lines.length / rows)));
  const perColumn = Math.min(rows, Math.ceil(lines.length / columns));
  const lastFirst = Math.max(0, lines.length - perColumn * columns);
  return { lines, columns, perColumn, lastFirst, first: Math.max(0, Math.min(state.helpScroll, lastFirst)) };
}

export interface FooterItem {
  readonly keys: string;
  readonly word: string;
}

/** In ASCII "±" becomes two characters. */
const footerWord = (word: string, ascii: boolean): string => (ascii ? word.replace('±', '+-') : word);

const OF_TIME: ReadonlySet<string> = new Set(['Replay', 'Lanes and time']);

/** The most important keys that fit, in the order of the table; only those that do in this place what their word says. */
export function footerItems(
  state: Pick<ChromeState, 'mode' | 'ascii' | 'columns' | 'pauseWord' | 'isTimeless' | 'tab' | 'focus'>,
): FooterItem[] {
  const { mode, tab, focus, ascii } = state;
  const here = { ui: { help: false, tab, focus }, mode };
  const label = (key: string) => keyLabel(key, ascii);
  const known = keyBindings
    .filter((binding) => binding.footer && bindingOf(binding.keys[0], here) === binding)
    .filter(({ group }) => !(state.isTimeless && OF_TIME.has(group)))
    .map((binding, order) => {
      const { word, rank, keys } = binding.footer!;
      const name = keys ? keys.map(label).join(ascii ? '/' : '') : label(binding.keys[0]);
      const shown = binding.keys[0] === 'space' ? state.pauseWord : footerWord(word, ascii);
      return { keys: name, word: shown, rank, order };
    });
  const chosen = [];
  let room = state.columns;
  for (const item of known.toSorted((a, b) => a.rank - b.rank)) {
    const cells = item.keys.length + item.word.length + 3;
    if (cells > room) continue;
    room -= cells;
    chosen.push(item);
  }
  return chosen.sort((a, b) => a.order - b.order).map(({ keys, word }) => ({ keys, word }));
}
