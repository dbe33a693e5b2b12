/** Stamps of whatever shape, told by their look. */
import type { StampShape } from '../core/format.ts';
import { isDigit } from './bytes.ts';
import { epochShapeOf, LEAST_EPOCH_DIGITS } from './epochs.ts';
import { two } from './stamp-parts.ts';
import type { StampReader } from './stamps.ts';

/** Bytes of "3/4/2024 5:04:15", and of as much as may stand in front of "PM". */
const LEAST_DATE = 16;
const LONGEST_DATE = 32;

/** "29/Oct/2024:17:04:15", "29/Oct/2024 17:04:15", "29 Oct 2024 …", behind the digits of the day. */
function shapeWithMonthName(b: Uint8Array, at: number, digits: number): StampShape {
  if (b[at + digits] !== 47) return 'named-month';
  return b[at + 11] === 32 ? 'clf-blank' : 'clf';
}

/** null: "03/04/2024" does not say which of both is the month. */
function shapeOfNumbers(b: Uint8Array, at: number): StampShape | null {
  const first = two(b, at);
  const second = two(b, at + 3);
  if (first > 12 || first === second) return 'day-first';
  return second > 12 || hasHalf(b, at) ? 'month-first' : null;
}

/** "3/4/2024, 5:04:15.123 PM": who writes the halves of a day writes the month first. */
function hasHalf(b: Uint8Array, at: number): boolean {
  for (let p = at + LEAST_DATE; p < at + LONGEST_DATE; p++) {
    if (b[p] === 32 && (b[p + 1] === 65 || b[p + 1] === 80) && b[p + 2] === 77) return true;
  }
  return false;
}

/** The shape of a stamp, told by its look: an epoch by its number of digits, a date by its separators. */
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

/** `read`: makes the reader of a shape, when it is first met. */
export function anyReader(read: (shape: StampShape) => StampReader): StampReader {
  const readers: Partial<Record<StampShape, StampReader>> = {};
  return (b, v, p) => {
    const at = b[p] === 91 ? p + 1 : p;
    const shape = shapeAt(b, at);
    if (shape === null) return Number.NaN;
    readers[shape] ??= read(shape);
    return readers[shape](b, v, at);
  };
}
