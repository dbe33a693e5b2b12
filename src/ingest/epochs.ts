/** Stamps that count seconds, or fractions of them, since 1970. */
import { isDigit } from './bytes.ts';
import type { StampCursor } from './stamp-parts.ts';
import type { StampReader } from './stamps.ts';

/** Epochs in seconds have nine digits from 1973 on and ten from 2001 on; each finer unit adds three. */
export const LEAST_EPOCH_DIGITS = 9;
const shapes = ['epoch-s', 'epoch-ms', 'epoch-us', 'epoch-ns'] as const;

/** The unit in which an epoch of these decades has so many digits. */
export function epochShapeOf(digits: number): (typeof shapes)[number] {
  const finer = Math.floor((digits - LEAST_EPOCH_DIGITS) / 3);
  return shapes[Math.max(0, Math.min(shapes.length - 1, finer))];
}

/** A double represents integers of so many digits exactly. */
const EXACT_DIGITS = 16;

/**
 * The integer at p, computed in 32 bits nine digits at a time. Sets cursor.end behind it, and cursor.digits to the number of digits that
 * were dropped.
 */
function wholeAt(b: Uint8Array, p: number, cursor: StampCursor): number {
  let i = p;
  let head = 0;
  for (; i < p + 9 && isDigit(b[i]); i++) head = (head * 10 + (b[i] - 48)) | 0;
  let rest = 0;
  let scale = 1;
  const last = p + EXACT_DIGITS;
  for (; i >= p + 9 && i < last && isDigit(b[i]); i++) {
    rest = (rest * 10 + (b[i] - 48)) | 0;
    scale *= 10;
  }
  cursor.digits = 0;
  // Digits that a double cannot represent are fractions of a microsecond.
  for (; i >= last && isDigit(b[i]); i++) cursor.digits++;
  cursor.end = i;
  return head * scale + rest;
}

/** @param power a second is 10^power units of the value */
function inMicros(value: number, power: number): number {
  let micros = value;
  for (let k = power; k < 6; k++) micros *= 10;
  for (let k = 6; k < power; k++) micros /= 10;
  return Math.floor(micros);
}

/** Reader of an epoch in units of 10^-power seconds, with or without a fraction. Refuses times outside the years 2000 to 2100. */
export function epochReader(power: number, cursor: StampCursor): StampReader {
  return (b, _v, p) => {
    let value = wholeAt(b, p, cursor);
    let i = cursor.end;
    const dropped = cursor.digits;
    const isNumber = i > p;
    let digits = 0;
    if (b[i] === 46 && isDigit(b[i + 1])) {
      for (i++; isDigit(b[i]); i++) {
        if (power + digits >= 6) continue;
        value = value * 10 + (b[i] - 48);
        digits++;
      }
    }
    const micros = inMicros(value, power + digits - dropped);
    if (!isNumber || micros < 946_684_800_000_000 || micros > 4_102_444_800_000_000) {
      cursor.end = p;
      return Number.NaN;
    }
    cursor.end = i;
    cursor.digits = power + digits;
    cursor.offsetMinutes = 0;
    return micros;
  };
}
