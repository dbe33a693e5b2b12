/** What a key does, and where: the contract of the key tables in this folder. Help and footer are generated from them. */
import type { Action } from '../action.ts';
import type { UiState } from '../ui-state.ts';

/** The place in which a key is pressed. */
export interface KeyPlace {
  readonly ui: Pick<UiState, 'help' | 'tab' | 'focus'>;
  readonly mode: 'tail' | 'replay';
}

export interface KeyContext extends KeyPlace {
  readonly ui: UiState;
}

export interface KeyBinding {
  /** Names as made by `keyName`; the first one is shown. */
  readonly keys: readonly string[];
  /** Text for the help; missing: shares the line of the binding before it. */
  readonly does?: string;
  readonly group: 'Anywhere' | 'Lanes and time' | 'Panels' | 'Replay' | 'What if';
  /** Where the binding holds; missing: everywhere. */
  readonly when?: (place: KeyPlace) => boolean;
  readonly action: Action | ((context: KeyContext) => Action);
  /** A word for the footer; missing: none. The lower the rank, the longer it stays on a narrow screen. */
  readonly footer?: {
    readonly word: string;
    readonly rank: number;
    /** Both of two opposite keys; missing: the first key of the binding. */
    readonly keys?: readonly [string, string];
  };
}

export const inReplay = ({ mode }: KeyPlace): boolean => mode === 'replay';
export const inTail = ({ mode }: KeyPlace): boolean => mode === 'tail';

/** What two opposite keys do not have in common. */
type OneWay = Pick<KeyBinding, 'keys' | 'action' | 'footer'>;

/** Two keys that undo each other and share a line of the help. */
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
