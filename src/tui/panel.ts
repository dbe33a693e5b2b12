/**
 * The contract of a panel: ONE FILE under src/tui/panels/ with a default export made by `definePanel`. A panel draws on the
 * canvas it is given, from the view alone: no clock, no state of its own, no input and output.
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

/** Everything that a panel may look at. */
export interface View {
  readonly snapshot: Snapshot;
  readonly ui: UiState;
  readonly theme: Theme;
  readonly glyphs: Glyphs;
  readonly scene: Scene;
  /** Requests that came in since the picture was frozen. */
  readonly unseen: number;
  /** The keyboard speaks to this panel. */
  readonly isFocused: boolean;
  /** Raw lines that were read back for this picture; empty until they are there. */
  readonly rawLines: readonly RawLine[];
  /** What the simulation says, as far as it was asked. */
  readonly predictions: Predictions;
}

export interface Panel {
  /** Equals the file name. */
  readonly id: string;
  readonly title: string;
  /** `tab`: one of the lists under the lanes. `fixed`: a part of the screen with a place of its own. */
  readonly place: 'tab' | 'fixed';
  /** A tab that is as wide as the lanes, on their time axis: no list stands beside it. */
  readonly onTimeAxis?: true;
  /** Draws rows × columns cells; what is not drawn stays blank. */
  draw(view: View, canvas: Canvas): void;
  /** Number of lines that can be selected with the arrows; none when missing. */
  count?(view: View): number;
  /** What enter does on a selected line. */
  open?(view: View, line: number): Action | null;
  /** The line in row `y` of a canvas of that size; missing: a title stands in the first row, and a line in each of the others. */
  lineAt?(view: View, size: { readonly columns: number; readonly rows: number }, y: number): number;
  /** What a click on the titles of its columns does, `x` cells from its left edge. */
  pressTitle?(view: View, columns: number, x: number): Action | null;
}

export const definePanel = (panel: Panel): Panel => panel;
