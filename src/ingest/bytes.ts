/** What bytes are, and where runs of them end; a line ends with a newline, so that most loops need no other bound. */

const BACKSLASH = 92;

export const isDigit = (c: number): boolean => c > 47 && c < 58;

/** Longer runs of digits are no number. */
const MOST_DIGITS = 20;

/** Where the digits at p end; p itself where there are none. */
export function digitsEnd(b: Uint8Array, p: number): number {
  let k = p;
  while (isDigit(b[k]) && k < p + MOST_DIGITS) k++;
  return k;
}

/** The quote that closes the string whose opening quote stands in front of `from`, -1 when it is cut off; a backslash escapes. */
export function closingQuote(b: Uint8Array, from: number, end: number): number {
  const quote = b[from - 1];
  let p = from;
  for (; p < end && b[p] !== quote; p++) if (b[p] === BACKSLASH) p++;
  return p < end ? p : -1;
}

/** Bytes of the mark that some editors and shells put in front of UTF-8; 0 where there is none. */
export const markBytes = (b: Uint8Array): number => (b[0] === 0xef && b[1] === 0xbb && b[2] === 0xbf ? 3 : 0);

/**
 * Where a line begins in front of which NULs stand: a writer that does not append goes on at its old place when its log has been copied and
 * truncated, and leaves a hole. A line of NULs alone begins where it does.
 */
export function behindHole(b: Uint8Array, from: number, to: number): number {
  let p = from;
  while (p < to && b[p] === 0) p++;
  return p < to ? p : from;
}

/**
 * Where an input has no newlines, carriage returns end its lines (Mac OS before 2001): newlines take their place in b[0, filled), but for the
 * last byte, behind which a newline may follow. @returns the position of the last one, -1 for none
 */
export function returnsAsNewlines(b: Buffer, filled: number): number {
  let last = -1;
  for (let p = b.indexOf(13); p >= 0 && p < filled - 1; p = b.indexOf(13, p + 1)) {
    b[p] = 10;
    last = p;
  }
  return last;
}
