/** Looks up, in the formats themselves, the configuration that makes a server log a field. */
import type { HowToLog } from '../analysis/missing-fields.ts';
import type { LogFormat } from '../core/format.ts';

export const howToLog =
  (formats: readonly LogFormat[]): HowToLog =>
  (format, field) =>
    formats.find(({ id }) => id === format)?.enable.find(({ gives }) => gives.includes(field))?.how ?? null;
