/** What Ink draws, as plain data: names of the tabs, the keys at the bottom, a line being typed, the help. Changes rarely. */
import { completeFilter } from '../engine/filter.ts';
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
  /** Joined by two spaces; offered for the word being typed. */
  readonly completions: string;
  /** The word for space: what it would do now. */
  readonly pauseWord: string;
}

export function chromeOf({ ui, snapshot, theme }: View, layout: Layout): ChromeState {
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
    completions: ui.prompt?.kind === 'filter' ? completeFilter(ui.prompt.text, snapshot, 5).join('  ') : '',
    pauseWord: snapshot.mode === 'replay' ? (snapshot.playing ? 'pause' : 'play') : ui.frozen ? 'go on' : 'pause',
  };
}

export const sameChrome = (a: ChromeState, b: ChromeState): boolean =>
  (Object.keys(a) as (keyof ChromeState)[]).every((key) => a[key] === b[key]);
