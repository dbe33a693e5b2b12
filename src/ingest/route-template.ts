/**
 * Method and path as a route template, byte by byte: "GET /users/42" becomes "GET /users/{id}" in a scratch buffer, so that a memo over templates stays small however many distinct URLs a log holds. What is not plain
 * (blanks or non-ASCII in the path, absolute URLs, garbage) is left to the slow way of `route-name.ts`, which gives the same
 * names.
 */
const SLASH = 47;
const BLANK = 32;
const MAX_BYTES = 1024;

const DIGIT = 1;
const HEX = 2;
const DASH = 4;
const OTHER = 8;

/** What a byte is in a path segment; 0: not plain. */
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

/** The placeholder for a segment whose bytes are of these kinds, null for a name. */
function placeholderOf(b: Uint8Array, from: number, length: number, kinds: number): Uint8Array | null {
  if (kinds === DIGIT) return ID;
  if ((kinds & OTHER) !== 0) return null;
  if (kinds === (DIGIT | HEX)) return length >= 16 && length <= 128 ? HASH : null;
  if ((kinds & DASH) === 0) return null;
  if (length === 36) {
    const dashes = isDash(b, from + 8) && isDash(b, from + 13) && isDash(b, from + 18) && isDash(b, from + 23);
    let others = 0;
    for (let i = from; i < from + 36; i++) if (isDash(b, i)) others++;
    return dashes && others === 4 ? UUID : null;
  }
  if (kinds !== (DIGIT | DASH)) return null;
  if (isDash(b, from) && length > 1) {
    for (let i = from + 1; i < from + length; i++) if (isDash(b, i)) return null;
    return ID;
  }
  if (length !== 10 || !isDash(b, from + 4) || !isDash(b, from + 7)) return null;
  for (let i = from; i < from + 10; i++) if (i !== from + 4 && i !== from + 7 && isDash(b, i)) return null;
  return DATE;
}

/**
 * Writes the template of "METHOD /path" in b[from, end) into `out` (at least 2 KiB), and gives its length; -1 when it is not
 * plain.
 */
export function writeRouteTemplate(b: Uint8Array, from: number, end: number, out: Uint8Array): number {
  if (end - from > MAX_BYTES) return -1;
  let i = from;
  let n = 0;
  while (i < end && b[i] !== BLANK) {
    // Methods are upper-case words; anything else is for the slow way.
    if (b[i] < 65 || b[i] > 90) return -1;
    out[n++] = b[i++];
  }
  if (i === from || i >= end || b[i + 1] !== SLASH) return -1;
  out[n++] = b[i++];
  while (i < end && b[i] === SLASH) {
    out[n++] = SLASH;
    i++;
    const start = i;
    const segment = n;
    let kinds = 0;
    for (; i < end; i++) {
      const byte = b[i];
      // A date with a time of day is rare: the slow way knows it. So do "%2F" and friends: they stay as they are.
      if (byte === SLASH || byte === 63 || byte === 35) break;
      const kind = kindOf[byte];
      if (kind === 0) return -1;
      kinds |= kind;
      out[n++] = byte;
    }
    const length = i - start;
    if (length >= 19 && isDash(b, start + 4) && b[start + 10] === 84) return -1;
    const replaced = length === 0 ? null : placeholderOf(b, start, length, kinds);
    if (!replaced) continue;
    n = segment;
    for (let k = 0; k < replaced.length; k++) out[n++] = replaced[k];
  }
  return n;
}
