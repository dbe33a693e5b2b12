/** Removes escapes from the text of JSON strings, byte by byte, or four bytes at a time where there are none. */

const BACKSLASH = 92;
const QUOTE = 34;

const hex = (c: number): number =>
  c >= 48 && c <= 57 ? c - 48 : c >= 97 && c <= 102 ? c - 87 : c >= 65 && c <= 70 ? c - 55 : -1;

/** Writes the UTF-8 of a code point into `to` at `k`. @returns the position behind it */
function putCodePoint(to: Uint8Array, k: number, code: number): number {
  if (code < 0x80) {
    to[k] = code === 10 ? 11 : code;
    return k + 1;
  }
  if (code < 0x800) {
    to[k] = 0xc0 | (code >> 6);
    to[k + 1] = 0x80 | (code & 63);
    return k + 2;
  }
  if (code < 0x10000) {
    to[k] = 0xe0 | (code >> 12);
    to[k + 1] = 0x80 | ((code >> 6) & 63);
    to[k + 2] = 0x80 | (code & 63);
    return k + 3;
  }
  to[k] = 0xf0 | (code >> 18);
  to[k + 1] = 0x80 | ((code >> 12) & 63);
  to[k + 2] = 0x80 | ((code >> 6) & 63);
  to[k + 3] = 0x80 | (code & 63);
  return k + 4;
}

function codeUnit(b: Uint8Array, p: number): number {
  let code = 0;
  for (let k = 0; k < 4; k++) {
    const digit = hex(b[p + k]);
    if (digit < 0) return -1;
    code = code * 16 + digit;
  }
  return code;
}

/**
 * Writes the text of a JSON string into `to`, which must have room for as many bytes. A newline becomes a vertical tab, so that the result
 * is one line.
 * @returns its length
 */
export const unescapeJson = (b: Uint8Array, from: number, end: number, to: Uint8Array): number =>
  unescapePlain(b, from, end, to, 0, -1);

/** Where the last `unescapeString` stopped. */
export const unescaped = { end: 0 };

const BACKSLASHES = 0x5c5c5c5c;
const QUOTES = 0x22222222;

/**
 * The same up to the first quote that is not escaped, or to `end`; `unescaped.end` is its position. Copies four bytes at a time where there
 * is neither quote nor backslash. `v` and `words` show the memory of `b` and `to`.
 */
export function unescapeString(
  b: Uint8Array,
  v: DataView,
  from: number,
  end: number,
  to: Uint8Array,
  words: DataView,
): number {
  let k = 0;
  let p = from;
  while (p + 4 <= end) {
    const four = v.getInt32(p, true);
    const backslash = four ^ BACKSLASHES;
    const quote = four ^ QUOTES;
    const special = ((backslash - 0x01010101) & ~backslash) | ((quote - 0x01010101) & ~quote);
    if ((special & 0x80808080) === 0) {
      words.setInt32(k, four, true);
      p += 4;
      k += 4;
      continue;
    }
    while (b[p] !== BACKSLASH && b[p] !== QUOTE) to[k++] = b[p++];
    if (b[p] === QUOTE) {
      unescaped.end = p;
      return k;
    }
    // Nearly all escapes in access lines are quotes.
    if (b[p + 1] === QUOTE) {
      to[k++] = QUOTE;
      p += 2;
    } else {
      const length = b[p + 1] === 117 ? ((b[p + 2] | 32) === 100 ? 12 : 6) : 2;
      const next = Math.min(end, p + length);
      k = unescapePlain(b, p, next, to, k, QUOTE);
      p = unescaped.end;
    }
  }
  return unescapePlain(b, p, end, to, k, QUOTE);
}

const SMALL_U = 117;
/** The byte that an escape means. \" \\ \/ and invalid escapes mean themselves; a newline becomes a vertical tab, which ends no line. */
const escaped = Uint8Array.from({ length: 256 }, (_, byte) => byte);
escaped.set([11], 'n'.charCodeAt(0));
escaped.set([9], 't'.charCodeAt(0));
escaped.set([13], 'r'.charCodeAt(0));
escaped.set([8], 'b'.charCodeAt(0));
escaped.set([12], 'f'.charCodeAt(0));

/** The character that `code` is, or is the first half of, in which case the other half is an escape behind b[p]. */
function codePoint(b: Uint8Array, p: number, code: number): number {
  if (code < 0xd800 || code >= 0xdc00 || b[p + 1] !== BACKSLASH || b[p + 2] !== SMALL_U) return code;
  const low = codeUnit(b, p + 3);
  return low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : code;
}

/** Unescapes byte by byte, up to `quote` or `end`, appending to `to`. @returns the new length of `to` */
function unescapePlain(
  b: Uint8Array,
  from: number,
  end: number,
  to: Uint8Array,
  length: number,
  quote: number,
): number {
  let k = length;
  let p = from;
  for (; p < end; p++) {
    const c = b[p];
    if (c !== BACKSLASH) {
      if (c === quote) break;
      to[k++] = c;
      continue;
    }
    p++;
    const code = b[p] === SMALL_U ? codeUnit(b, p + 1) : -1;
    if (code >= 0) {
      p += 4;
      const whole = codePoint(b, p, code);
      if (whole !== code) p += 6;
      k = putCodePoint(to, k, whole);
    } else if (p < end) to[k++] = escaped[b[p]];
  }
  unescaped.end = p;
  return k;
}
