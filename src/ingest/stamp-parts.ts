/** Parts of stamps: months, times of day, fractions, offsets; and the memory of the last second. */
import { daysFromCivil, MICROS_PER_DAY, MICROS_PER_SECOND } from '../core/time.ts';
import { isDigit } from './bytes.ts';
import type { Zone } from './zone.ts';

/** What a reader gives besides its value. Each parser has one such object, which every read overwrites. */
export interface StampCursor {
  /** Position after the stamp. */
  end: number;
  /** Digits of the fraction of a second. */
  digits: number;
  /** Offset that the stamp itself states, in minutes; NaN: none. */
  offsetMinutes: number;
}

export const two = (b: Uint8Array, p: number): number => {
  const tens = b[p] - 48;
  const ones = b[p + 1] - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
};

/** Month 1..12 of "Jan" … "Dec" at p, NaN for anything else. */
export function monthAt(b: Uint8Array, p: number): number {
  switch ((b[p] << 16) | (b[p + 1] << 8) | b[p + 2]) {
    case 0x4a616e:
      return 1;
    case 0x466562:
      return 2;
    case 0x4d6172:
      return 3;
    case 0x417072:
      return 4;
    case 0x4d6179:
      return 5;
    case 0x4a756e:
      return 6;
    case 0x4a756c:
      return 7;
    case 0x417567:
      return 8;
    case 0x536570:
      return 9;
    case 0x4f6374:
      return 10;
    case 0x4e6f76:
      return 11;
    case 0x446563:
      return 12;
    default:
      return Number.NaN;
  }
}

/** HH:MM:SS at p as µs of the day. 24:00:00 and leap seconds are allowed. */
export function clockAt(b: Uint8Array, p: number): number {
  if (b[p + 2] !== 58 || b[p + 5] !== 58) return Number.NaN;
  const h = two(b, p);
  const m = two(b, p + 3);
  const s = two(b, p + 6);
  return h <= 24 && m < 60 && s <= 60 ? ((h * 60 + m) * 60 + s) * MICROS_PER_SECOND : Number.NaN;
}

export const dayMicros = (year: number, month: number, day: number): number =>
  day >= 1 && day <= 31 && month >= 1 && month <= 12 ? daysFromCivil(year, month, day) * MICROS_PER_DAY : Number.NaN;

/** Remembers some bytes of the last stamp, and the wall-clock time that they gave. */
export class LastSecond {
  readonly bytes = new DataView(new ArrayBuffer(32));
  wall = Number.NaN;
  #utc = Number.NaN;

  same(v: DataView, p: number, length: number): boolean {
    const { bytes } = this;
    if (bytes.getInt32(length - 4, true) !== v.getInt32(p + length - 4, true)) return false;
    for (let k = 0; k + 4 < length; k += 4) {
      if (bytes.getInt32(k, true) !== v.getInt32(p + k, true)) return false;
    }
    return true;
  }

  remember(v: DataView, p: number, length: number, wall: number): void {
    for (let k = 0; k + 4 <= length; k += 4) this.bytes.setInt32(k, v.getInt32(p + k, true), true);
    this.bytes.setInt32(length - 4, v.getInt32(p + length - 4, true), true);
    this.wall = wall;
    this.#utc = Number.NaN;
  }

  /** The remembered second in UTC. Asks the zone once. */
  utc(zone: Zone): number {
    if (Number.isNaN(this.#utc)) this.#utc = zone.toUtc(this.wall);
    return this.#utc;
  }
}

/** The fraction of a second at p ("." or "," and digits) in µs. Sets cursor.end and cursor.digits. */
export function fractionAt(b: Uint8Array, p: number, cursor: StampCursor): number {
  cursor.end = p;
  cursor.digits = 0;
  if ((b[p] !== 46 && b[p] !== 44) || !isDigit(b[p + 1])) return 0;
  let i = p + 1;
  let value = 0;
  let digits = 0;
  for (; isDigit(b[i]); i++, digits++) if (digits < 6) value = value * 10 + (b[i] - 48);
  for (let k = digits; k < 6; k++) value *= 10;
  cursor.end = i;
  cursor.digits = Math.min(digits, 9);
  return value;
}

/** The offset "Z", "+0000" or "+00:00" at p in minutes; NaN: there is none (cursor.end stays). */
export function offsetAt(b: Uint8Array, p: number, cursor: StampCursor): number {
  const c = b[p];
  if (c === 90) {
    cursor.end = p + 1;
    return 0;
  }
  if (c !== 43 && c !== 45) return Number.NaN;
  const hours = two(b, p + 1);
  const colon = b[p + 3] === 58 ? 1 : 0;
  const minutes = two(b, p + 3 + colon);
  if (!(hours <= 24) || !(minutes <= 99)) return Number.NaN;
  cursor.end = p + 5 + colon;
  // Paste's TransLogger writes hundredths of an hour. No zone has an offset with 25, 50 or 75 minutes.
  const real = minutes === 25 || minutes === 50 || minutes === 75 ? (minutes * 3) / 5 : minutes;
  return (c === 45 ? -1 : 1) * (hours * 60 + real);
}
