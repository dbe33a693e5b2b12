/** What Ink draws, as plain data: tab names, the keys at the bottom, a line being typed, the help. Changes rarely. */
import { completionsOf } from './completions.ts';
import { endingsText } from './exports/index.ts';
import type { Layout } from './layout.ts';
import type { View } from './panel.ts';
import type { ThemeName } from './theme.ts';
import type { Prompt } from './ui-state.ts';

export interface ChromeState {
  readonly columns: number;
  readonly rows: number;
  readonly tooSmall: boolean;
  readonly tabsRow: number;
  readonly footerRow: number;
  readonly mode: 'tail' | 'replay';
  readonly tab: string;
  readonly focus: string;
  readonly theme: ThemeName;
  readonly mono: boolean;
  readonly ascii: boolean;
  readonly help: boolean;
  readonly helpScroll: number;
  readonly prompt: Prompt | null;
  /** What may be typed: words, and completions of a filter: those before the selected one, the selected one, and those after it. */
  readonly hint: string;
  readonly completionsBefore: string;
  readonly completionChosen: string;
  readonly completionsAfter: string;
  /** true: keys that move in time do nothing. */
  readonly isTimeless: boolean;
  /** What the space bar would do now. */
  readonly pauseWord: string;
}

const gotoHint = '13:02:10, 2026-03-01 13:02, +30s, -5m or 50%';
const hintOf = { filter: null, goto: gotoHint, export: endingsText() } as const;

const noCompletions = { hint: '', before: '', chosen: '', after: '' };

/** Cells left for completions after the typed text, which is preceded by "Filter". */
const roomFor = (columns: number, prompt: Prompt): number => columns - prompt.text.length - ' Filter:    '.length - 1;

export function chromeOf(view: View, layout: Layout): ChromeState {
  const { ui, snapshot, theme } = view;
  const completions =
    ui.prompt?.kind === 'filter' ? completionsOf(ui.prompt, view, roomFor(layout.columns, ui.prompt)) : noCompletions;
  return {
    columns: layout.columns,
    rows: layout.rows,
    tooSmall: layout.tooSmall,
    tabsRow: layout.tabsRow,
    footerRow: layout.footerRow,
    mode: snapshot.mode,
    tab: ui.tab,
    focus: ui.focus,
    theme: theme.name,
    mono: theme.mono,
    ascii: theme.ascii,
    help: ui.help,
    helpScroll: ui.helpScroll,
    prompt: ui.prompt,
    hint: (ui.prompt && hintOf[ui.prompt.kind]) ?? completions.hint,
    completionsBefore: completions.before,
    completionChosen: completions.chosen,
    completionsAfter: completions.after,
    isTimeless: view.scene.isTimeless,
    pauseWord: snapshot.mode === 'replay' ? (snapshot.playing ? 'pause' : 'play') : ui.frozen ? 'go on' : 'pause',
  };
}

export const sameChrome = (a: ChromeState, b: ChromeState): boolean =>
  (Object.keys(a) as (keyof ChromeState)[]).every((key) => a[key] === b[key]);
