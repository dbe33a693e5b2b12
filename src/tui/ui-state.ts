/** The state of the screen apart from the log: what is focused, selected, typed. Plain data; the functions in `reduce/` change it. */
import type { ColourBy } from './scene/hues.ts';
import type { ThemeName } from './theme.ts';

/** How lanes are drawn: depending on the server, always one row per slot, or always as requests in flight. */
export type LaneForm = 'auto' | 'slots' | 'height';

export interface Prompt {
  readonly kind: 'filter' | 'goto' | 'export';
  readonly text: string;
  /** What is wrong with the text so far; null: nothing. */
  readonly error: string | null;
  /** While tab steps through completions: the text as typed, and the index of the completion shown; else null. */
  readonly completing: { readonly typed: string; readonly at: number } | null;
}

export interface UiState {
  /** Id of the panel that the arrow keys move in: "lanes" or a tab. */
  readonly focus: string;
  /** Id of the tab shown under the lanes. */
  readonly tab: string;
  /** Selected line of each panel, by id. */
  readonly selected: Readonly<Record<string, number>>;
  /** The line clicked last, and the first line shown at that time; for the lanes also set when they are moved by keys. null: none. */
  readonly clicked: { readonly panel: string; readonly line: number; readonly first: number } | null;
  readonly spanSeconds: number;
  /** Right edge of the lanes, µs since 1970 UTC; null: follows the log. */
  readonly edge: number | null;
  /** The moment that panels show, µs since 1970 UTC; null: the whole time range on the screen. */
  readonly cursor: number | null;
  /** Tail: the picture is frozen while reading goes on. */
  readonly frozen: boolean;
  readonly colourBy: ColourBy;
  readonly laneForm: LaneForm;
  /** true: calm workers share a lane. */
  readonly foldCalm: boolean;
  /** Index of the sorting column of the routes panel, and the direction. */
  readonly sort: { readonly column: number; readonly ascending: boolean };
  readonly filter: string;
  readonly prompt: Prompt | null;
  readonly help: boolean;
  readonly helpScroll: number;
  /** The request shown in full: its input and the offset of its line; null: none. */
  readonly request: { readonly source: number; readonly offset: number } | null;
  /** What-if: the requested pool, as a difference from the present one. */
  readonly whatIf: { readonly workers: number; readonly threads: number };
  readonly loopFrom: number | null;
  readonly mouse: boolean;
  readonly theme: ThemeName;
  /** Shown in the status line until the next key. */
  readonly message: string;
  /** true until the first key is pressed: the screen explains how to read it. */
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
