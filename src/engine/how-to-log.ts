/** Looks up, in the formats themselves, the configuration that makes a server log a field. */
import type { HowToLog } from '../analysis/missing-fields.ts';
import type { LogFormat } from '../core/format.ts';

export const howToLog =
  (formats: readonly LogFormat[]): HowToLog =>
  (format, field, said) => {
    const found = formats.find(({ id }) => id === format)?.enable.find(({ gives }) => gives.includes(field));
    if (!found) return null;
    const { how, also } = found;
    return also && !said.has(also.unless) ? `${how}; ${also.how}` : how;
  };
