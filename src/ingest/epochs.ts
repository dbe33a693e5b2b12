/** Stamps that count seconds, or parts of them, since 1970. */
import { isDigit } from './bytes.ts';
import type { StampCursor } from './stamp-parts.ts';
import type { StampReader } from './stamps.ts';

/** Of seconds from 1973 on; from 2001 on they have ten, and every finer unit has three more. */
export const LEAST_EPOCH_DIGITS = 9;
const shapes = ['epoch-s', 'epoch-ms', 'epoch-us', 'epoch-ns'] as const;

/** The unit that an epoch of the last decades, or the next, has so many digits in. */
export function epochShapeOf(digits: number): (typeof shapes)[number] {
  const finer = Math.floor((digits - LEAST_EPOCH_DIGITS) / 3);
  return shapes[Math.max(0, Math.min(shapes.length - 1, finer))];
}

/** Digits of an integer that a double holds exactly. */
const EXACT_DIGITS = 16;

/** An epoch in units of 10^-power seconds, with or without a fraction. Times outside 2000..2100 are refused. */
export function epochReader(power: number, cursor: StampCursor): StampReader {
  return (b, _v, p) => {
    // In 32 bits nine digits at a time.
    let i = p;
    let head = 0;
    for (; i < p + 9 && isDigit(b[i]); i++) head = (head * 10 + (b[i] - 48)) | 0;
    let value = head;
    let dropped = 0;
    if (i === p + 9) {
      let rest = 0;
      let scale = 1;
      for (; isDigit(b[i]); i++) {
        // More digits than a double holds are those of nanoseconds.
        if (i - p >= EXACT_DIGITS) dropped++;
        else {
          rest = (rest * 10 + (b[i] - 48)) | 0;
          scale *= 10;
        }
      }
      value = head * scale + rest;
    }
    const whole = i;
    let digits = 0;
    if (b[i] === 46 && isDigit(b[i + 1])) {
      for (i++; isDigit(b[i]); i++) {
        if (power + digits < 6) {
          value = value * 10 + (b[i] - 48);
          digits++;
        }
      }
    }
    let micros = value;
    for (let k = power + digits - dropped; k < 6; k++) micros *= 10;
    for (let k = 6; k < power + digits - dropped; k++) micros /= 10;
    micros = Math.floor(micros);
    if (whole === p || micros < 946_684_800_000_000 || micros > 4_102_444_800_000_000) {
      cursor.end = p;
      return Number.NaN;
    }
    cursor.end = i;
    cursor.digits = power + digits;
    cursor.offsetMinutes = 0;
    return micros;
  };
}
