/** The contract of an exporter: ONE FILE under src/tui/exports/ with a default export made by `defineExporter`. */
import type { Summary } from '../core/summary.ts';
import type { CellGrid } from './canvas.ts';
import type { View } from './panel.ts';

/**
 * The name offered by the prompt. If it is taken, a free one is used instead, since the user did not choose it: pressing `e` twice is no
 * error.
 */
export const OFFERED_NAME = 'logscope.json';

/** What can be exported. */
export interface Exportable {
  /** The cells of the screen, and the view from which they were drawn. */
  picture(): { readonly view: View; readonly grid: CellGrid };
  /** Summary of the requests on the screen or, if these are not all held, of everything that was read. */
  summary(): Promise<{ readonly summary: Summary; readonly isOfWindow: boolean }>;
}

export interface Exporter {
  /** Ending of the names of its files, without the dot; equals the name of the exporter's file. */
  readonly ending: string;
  /** What the file holds, for the prompt: "numbers", "picture". Exporters with the same word are named together. */
  readonly holds: string;
  /** The text of the file, and what the status line adds to its name. */
  write(from: Exportable): Promise<{ readonly text: string; readonly remark?: string }>;
}

export const defineExporter = (exporter: Exporter): Exporter => exporter;
