/**
 * Writes method and path as a template, byte by byte: "GET /users/42" becomes "GET /users/{id}" in a scratch buffer. A memo of templates
 * stays small, however many distinct URLs a log has. What is not plain (blanks or non-ASCII in the path, absolute URLs, garbage) is left to
 * the slow way in `route-name.ts`, which gives the same names.
 */
const SLASH = 47;
const BLANK = 32;
const MAX_BYTES = 1024;

const DIGIT = 1;
const HEX = 2;
const DASH = 4;
const OTHER = 8;

/** What a byte means in a path segment; 0: it is not plain. */
const kindOf = new Uint8Array(256);
for (let byte = 0x21; byte < 0x7f; byte++) kindOf[byte] = OTHER;
for (const text of '0123456789') kindOf[text.charCodeAt(0)] = DIGIT;
for (const text of 'abcdefABCDEF') kindOf[text.charCodeAt(0)] = HEX;
kindOf['-'.charCodeAt(0)] = DASH;

const placeholder = (name: string): Uint8Array => new TextEncoder().encode(`{${name}}`);
const ID = placeholder('id');
const UUID = placeholder('uuid');
const DATE = placeholder('date');
const HASH = placeholder('hash');

const isDash = (b: Uint8Array, at: number): boolean => b[at] === 45;

const UUID_DASHES = [8, 13, 18, 23];
const DATE_DASHES = [4, 7];
const SIGN = [0];

/** Whether the segment has dashes at these places, and nowhere else. */
function hasDashesAt(b: Uint8Array, from: number, length: number, places: readonly number[]): boolean {
  let dashes = 0;
  for (let i = from; i < from + length; i++) if (isDash(b, i)) dashes++;
  if (dashes !== places.length) return false;
  for (let k = 0; k < places.length; k++) if (!isDash(b, from + places[k])) return false;
  return true;
}

/** The placeholder for a segment with bytes of these kinds; null: it is a name. */
function placeholderOf(b: Uint8Array, from: number, length: number, kinds: number): Uint8Array | null {
  if (kinds === DIGIT) return ID;
  if ((kinds & OTHER) !== 0) return null;
  if (kinds === (DIGIT | HEX)) return length >= 16 && length <= 128 ? HASH : null;
  if ((kinds & DASH) === 0) return null;
  if (length === 36) return hasDashesAt(b, from, length, UUID_DASHES) ? UUID : null;
  if (kinds !== (DIGIT | DASH)) return null;
  if (hasDashesAt(b, from, length, SIGN)) return ID;
  return length === 10 && hasDashesAt(b, from, length, DATE_DASHES) ? DATE : null;
}

/** Position of the blank behind the method at `from`, an upper-case word; -1: the slow way is needed. */
function methodEnd(b: Uint8Array, from: number, end: number): number {
  let p = from;
  while (p < end && b[p] >= 65 && b[p] <= 90) p++;
  return p > from && p < end && b[p] === BLANK ? p : -1;
}

function segmentEnd(b: Uint8Array, from: number, end: number): number {
  let p = from;
  while (p < end && b[p] !== SLASH && b[p] !== 63 && b[p] !== 35) p++;
  return p;
}

/** The kinds of all bytes of a segment; -1: one is not plain. Escapes such as "%2F" are plain, and remain as they are. */
function kindsIn(b: Uint8Array, from: number, to: number): number {
  let kinds = 0;
  for (let p = from; p < to; p++) {
    const kind = kindOf[b[p]];
    if (kind === 0) return -1;
    kinds |= kind;
  }
  return kinds;
}

/** @returns the length of what was written */
function append(out: Uint8Array, at: number, b: Uint8Array, from: number, to: number): number {
  let n = at;
  for (let p = from; p < to; p++) out[n++] = b[p];
  return n;
}

/** Writes the template of "METHOD /path" in b[from, end) into `out` (at least 2 KiB). @returns its length; -1: it is not plain */
export function writeRouteTemplate(b: Uint8Array, from: number, end: number, out: Uint8Array): number {
  if (end - from > MAX_BYTES) return -1;
  const blank = methodEnd(b, from, end);
  if (blank < 0 || b[blank + 1] !== SLASH) return -1;
  let n = append(out, 0, b, from, blank + 1);
  let i = blank + 1;
  while (i < end && b[i] === SLASH) {
    out[n++] = SLASH;
    const start = i + 1;
    i = segmentEnd(b, start, end);
    const kinds = kindsIn(b, start, i);
    // A date with a time of day is rare: it is left to the slow way.
    const isDateAndTime = i - start >= 19 && isDash(b, start + 4) && b[start + 10] === 84;
    if (kinds < 0 || isDateAndTime) return -1;
    const shown = placeholderOf(b, start, i - start, kinds);
    n = shown === null ? append(out, n, b, start, i) : append(out, n, shown, 0, shown.length);
  }
  return n;
}
