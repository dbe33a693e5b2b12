/** A packed partial is one line: base64 of gzip data (`src/analysis/partial-file.ts`). It begins like this. */
const packed = /^H4sI[A-Za-z0-9+/=…]*$/;

/** Whether a line, or the beginning of one, looks like a partial. */
export const isPackedPartial = (line: string): boolean => packed.test(line.trimEnd());
