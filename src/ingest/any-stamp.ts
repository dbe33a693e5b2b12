/** Reads stamps of any shape, which it recognises by their look. */
import type { DatePattern, StampShape } from '../core/format.ts';
import { isDigit } from './bytes.ts';
import { epochShapeOf, LEAST_EPOCH_DIGITS } from './epochs.ts';
import { type StampCursor, two } from './stamp-parts.ts';
import type { StampReader } from './stamps.ts';
import { FIRST_AS_YEAR, OLDEST_YEAR, patternOf } from './written-dates.ts';

/** Bytes of "3/4/2024 5:04:15", and the most that may stand in front of "PM". */
const LEAST_DATE = 16;
const LONGEST_DATE = 32;
/** Bytes of "Wednesday, September 30, 2026 at 05:04:15.123456 PM +01:00", and a few more. */
const LONGEST_STAMP = 64;

/** "29/Oct/2024:17:04:15", "29/Oct/2024 17:04:15", "29 Oct 2024 …": the shape, by what follows the digits of the day. */
function shapeWithMonthName(b: Uint8Array, at: number, digits: number): StampShape {
  if (b[at + digits] !== 47) return 'named-month';
  return b[at + 11] === 32 ? 'clf-blank' : 'clf';
}

/** null: "03/04/2024" does not show which of the two is the month. */
function shapeOfNumbers(b: Uint8Array, at: number): StampShape | null {
  const first = two(b, at);
  const second = two(b, at + 3);
  // "26-03-01": with the day first, it would be from 2001.
  const isYearFirst = first >= FIRST_AS_YEAR && b[at + 2] === 45 && b[at + 5] === 45 && two(b, at + 6) < OLDEST_YEAR;
  if (isYearFirst && b[at + 8] === 32) return '%y-%m-%d %H:%M:%S%f';
  if (first > 12 || first === second) return 'day-first';
  return second > 12 || hasHalf(b, at) ? 'month-first' : null;
}

/** "3/4/2024, 5:04:15.123 PM": dates with AM or PM have the month first. */
function hasHalf(b: Uint8Array, at: number): boolean {
  for (let p = at + LEAST_DATE; p < at + LONGEST_DATE; p++) {
    if (b[p] === 32 && (b[p + 1] === 65 || b[p + 1] === 80) && b[p + 2] === 77) return true;
  }
  return false;
}

/** The shape of a stamp by its look: an epoch by its number of digits, a date by its separators. */
function shapeAt(b: Uint8Array, at: number): StampShape | null {
  let digits = 0;
  while (isDigit(b[at + digits])) digits++;
  if (digits === 0) return isDigit(b[at + 5]) && b[at + 6] === 32 ? 'syslog' : 'ctime';
  if (digits >= LEAST_EPOCH_DIGITS) return epochShapeOf(digits);
  if (digits < 3 && !isDigit(b[at + digits + 1])) return shapeWithMonthName(b, at, digits);
  if (digits === 2) return shapeOfNumbers(b, at);
  if (digits === 1) return hasHalf(b, at) ? 'month-first' : 'iso';
  return digits === 6 ? 'compact' : 'iso';
}

/** `YEAR_SIGN`: the first byte of the Chinese and Japanese sign for "year" in UTF-8. */
const [BLANK, COLON, YEAR_SIGN] = [32, 58, 0xe5];
const [LETTER_A, LETTER_M, LETTER_P] = [65, 77, 80];

/** " PM" behind "05:04:15" */
const isHalfAt = (b: Uint8Array, p: number): boolean =>
  b[p] === 32 && b[p + 2] === LETTER_M && (b[p + 1] === LETTER_A || b[p + 1] === LETTER_P);

const isLetter = (c: number): boolean => (c | 32) >= 97 && (c | 32) <= 122;
const isSign = (c: number): boolean => c === 45 || c === 46 || c === 47;

/**
 * A check of a few bytes, as most values that are no stamps are numbers: "2026.03.01", "20260301", "01Mar2026", "17:04:15 01/03/2026",
 * "March 1".
 */
function mayBeDate(b: Uint8Array, p: number): boolean {
  let digits = 0;
  while (digits < 9 && isDigit(b[p + digits])) digits++;
  const next = b[p + digits];
  if (digits === 0) return isLetter(next) && isLetter(b[p + 1]) && isLetter(b[p + 2]);
  if (digits === 4) return next === 46 ? b[p + 7] === 46 : isSign(next) || next === BLANK || next === YEAR_SIGN;
  if (digits > 2) return digits === 8;
  const isNumbered = isSign(next) && (b[p + digits + 3] === next || b[p + digits + 2] === next);
  return isNumbered || isLetter(next) || next === COLON || next === BLANK;
}

/** The pattern of a date in another order; null: it is none, or it does not show which number is the month. */
function patternAt(b: Uint8Array, p: number): DatePattern | null {
  const pattern = mayBeDate(b, p) ? patternOf((b as Buffer).toString('latin1', p, p + LONGEST_STAMP)) : null;
  return pattern === null || /%d[-/.]%m/.test(pattern) ? null : pattern;
}

/** @param read makes the reader of a shape when that is first met */
export function anyReader(read: (shape: StampShape) => StampReader, cursor: StampCursor): StampReader {
  const readers: Partial<Record<StampShape, StampReader>> = {};
  let last: StampReader | null = null;
  /** Tries the pattern of the value before, which nearly always fits; a value that continues behind it has another pattern. */
  const readWritten: StampReader = (b, v, p) => {
    const micros = last === null ? Number.NaN : last(b, v, p);
    const after = b[cursor.end];
    if (micros === micros && !isDigit(after) && !isLetter(after) && !isHalfAt(b, cursor.end)) return micros;
    const pattern = patternAt(b, p);
    cursor.end = p;
    if (pattern === null) return Number.NaN;
    readers[pattern] ??= read(pattern);
    last = readers[pattern];
    return last(b, v, p);
  };
  return (b, v, p) => {
    const at = b[p] === 91 ? p + 1 : p;
    const shape = shapeAt(b, at);
    if (shape === null) return readWritten(b, v, at);
    readers[shape] ??= read(shape);
    const micros = readers[shape](b, v, at);
    const isRead = micros === micros && !(shape === 'iso' && isHalfAt(b, cursor.end));
    return isRead ? micros : readWritten(b, v, at);
  };
}
