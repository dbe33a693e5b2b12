/**
 * The contract of a panel: ONE FILE under src/tui/panels/ with a default export made by `definePanel`. A panel draws on the given canvas
 * from the view alone: no clock, no state of its own, no input or output.
 */
import type { Snapshot } from '../core/snapshot.ts';
import type { RawLine } from '../engine/engine.ts';
import type { Action } from './action.ts';
import type { Canvas } from './canvas.ts';
import type { Glyphs } from './glyphs.ts';
import type { Scene } from './scene/scene.ts';
import type { Theme } from './theme.ts';
import type { UiState } from './ui-state.ts';
import type { Predictions } from './what-if.ts';

/** Everything that a panel may use. */
export interface View {
  readonly snapshot: Snapshot;
  readonly ui: UiState;
  readonly theme: Theme;
  readonly glyphs: Glyphs;
  readonly scene: Scene;
  /** Requests that came since the picture was frozen. */
  readonly unseen: number;
  /** true: this panel has the focus of the keyboard. */
  readonly isFocused: boolean;
  /** Raw lines that were read for this picture; empty until they arrive. */
  readonly rawLines: readonly RawLine[];
  /** Predictions, as far as they were requested. */
  readonly predictions: Predictions;
}

export interface Panel {
  /** Equals the file name. */
  readonly id: string;
  readonly title: string;
  /** `tab`: one of the lists below the lanes. `fixed`: a part of the screen with its own place. */
  readonly place: 'tab' | 'fixed';
  /** true: the tab is as wide as the lanes and shares their time axis, so no list is beside it. */
  readonly onTimeAxis?: true;
  /** Draws rows × columns cells; what is not drawn stays blank. */
  draw(view: View, canvas: Canvas): void;
  /** Number of lines that can be selected with the arrow keys; missing: none. */
  count?(view: View): number;
  /** The line in row `y` of a canvas of that size; missing: a title is in the first row, and one line in each of the others. */
  open?(view: View, line: number): Action | null;
  /** What a click on the titles of its columns does, `x` cells from the left edge. */
  lineAt?(view: View, size: { readonly columns: number; readonly rows: number }, y: number): number;
  /** What a click on the titles of its columns does, `x` cells from its left edge. */
  pressTitle?(view: View, columns: number, x: number): Action | null;
}

export const definePanel = (panel: Panel): Panel => panel;
