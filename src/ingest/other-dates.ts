/** Readers of dates that no server writes by default, but that `datefmt` of Python's logging and custom formats do. */
import { MICROS_PER_DAY, MICROS_PER_MINUTE, MICROS_PER_SECOND } from '../core/time.ts';
import { isDigit } from './bytes.ts';
import { clockAt, dayMicros, fractionAt, monthAt, offsetAt, type StampCursor, two } from './stamp-parts.ts';
import type { StampReader } from './stamps.ts';
import type { Zone } from './zone.ts';

const HALF_DAY = MICROS_PER_DAY / 2;

/** Day at p as µs since 1970, as if in UTC; NaN: there is none. Leaves cursor.end behind it. */
type DateReader = (b: Uint8Array, p: number, cursor: StampCursor) => number;

/** Year of four or two digits at p. Leaves cursor.end behind it. */
function yearAt(b: Uint8Array, p: number, cursor: StampCursor): number {
  const year = two(b, p);
  if (isDigit(b[p + 2]) && isDigit(b[p + 3])) {
    cursor.end = p + 4;
    return year * 100 + two(b, p + 2);
  }
  cursor.end = p + 2;
  return 2000 + year;
}

const isSeparator = (c: number): boolean => c === 45 || c === 46 || c === 47;

const digitsAt = (b: Uint8Array, p: number): number => (isDigit(b[p + 1]) ? 2 : 1);
const oneOrTwo = (b: Uint8Array, p: number): number =>
  digitsAt(b, p) === 2 ? two(b, p) : isDigit(b[p]) ? b[p] - 48 : Number.NaN;

const numbered =
  (dayFirst: boolean): DateReader =>
  (b, p, cursor) => {
    const middle = p + digitsAt(b, p) + 1;
    const last = middle + digitsAt(b, middle) + 1;
    const separator = b[middle - 1];
    if (!isSeparator(separator) || b[last - 1] !== separator) return Number.NaN;
    const first = oneOrTwo(b, p);
    const second = oneOrTwo(b, middle);
    const year = yearAt(b, last, cursor);
    return dayFirst ? dayMicros(year, second, first) : dayMicros(year, first, second);
  };

/** "29 Oct 2024", "29-Oct-24", "9 Oct 2024" */
const named: DateReader = (b, p, cursor) => {
  const digits = isDigit(b[p + 1]) ? 2 : 1;
  const day = digits === 2 ? two(b, p) : b[p] - 48;
  const month = monthAt(b, p + digits + 1);
  if (Number.isNaN(month) || b[p + digits] !== b[p + digits + 4]) return Number.NaN;
  return dayMicros(yearAt(b, p + digits + 5, cursor), month, day);
};

/** "2024/10/29 -": Go's gin separates the time of day like this. */
const yearThenDash: DateReader = (b, p, cursor) => {
  const separator = b[p + 4];
  if (!isSeparator(separator) || b[p + 7] !== separator || b[p + 10] !== 32 || b[p + 11] !== 45) return Number.NaN;
  cursor.end = p + 12;
  return dayMicros(two(b, p) * 100 + two(b, p + 2), two(b, p + 5), two(b, p + 8));
};

/** "Mar 1, 2026"; a comma or " @" may follow. */
const monthThenDay: DateReader = (b, p, cursor) => {
  const digits = isDigit(b[p + 5]) ? 2 : 1;
  const day = digits === 2 ? two(b, p + 4) : b[p + 4] - 48;
  const at = p + 4 + digits;
  if (b[p + 3] !== 32 || b[at] !== 44 || b[at + 1] !== 32 || !isDigit(b[at + 4])) return Number.NaN;
  const micros = dayMicros(yearAt(b, at + 2, cursor), monthAt(b, p), day);
  if (b[cursor.end] === 32 && b[cursor.end + 1] === 64) cursor.end += 2;
  return micros;
};

/** "5:04:15" */
function shortClockAt(b: Uint8Array, p: number): number {
  const minutes = two(b, p + 2);
  const seconds = two(b, p + 5);
  return isDigit(b[p]) && b[p + 4] === 58 && minutes < 60 && seconds <= 60
    ? (((b[p] - 48) * 60 + minutes) * 60 + seconds) * MICROS_PER_SECOND
    : Number.NaN;
}

/** For the " PM" in "05:04:15 PM": µs at which that half of the day begins; NaN: there is none. */
function halfAt(b: Uint8Array, p: number): number {
  if (b[p] !== 32 || b[p + 2] !== 77) return Number.NaN;
  return b[p + 1] === 80 ? HALF_DAY : b[p + 1] === 65 ? 0 : Number.NaN;
}

/** A date, a separator (blank, "T", ":" or ", ") and the time of day. A fraction, "PM" and an offset may follow. */
function withClock(date: DateReader, zone: Zone, cursor: StampCursor): StampReader {
  return (b, _v, p) => {
    const day = date(b, p, cursor);
    const at = b[cursor.end] === 44 ? cursor.end + 1 : cursor.end;
    const gap = b[at] === 32 || b[at] === 84 || b[at] === 58;
    const isShort = b[at + 2] === 58;
    let clock = gap ? (isShort ? shortClockAt : clockAt)(b, at + 1) : Number.NaN;
    cursor.offsetMinutes = Number.NaN;
    if (Number.isNaN(day + clock)) {
      cursor.end = p;
      return Number.NaN;
    }
    const fraction = fractionAt(b, at + (isShort ? 8 : 9), cursor);
    const { digits } = cursor;
    let end = cursor.end;
    const half = halfAt(b, end);
    if (!Number.isNaN(half)) {
      clock = (clock % HALF_DAY) + half;
      end += 3;
      cursor.end = end;
    }
    const offset = offsetAt(b, b[end] === 32 ? end + 1 : end, cursor);
    cursor.digits = digits;
    cursor.offsetMinutes = offset;
    return offset === offset ? day + clock + fraction - offset * MICROS_PER_MINUTE : zone.toUtc(day + clock) + fraction;
  };
}

export const numberedDate = (dayFirst: boolean, zone: Zone, cursor: StampCursor): StampReader =>
  withClock(numbered(dayFirst), zone, cursor);

export const namedMonth = (zone: Zone, cursor: StampCursor): StampReader => withClock(named, zone, cursor);

export const yearFirst = (zone: Zone, cursor: StampCursor): StampReader => withClock(yearThenDash, zone, cursor);

export const monthNameFirst = (zone: Zone, cursor: StampCursor): StampReader => withClock(monthThenDay, zone, cursor);
