/** What comes of an action: the state of the screen, and what the engine and the program are asked to do. */
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

/** The screen changes; the message of the action before goes. */
export const changed = (ui: UiState, to: Partial<UiState>): Outcome => ({
  ui: { ...ui, message: '', isUntouched: false, ...to },
  commands: [],
  effects: [],
});

/** The engine is asked for something. */
export const commanded = (ui: UiState, command: EngineCommand, to: Partial<UiState> = {}): Outcome => ({
  ...changed(ui, to),
  commands: [command],
});

/** The program does something. */
export const effected = (ui: UiState, effect: Effect, to: Partial<UiState> = {}): Outcome => ({
  ...changed(ui, to),
  effects: [effect],
});
