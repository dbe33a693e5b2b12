/** The contract of an export: ONE FILE under src/tui/exports/ with a default export made by `defineExporter`. */
import type { Summary } from '../core/summary.ts';
import type { CellGrid } from './canvas.ts';
import type { View } from './panel.ts';

/** The name that the prompt begins with. Nobody chose it, so where it is taken a free one is found: to press `e` twice is no error. */
export const OFFERED_NAME = 'logscope.json';

/** What there is to export. */
export interface Exportable {
  /** The cells of the screen, and the view that they were drawn from. */
  picture(): { readonly view: View; readonly grid: CellGrid };
  /** Of the requests on the screen or, where these are not all held, of all that was read. */
  summary(): Promise<{ readonly summary: Summary; readonly isOfWindow: boolean }>;
}

export interface Exporter {
  /** Of the names of its files, without the dot; equals the file name. */
  readonly ending: string;
  /** The text of the file, and what the status line says beside its name. */
  write(from: Exportable): Promise<{ readonly text: string; readonly remark?: string }>;
}

export const defineExporter = (exporter: Exporter): Exporter => exporter;
