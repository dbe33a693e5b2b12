/**
 * JSON objects of one line, read in place: keys and values are ranges of bytes, nothing is made of them. Tolerant: templates
 * written by hand give invalid escapes, raw quotes and empty values, and still have their fields where they should be.
 */

/** Keys that are wanted, by length; a key may lead to a nested object. `slot` -1: only what is inside is wanted. */
interface KeyNode {
  readonly bytes: Uint8Array;
  readonly slot: number;
  readonly inside: KeyLevel | null;
}
export type KeyLevel = readonly (readonly KeyNode[] | undefined)[];

/** What stands behind a key: a string (range inside its quotes), or a number, true, false, null as it is written. */
export type JsonVisitor = (slot: number, isString: boolean, from: number, to: number) => void;

const COMMA = 44;
const COLON = 58;
const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const MAX_DEPTH = 16;

const encoder = new TextEncoder();

/** @param slots key, or path with dots ("request.uri"), → slot; a key with a dot of its own is found as one key too */
export function keyLevel(slots: ReadonlyMap<string, number>): KeyLevel {
  const heads = new Map<string, { slot: number; inside: Map<string, number> }>();
  const headOf = (key: string) => {
    const head = heads.get(key) ?? { slot: -1, inside: new Map<string, number>() };
    heads.set(key, head);
    return head;
  };
  for (const [path, slot] of slots) {
    headOf(path).slot = slot;
    const dot = path.indexOf('.');
    if (dot > 0) headOf(path.slice(0, dot)).inside.set(path.slice(dot + 1), slot);
  }
  const level: KeyNode[][] = [];
  for (const [key, { slot, inside }] of heads) {
    const bytes = encoder.encode(key);
    const nodes = level[bytes.length] ?? [];
    level[bytes.length] = nodes;
    nodes.push({ bytes, slot, inside: inside.size > 0 ? keyLevel(inside) : null });
  }
  return level;
}

/** The wanted key that b[from, to) spells, or null. */
export function findKey(level: KeyLevel, b: Uint8Array, from: number, to: number): KeyNode | null {
  const nodes = level[to - from];
  if (nodes === undefined) return null;
  for (let i = 0; i < nodes.length; i++) {
    const { bytes } = nodes[i];
    let k = 0;
    while (k < bytes.length && bytes[k] === b[from + k]) k++;
    if (k === bytes.length) return nodes[i];
  }
  return null;
}

function skipBlanks(b: Uint8Array, p: number): number {
  let i = p;
  while (b[i] === 32 || b[i] === 9) i++;
  return i;
}

/** The quote that ends a string: the first one behind which the text goes on as it may after a string. -1: none. */
function stringEnd(b: Uint8Array, from: number, end: number, isKey: boolean): number {
  for (let p = from; p < end; p++) {
    const c = b[p];
    if (c === BACKSLASH) p++;
    else if (c === QUOTE) {
      const next = skipBlanks(b, p + 1);
      const after = b[next];
      if (isKey ? after === COLON : after === COMMA || after === CLOSE_BRACE || after === CLOSE_BRACKET || next >= end)
        return p;
    }
  }
  return -1;
}

/** Behind a nested value that is not wanted; -1 when it does not end. */
function skipNested(b: Uint8Array, from: number, end: number): number {
  let depth = 0;
  for (let p = from; p < end; p++) {
    const c = b[p];
    if (c === QUOTE) {
      for (p++; p < end && b[p] !== QUOTE; p++) if (b[p] === BACKSLASH) p++;
    } else if (c === OPEN_BRACE || c === OPEN_BRACKET) depth++;
    else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) {
      depth--;
      if (depth === 0) return p + 1;
    }
  }
  return -1;
}

/**
 * Visits the wanted keys of the object at b[from]. @returns the position behind it, or -1 when there is no object or it is
 * cut off (what came before the cut has been visited)
 */
export function walkObject(
  b: Uint8Array,
  from: number,
  end: number,
  level: KeyLevel,
  visit: JsonVisitor,
  depth = 0,
): number {
  if (b[from] !== OPEN_BRACE || depth > MAX_DEPTH) return -1;
  let p = skipBlanks(b, from + 1);
  if (b[p] === CLOSE_BRACE) return p + 1;
  while (p < end) {
    if (b[p] !== QUOTE) return -1;
    const keyFrom = p + 1;
    const keyTo = stringEnd(b, keyFrom, end, true);
    if (keyTo < 0) return -1;
    const node = findKey(level, b, keyFrom, keyTo);
    p = skipBlanks(b, skipBlanks(b, keyTo + 1) + 1);
    const c = b[p];
    if (c === QUOTE) {
      const to = stringEnd(b, p + 1, end, false);
      if (to < 0) return -1;
      if (node !== null && node.slot >= 0) visit(node.slot, true, p + 1, to);
      p = to + 1;
    } else if (c === OPEN_BRACE && node?.inside) {
      p = walkObject(b, p, end, node.inside, visit, depth + 1);
      if (p < 0) return -1;
    } else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
      const to = skipNested(b, p, end);
      if (to < 0) return -1;
      if (node !== null && node.slot >= 0) visit(node.slot, false, p, to);
      p = to;
    } else {
      // A number, true, false, null, or nothing at all ("x":,).
      const at = p;
      while (p < end && b[p] !== COMMA && b[p] !== CLOSE_BRACE && b[p] > 32) p++;
      if (node !== null && node.slot >= 0 && p > at) visit(node.slot, false, at, p);
    }
    p = skipBlanks(b, p);
    if (b[p] === CLOSE_BRACE) return p + 1;
    if (b[p] !== COMMA) return -1;
    p = skipBlanks(b, p + 1);
  }
  return -1;
}

const hex = (c: number): number =>
  c >= 48 && c <= 57 ? c - 48 : c >= 97 && c <= 102 ? c - 87 : c >= 65 && c <= 70 ? c - 55 : -1;

/** UTF-8 of a code point into `to` at `k`; returns the position behind it. */
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
 * The text of a JSON string into `to`, which must hold as many bytes. A newline inside becomes a vertical tab: the result is
 * one line. @returns its length
 */
export const unescapeJson = (b: Uint8Array, from: number, end: number, to: Uint8Array): number =>
  unescapePlain(b, from, end, to, 0, -1);

/** Where the last `unescapeString` stopped. */
export const unescaped = { end: 0 };

const BACKSLASHES = 0x5c5c5c5c;
const QUOTES = 0x22222222;

/**
 * The same up to the first quote that is not escaped, or to `end`; `unescaped.end` is its position. Four bytes at a time where
 * there is neither quote nor backslash; `v` and `words` look at the memory of `b` and `to`.
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
    // The escapes of access lines are nearly all of quotes.
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

/** Byte by byte, up to `quote` or `end`, behind what `to` holds already. @returns the length of `to` */
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
    switch (b[p]) {
      case 110: // \n
        to[k++] = 11;
        break;
      case 116:
        to[k++] = 9;
        break;
      case 114:
        to[k++] = 13;
        break;
      case 98:
        to[k++] = 8;
        break;
      case 102:
        to[k++] = 12;
        break;
      case 117: {
        let code = codeUnit(b, p + 1);
        if (code < 0) {
          to[k++] = 117;
          break;
        }
        p += 4;
        if (code >= 0xd800 && code < 0xdc00 && b[p + 1] === BACKSLASH && b[p + 2] === 117) {
          const low = codeUnit(b, p + 3);
          if (low >= 0xdc00 && low < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            p += 6;
          }
        }
        k = putCodePoint(to, k, code);
        break;
      }
      default:
        // \" \\ \/ and invalid escapes: the character itself.
        if (p < end) to[k++] = b[p];
    }
  }
  unescaped.end = p;
  return k;
}
