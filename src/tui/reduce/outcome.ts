/** The result of an action: the new state of the screen, and requests to the engine and the program. */
import type { EngineCommand } from '../../engine/command.ts';
import type { UiState } from '../ui-state.ts';

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

/** A new state of the screen; clears the message of the previous action. */
export const changed = (ui: UiState, to: Partial<UiState>): Outcome => ({
  ui: { ...ui, message: '', isUntouched: false, ...to },
  commands: [],
  effects: [],
});

/** A request to the engine. */
export const commanded = (ui: UiState, command: EngineCommand, to: Partial<UiState> = {}): Outcome => ({
  ...changed(ui, to),
  commands: [command],
});

/** A request to the program. */
export const effected = (ui: UiState, effect: Effect, to: Partial<UiState> = {}): Outcome => ({
  ...changed(ui, to),
  effects: [effect],
});
