/**
 * Reads JSON objects in one line in place: keys and values are ranges of bytes, and no objects are made. It is tolerant: hand-written
 * templates produce invalid escapes, raw quotes and empty values, but still have their fields where they should be.
 */
import { closingQuote } from './bytes.ts';

/** Wanted keys, by length; a key may contain further keys. `slot` -1: only what is inside is wanted. */
interface KeyNode {
  readonly bytes: Uint8Array;
  readonly slot: number;
  readonly inside: KeyLevel | null;
}
export type KeyLevel = readonly (readonly KeyNode[] | undefined)[];

/** Called with the value of a key: a string (the range inside its quotes), or a number, true, false or null as written. */
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

/** @param slots key, or path with dots ("request.uri"), → slot. A path also matches a key that contains the dots itself. */
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

/** The wanted key that b[from, to) is; null: none. */
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

/** The quote that ends a string: the first one followed by something that may follow a string. -1: none. */
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

/** Position behind a nested value; -1: it does not end. */
function skipNested(b: Uint8Array, from: number, end: number): number {
  let depth = 0;
  for (let p = from; p < end; p++) {
    const c = b[p];
    if (c === QUOTE) {
      p = closingQuote(b, p + 1, end);
      if (p < 0) return -1;
    } else if (c === OPEN_BRACE || c === OPEN_BRACKET) depth++;
    else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) {
      depth--;
      if (depth === 0) return p + 1;
    }
  }
  return -1;
}

/** Position behind the value at b[from]: also of a number, true, false, null, or nothing at all ("x":,); -1: it does not end. */
function skipValue(b: Uint8Array, from: number, end: number): number {
  const c = b[from];
  if (c === QUOTE) {
    const to = stringEnd(b, from + 1, end, false);
    return to < 0 ? -1 : to + 1;
  }
  if (c === OPEN_BRACE || c === OPEN_BRACKET) return skipNested(b, from, end);
  let p = from;
  while (p < end && b[p] !== COMMA && b[p] !== CLOSE_BRACE && b[p] > 32) p++;
  return p;
}

/** Visits the value of a key at b[from] if `node` wants it. @returns the position behind it; -1: it does not end */
function walkValue(
  b: Uint8Array,
  from: number,
  end: number,
  node: KeyNode | null,
  visit: JsonVisitor,
  depth: number,
): number {
  if (node?.inside && b[from] === OPEN_BRACE) return walkObject(b, from, end, node.inside, visit, depth + 1);
  const to = skipValue(b, from, end);
  if (node === null || node.slot < 0 || to <= from) return to;
  if (b[from] === QUOTE) visit(node.slot, true, from + 1, to - 1);
  else visit(node.slot, false, from, to);
  return to;
}

/**
 * Visits the wanted keys of the object at b[from].
 * @returns the position behind it; -1: there is no object, or it is cut off (everything before the cut was visited)
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
    const at = skipBlanks(b, skipBlanks(b, keyTo + 1) + 1);
    p = walkValue(b, at, end, node, visit, depth);
    if (p < 0) return -1;
    p = skipBlanks(b, p);
    if (b[p] === CLOSE_BRACE) return p + 1;
    if (b[p] !== COMMA) return -1;
    p = skipBlanks(b, p + 1);
  }
  return -1;
}
