/** Everything about the screen that is not the log: what is focused, selected, typed. Plain data; the functions of `reduce/` change it. */
import type { ColourBy } from './scene/hues.ts';
import type { ThemeName } from './theme.ts';

/** How lanes are drawn: by the kind of server, or always one row per slot, or always as requests in flight. */
export type LaneForm = 'auto' | 'slots' | 'height';

export interface Prompt {
  readonly kind: 'filter' | 'goto' | 'export';
  readonly text: string;
  /** What is wrong with the text so far. */
  readonly error: string | null;
  /** While tab goes through completions: the text as it was typed, and which of them stands in it; null otherwise. */
  readonly completing: { readonly typed: string; readonly at: number } | null;
}

export interface UiState {
  /** Id of the panel that the arrows speak to; "lanes" or a tab. */
  readonly focus: string;
  /** Id of the tab shown under the lanes. */
  readonly tab: string;
  /** Selected line of each panel, and the first line shown. */
  readonly selected: Readonly<Record<string, number>>;
  /** The line of a list that was clicked last, and the first one that was shown then; of the lanes also since the keyboard moves them. */
  readonly clicked: { readonly panel: string; readonly line: number; readonly first: number } | null;
  readonly spanSeconds: number;
  /** Right edge of the lanes, µs since 1970 UTC; null: follows the log. */
  readonly edge: number | null;
  /** The moment that panels speak of; null: the whole stretch on the screen. */
  readonly cursor: number | null;
  /** Tail: the picture stands still while reading goes on. */
  readonly frozen: boolean;
  readonly colourBy: ColourBy;
  readonly laneForm: LaneForm;
  /** Lanes that were calm all the time share one line. */
  readonly foldCalm: boolean;
  /** Index into the columns of the routes panel, and its direction. */
  readonly sort: { readonly column: number; readonly ascending: boolean };
  readonly filter: string;
  readonly prompt: Prompt | null;
  readonly help: boolean;
  readonly helpScroll: number;
  /** The request shown in full: its input and the offset of its line; null none. */
  readonly request: { readonly source: number; readonly offset: number } | null;
  /** What-if: the pool asked for, as a difference from the present one. */
  readonly whatIf: { readonly workers: number; readonly threads: number };
  readonly loopFrom: number | null;
  readonly mouse: boolean;
  readonly theme: ThemeName;
  /** Said in the status line until the next key. */
  readonly message: string;
  /** Nobody has pressed a key yet: the screen says how it is read. */
  readonly isUntouched: boolean;
}

export const initialUi = (settings: Partial<UiState> = {}): UiState => ({
  focus: 'findings',
  tab: 'findings',
  selected: {},
  clicked: null,
  spanSeconds: 60,
  edge: null,
  cursor: null,
  frozen: false,
  colourBy: 'status',
  laneForm: 'auto',
  foldCalm: false,
  sort: { column: 0, ascending: false },
  filter: '',
  prompt: null,
  help: false,
  helpScroll: 0,
  request: null,
  whatIf: { workers: 0, threads: 0 },
  loopFrom: null,
  mouse: true,
  theme: 'dark',
  message: '',
  isUntouched: true,
  ...settings,
});
