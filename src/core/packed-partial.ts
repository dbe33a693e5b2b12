/** A partial as a line of text is base64 of gzip data (`src/analysis/partial-file.ts`): so begins the first gzip member. */
const packed = /^H4sI[A-Za-z0-9+/=…]*$/;

/** Whether a line, or the beginning of one, looks like a partial. */
export const isPackedPartial = (line: string): boolean => packed.test(line.trimEnd());
