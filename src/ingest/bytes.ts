/** Classes of bytes, and where runs of them end. A line ends with a newline, so most loops need no other bound. */

const BACKSLASH = 92;

export const isDigit = (c: number): boolean => c > 47 && c < 58;

/** A longer run of digits is no number. */
const MOST_DIGITS = 20;

/** Where the digits at p end; p itself if there are none. */
export function digitsEnd(b: Uint8Array, p: number): number {
  let k = p;
  while (isDigit(b[k]) && k < p + MOST_DIGITS) k++;
  return k;
}

/** Position of the quote that closes the string whose opening quote is at `from` - 1; -1: the string is cut off. A backslash escapes. */
export function closingQuote(b: Uint8Array, from: number, end: number): number {
  const quote = b[from - 1];
  let p = from;
  for (; p < end && b[p] !== quote; p++) if (b[p] === BACKSLASH) p++;
  return p < end ? p : -1;
}

/** Bytes of the byte order mark that some editors and shells put in front of UTF-8; 0: there is none. */
export const markBytes = (b: Uint8Array): number => (b[0] === 0xef && b[1] === 0xbb && b[2] === 0xbf ? 3 : 0);

/**
 * Where a line begins that has NULs in front. When a log was copied and truncated, a writer that does not append continues at its old
 * position and leaves a hole of NULs. If all bytes are NULs, the line begins at `from`.
 */
export function behindHole(b: Uint8Array, from: number, to: number): number {
  let p = from;
  while (p < to && b[p] === 0) p++;
  return p < to ? p : from;
}

/**
 * If an input has no newlines, carriage returns end its lines (Mac OS before 2001): this replaces them in b[0, filled) by newlines, except
 * for the last byte, as a newline may follow it.
 * @returns the position of the last one; -1: there is none
 */
export function returnsAsNewlines(b: Buffer, filled: number): number {
  let last = -1;
  for (let p = b.indexOf(13); p >= 0 && p < filled - 1; p = b.indexOf(13, p + 1)) {
    b[p] = 10;
    last = p;
  }
  return last;
}
