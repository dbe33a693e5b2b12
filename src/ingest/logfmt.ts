/** Reads logfmt lines in place: key=value key="quoted value" key= …, as Heroku's router and Go's loggers write them. */
import { closingQuote, digitsEnd, isDigit } from './bytes.ts';
import type { JsonVisitor, KeyLevel } from './json.ts';
import { findKey } from './json.ts';

/** By byte; 1: it may occur in a key. */
const keyBytes = Uint8Array.from({ length: 256 }, (_, c) => (/[\w.@-]/.test(String.fromCharCode(c)) ? 1 : 0));
const isKey = (c: number): boolean => keyBytes[c] === 1;

/** Behind a logging prefix, the first pair is looked for within so many bytes. */
const PREFIX_BYTES = 200;

/** Most bytes of the words that say what happened: "request_finished method=GET". */
const EVENT_BYTES = 40;

const isWordByte = (c: number): boolean => isKey(c) && !isDigit(c);

/** Position behind one or more words and the blank that follows; `from` if no pair follows them. */
function behindWords(b: Uint8Array, from: number, end: number): number {
  const last = Math.min(end, from + EVENT_BYTES);
  let p = from;
  let word = from;
  for (; p < last && (isWordByte(b[p]) || b[p] === 32); p++) if (b[p] === 32) word = p + 1;
  return b[p] === 61 && p > word ? word : from;
}

/**
 * Where the first pair starts. Behind a stamp or a bracket at the start of the line, any text without quotes may precede it; otherwise only
 * words.
 */
function firstPair(b: Uint8Array, from: number, end: number): number {
  if (b[from] !== 91 && !isDigit(b[from])) return behindWords(b, from, end);
  const last = Math.min(end, from + PREFIX_BYTES);
  for (let p = from; p < last && b[p] !== 34; p++) {
    if (p > from && b[p - 1] !== 32) continue;
    let k = p;
    while (k < last && isKey(b[k])) k++;
    if (k > p && b[k] === 61) return p;
  }
  return from;
}

/** The slot of the key b[from, to); -1: it is not wanted. */
const slotOf = (level: KeyLevel, b: Uint8Array, from: number, to: number): number =>
  findKey(level, b, from, to)?.slot ?? -1;

/** End of a value without quotes. A comma at its end separates pairs. */
function bareEnd(b: Uint8Array, from: number, end: number): number {
  let p = from;
  while (p < end && b[p] > 32) p++;
  return p > from && b[p - 1] === 44 ? p - 1 : p;
}

/** Visits the pair at b[from]. @returns the position behind it and its comma; -1: it is none */
function walkPair(b: Uint8Array, from: number, end: number, level: KeyLevel, visit: JsonVisitor): number {
  let p = from;
  while (p < end && isKey(b[p])) p++;
  if (p === from || b[p] !== 61) return -1;
  const slot = slotOf(level, b, from, p);
  p++;
  // structlog's KeyValueRenderer writes values like Python's repr().
  if (b[p] === 34 || b[p] === 39) {
    const to = closingQuote(b, p + 1, end);
    if (to < 0) return -1;
    if (slot >= 0) visit(slot, true, p + 1, to);
    p = to + 1;
  } else {
    const to = bareEnd(b, p, end);
    if (slot >= 0 && to > p) visit(slot, true, p, to);
    p = to;
  }
  // "method=GET, status=200"
  if (p < end && b[p] === 44) p++;
  return p >= end || b[p] === 32 ? p : -1;
}

/** Key of a number in the logging prefix: the first one behind the stamp and the level, which is the process. */
export const PREFIX_NUMBER = '#';

const levels = ['DEBUG', 'INFO', 'WARN', 'WARNING', 'ERROR', 'CRITICAL', 'NOTICE', 'TRACE', 'FATAL'].map((level) =>
  Buffer.from(level),
);

const isLetter = (c: number): boolean => (c > 64 && c < 91) || (c > 96 && c < 123);

/** Position behind the level at p, in upper or lower case; p if there is none. */
function levelEnd(b: Uint8Array, p: number): number {
  for (const level of levels) {
    let k = 0;
    while (k < level.length && (b[p + k] & 0xdf) === level[k]) k++;
    if (k === level.length && !isLetter(b[p + k])) return p + k;
  }
  return p;
}

/** Position behind "17:04:15,123+01:00" in b[from, to); -1: there is no time of day. */
function clockEnd(b: Uint8Array, from: number, to: number): number {
  let p = from + 2;
  while (p + 6 <= to && !(b[p] === 58 && b[p + 3] === 58 && isDigit(b[p - 1]) && isDigit(b[p + 4]))) p++;
  if (p + 6 > to) return -1;
  p += 6;
  if (b[p] === 44 || b[p] === 46) p = digitsEnd(b, p + 1);
  const zone = b[p] === 32 ? p + 1 : p;
  if (b[p] === 90) return p + 1;
  const isOffset = (b[zone] === 43 || b[zone] === 45) && isDigit(b[zone + 1]) && isDigit(b[zone + 2]);
  if (!isOffset) return p;
  return digitsEnd(b, b[zone + 3] === 58 ? zone + 4 : zone + 1);
}

/** Blanks, brackets, bars and dashes between the parts of a prefix. */
const isBetween = (c: number): boolean =>
  c === 32 || c === 91 || c === 93 || c === 60 || c === 62 || c === 124 || c === 45 || c === 40 || c === 41;

/** Digits of the largest process id. */
const MOST_PID_DIGITS = 7;

/** Visits the number behind the stamp and the level in b[from, to). */
function visitPrefixNumber(b: Uint8Array, from: number, to: number, slot: number, visit: JsonVisitor): void {
  let p = clockEnd(b, from, to);
  if (p < 0) return;
  while (p < to && isBetween(b[p])) p++;
  const level = levelEnd(b, p);
  if (level > p) for (p = level; p < to && isBetween(b[p]); ) p++;
  const last = digitsEnd(b, p);
  const isAlone = isBetween(b[last]) || (b[last] === 58 && !isDigit(b[last + 1]));
  if (last > p && last - p <= MOST_PID_DIGITS && last < to && isAlone) visit(slot, true, p, last);
}

/**
 * Visits the wanted keys of b[from, end). What stands before the first pair is visited as the key '' if it starts with a digit, as a stamp
 * does.
 * @param number slot of PREFIX_NUMBER; -1: not wanted
 * @returns the number of pairs; -1: the line is no logfmt
 */
export function walkLogfmt(
  b: Uint8Array,
  from: number,
  end: number,
  level: KeyLevel,
  number: number,
  visit: JsonVisitor,
): number {
  let p = firstPair(b, from, end);
  const stampAt = b[from] === 91 ? from + 1 : from;
  if (p > stampAt && isDigit(b[stampAt])) {
    const slot = slotOf(level, b, from, from);
    if (slot >= 0) visit(slot, true, stampAt, p);
    if (number >= 0) visitPrefixNumber(b, stampAt, p, number, visit);
  }
  let pairs = 0;
  for (;;) {
    while (b[p] === 32) p++;
    if (p >= end) return pairs;
    p = walkPair(b, p, end, level, visit);
    if (p < 0) return -1;
    pairs++;
  }
}
