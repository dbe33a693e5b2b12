/** Looks up in the formats how to configure a server so that it logs a field. */
import type { HowToLog } from '../analysis/missing-fields.ts';
import type { LogFormat } from '../core/format.ts';

export const howToLog =
  (formats: readonly LogFormat[]): HowToLog =>
  (format, field, said, beside) => {
    const writers = formats.filter(({ id, writesCombined }) => writesCombined === true && beside.includes(id));
    const id = format === 'combined' && writers.length === 1 ? writers[0].id : format;
    const found = formats.find((one) => one.id === id)?.enable.find(({ gives }) => gives.includes(field));
    if (!found) return null;
    const { how, also } = found;
    return also && !said.has(also.unless) ? `${how}; ${also.how}` : how;
  };
