/** What a key does, and where: the contract of the key tables in this folder. Help and the footer are generated from them. */
import type { Action } from '../action.ts';
import type { UiState } from '../ui-state.ts';

/** Where a key is pressed. */
export interface KeyPlace {
  readonly ui: Pick<UiState, 'help' | 'tab' | 'focus'>;
  readonly mode: 'tail' | 'replay';
}

export interface KeyContext extends KeyPlace {
  readonly ui: UiState;
}

export interface KeyBinding {
  /** Names as `keyName` makes them; the first one is shown. */
  readonly keys: readonly string[];
  /** Missing: told with the binding before it. */
  readonly does?: string;
  readonly group: 'Anywhere' | 'Lanes and time' | 'Panels' | 'Replay' | 'What if';
  /** Where it holds; everywhere when missing. */
  readonly when?: (place: KeyPlace) => boolean;
  readonly action: Action | ((context: KeyContext) => Action);
  /** A word for the footer; none when missing. The lower the rank, the longer it stays on a narrow screen. */
  readonly footer?: {
    readonly word: string;
    readonly rank: number;
    /** Both of two opposite keys; missing: the first key of the binding. */
    readonly keys?: readonly [string, string];
  };
}

export const inReplay = ({ mode }: KeyPlace): boolean => mode === 'replay';
export const inTail = ({ mode }: KeyPlace): boolean => mode === 'tail';

/** What each of two opposite keys has of its own. */
type OneWay = Pick<KeyBinding, 'keys' | 'action' | 'footer'>;

/** Two keys that undo each other, told in one line of the help. */
export const opposites = (
  common: Pick<KeyBinding, 'does' | 'group' | 'when'>,
  there: OneWay,
  back: OneWay,
): KeyBinding[] => {
  const { does, ...where } = common;
  return [
    { ...common, ...there },
    { ...where, ...back },
  ];
};
