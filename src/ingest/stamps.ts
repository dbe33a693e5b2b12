/**
 * Readers of stamps: from bytes to µs since 1970 UTC, without making a string. Each remembers the last second, because a busy server writes
 * the same second thousands of times.
 */
import type { StampShape } from '../core/format.ts';
import { MICROS_PER_DAY, MICROS_PER_MINUTE } from '../core/time.ts';
import { anyReader } from './any-stamp.ts';
import { isDigit } from './bytes.ts';
import { epochReader } from './epochs.ts';
import { monthNameFirst, namedMonth, numberedDate, yearFirst } from './other-dates.ts';
import { clockAt, dayMicros, fractionAt, LastSecond, monthAt, offsetAt, type StampCursor, two } from './stamp-parts.ts';
import { strftimeReader } from './strftime.ts';
import { timeOfDayReader } from './time-of-day.ts';
import { createZone, type Zone } from './zone.ts';

/** The stamp at p; NaN: there is none, and `cursor.end` is where reading stopped. */
export type StampReader = (b: Uint8Array, v: DataView, p: number) => number;

/** What stamps are compared with if they lack the year or the date. */
export interface StampReference {
  readonly nowMicros: () => number;
  /** Lines are read while they are being written. */
  readonly isLive: boolean;
  /** Wall-clock time, µs: all times of day lie at it or later. NaN until the first one is read. */
  firstClock: number;
}

/** Bytes of "29/Oct/2024:17:04:15 +0000". */
const WITH_OFFSET = 26;

/** "29/Oct/2024:17:04:15" as µs of the wall clock; NaN: there is no such thing. */
function clfSecond(b: Uint8Array, p: number, separator: number): number {
  if (b[p + 2] !== 47 || b[p + 6] !== 47 || b[p + 11] !== separator) return Number.NaN;
  const year = two(b, p + 7) * 100 + two(b, p + 9);
  return dayMicros(year, monthAt(b, p + 3), two(b, p)) + clockAt(b, p + 12);
}

/** Position behind the zone in "29/Oct/2024:17:04:15 CDT]". Names of zones are ambiguous, so it is ignored. `end` if there is none. */
function zoneNameEnd(b: Uint8Array, end: number): number {
  let k = end + 1;
  while (b[k] >= 65 && b[k] <= 90) k++;
  return k >= end + 4 && k <= end + 6 && b[k] === 93 ? k : end;
}

function clfReader(separator: number, zone: Zone, cursor: StampCursor): StampReader {
  const memo = new LastSecond();
  /** The last stamp with its offset, "29/Oct/2024:17:04:15 +0000", and its value. */
  const whole = new LastSecond();
  let wholeMicros = Number.NaN;
  let wholeOffset = Number.NaN;
  return (b, v, p) => {
    if (whole.same(v, p, WITH_OFFSET)) {
      cursor.end = p + WITH_OFFSET;
      cursor.digits = 0;
      cursor.offsetMinutes = wholeOffset;
      return wholeMicros;
    }
    if (!memo.same(v, p, 20)) {
      const wall = clfSecond(b, p, separator);
      if (Number.isNaN(wall)) {
        cursor.end = p;
        return Number.NaN;
      }
      memo.remember(v, p, 20, wall);
    }
    let fraction = 0;
    if (b[p + 20] === 46 || b[p + 20] === 44) fraction = fractionAt(b, p + 20, cursor);
    else {
      cursor.end = p + 20;
      cursor.digits = 0;
    }
    const end = cursor.end;
    cursor.offsetMinutes = Number.NaN;
    if (b[end] === 32) {
      const offset = offsetAt(b, end + 1, cursor);
      cursor.offsetMinutes = offset;
      if (offset === offset) {
        const micros = memo.wall + fraction - offset * MICROS_PER_MINUTE;
        if (cursor.end === p + WITH_OFFSET) {
          whole.remember(v, p, WITH_OFFSET, micros);
          wholeMicros = micros;
          wholeOffset = offset;
        }
        return micros;
      }
      cursor.end = zoneNameEnd(b, end);
    }
    return memo.utc(zone) + fraction;
  };
}

function isoReader(zone: Zone, cursor: StampCursor): StampReader {
  const memo = new LastSecond();
  return (b, v, p) => {
    if (!memo.same(v, p, 19)) {
      const year = two(b, p) * 100 + two(b, p + 2);
      const separator = b[p + 10];
      const plausible =
        (b[p + 4] === 45 || b[p + 4] === 47) &&
        b[p + 7] === b[p + 4] &&
        (separator === 32 || separator === 84 || separator === 95 || separator === 9);
      const wall = plausible ? dayMicros(year, two(b, p + 5), two(b, p + 8)) + clockAt(b, p + 11) : Number.NaN;
      if (Number.isNaN(wall)) {
        cursor.end = p;
        return Number.NaN;
      }
      memo.remember(v, p, 19, wall);
    }
    const fraction = fractionAt(b, p + 19, cursor);
    const end = cursor.end;
    let offset = offsetAt(b, end, cursor);
    if (offset !== offset && b[end] === 32 && (b[end + 1] === 43 || b[end + 1] === 45) && isDigit(b[end + 2])) {
      offset = offsetAt(b, end + 1, cursor);
    }
    cursor.offsetMinutes = offset;
    return offset === offset ? memo.wall + fraction - offset * MICROS_PER_MINUTE : memo.utc(zone) + fraction;
  };
}

function ctimeReader(zone: Zone, cursor: StampCursor): StampReader {
  const memo = new LastSecond();
  return (b, v, p) => {
    // "Tue Oct 29 17:04:15 2024", or with a fraction in front of the year.
    const plain = b[p + 19] === 32;
    if (!plain || !memo.same(v, p, 24)) {
      const day = b[p + 8] === 32 ? b[p + 9] - 48 : two(b, p + 8);
      const fraction = fractionAt(b, p + 19, cursor);
      const digits = cursor.digits;
      const yearAt = cursor.end + 1;
      const year = two(b, yearAt) * 100 + two(b, yearAt + 2);
      const wall = b[cursor.end] === 32 ? dayMicros(year, monthAt(b, p + 4), day) + clockAt(b, p + 11) : Number.NaN;
      if (Number.isNaN(wall) || b[p + 3] !== 32) {
        cursor.end = p;
        return Number.NaN;
      }
      cursor.offsetMinutes = Number.NaN;
      if (!plain) {
        cursor.end = yearAt + 4;
        cursor.digits = digits;
        return zone.toUtc(wall) + fraction;
      }
      memo.remember(v, p, 24, wall);
    }
    cursor.end = p + 24;
    cursor.digits = 0;
    cursor.offsetMinutes = Number.NaN;
    return memo.utc(zone);
  };
}

function compactReader(zone: Zone, cursor: StampCursor): StampReader {
  const memo = new LastSecond();
  return (b, v, p) => {
    if (!memo.same(v, p, 15)) {
      const wall =
        b[p + 6] === 32 ? dayMicros(2000 + two(b, p), two(b, p + 2), two(b, p + 4)) + clockAt(b, p + 7) : Number.NaN;
      if (Number.isNaN(wall)) {
        cursor.end = p;
        return Number.NaN;
      }
      memo.remember(v, p, 15, wall);
    }
    const fraction = fractionAt(b, p + 15, cursor);
    cursor.offsetMinutes = Number.NaN;
    return memo.utc(zone) + fraction;
  };
}

/** A day without a year is in the last year in which it is not in the future. */
function inThePast(month: number, day: number, clock: number, now: number): number {
  const year = new Date(now / 1000).getUTCFullYear();
  const wall = dayMicros(year, month, day) + clock;
  return wall > now + MICROS_PER_DAY ? dayMicros(year - 1, month, day) + clock : wall;
}

/** "Oct 29 17:04:15" */
function syslogReader(zone: Zone, cursor: StampCursor, nowMicros: () => number): StampReader {
  const memo = new LastSecond();
  return (b, v, p) => {
    if (!memo.same(v, p, 15)) {
      const day = b[p + 4] === 32 ? b[p + 5] - 48 : two(b, p + 4);
      const clock = b[p + 3] === 32 && b[p + 6] === 32 ? clockAt(b, p + 7) : Number.NaN;
      const wall = inThePast(monthAt(b, p), day, clock, nowMicros());
      if (Number.isNaN(wall)) {
        cursor.end = p;
        return Number.NaN;
      }
      memo.remember(v, p, 15, wall);
    }
    const fraction = fractionAt(b, p + 15, cursor);
    cursor.offsetMinutes = Number.NaN;
    return memo.utc(zone) + fraction;
  };
}

/** "10-29 17:04:15", "I1029 17:04:15.123456" */
function monthDayReader(zone: Zone, cursor: StampCursor, nowMicros: () => number): StampReader {
  return (b, _v, p) => {
    const at = isDigit(b[p]) ? p : p + 1;
    const dayAt = isDigit(b[at + 2]) ? at + 2 : at + 3;
    const clock = b[dayAt + 2] === 32 ? clockAt(b, dayAt + 3) : Number.NaN;
    const wall = inThePast(two(b, at), two(b, dayAt), clock, nowMicros());
    cursor.offsetMinutes = Number.NaN;
    cursor.end = p;
    return Number.isNaN(wall) ? wall : zone.toUtc(wall) + fractionAt(b, dayAt + 11, cursor);
  };
}

export function createStampReader(
  shape: StampShape,
  zone: Zone,
  cursor: StampCursor,
  reference: StampReference,
): StampReader {
  switch (shape) {
    case 'clf':
      return clfReader(58, zone, cursor);
    case 'clf-local': {
      const read = clfReader(58, zone, cursor);
      return (b, v, p) => {
        const micros = read(b, v, p);
        return Number.isNaN(cursor.offsetMinutes) ? micros : Number.NaN;
      };
    }
    case 'clf-blank':
      return clfReader(32, zone, cursor);
    case 'iso':
      return isoReader(zone, cursor);
    case 'iso-utc': {
      const read = isoReader(createZone('UTC'), cursor);
      return (b, v, p) => {
        const micros = read(b, v, p);
        cursor.offsetMinutes = 0;
        return micros;
      };
    }
    case 'ctime':
      return ctimeReader(zone, cursor);
    case 'compact':
      return compactReader(zone, cursor);
    case 'syslog':
      return syslogReader(zone, cursor, reference.nowMicros);
    case 'month-day':
      return monthDayReader(zone, cursor, reference.nowMicros);
    case 'clock':
      return timeOfDayReader(zone, cursor, reference);
    case 'epoch-s':
      return epochReader(0, cursor);
    case 'epoch-ms':
      return epochReader(3, cursor);
    case 'epoch-us':
      return epochReader(6, cursor);
    case 'epoch-ns':
      return epochReader(9, cursor);
    case 'day-first':
    case 'month-first':
      return numberedDate(shape === 'day-first', zone, cursor);
    case 'named-month':
      return namedMonth(zone, cursor);
    case 'month-name-first':
      return monthNameFirst(zone, cursor);
    case 'year-first':
      return yearFirst(zone, cursor);
    case 'any':
      return anyReader((one) => createStampReader(one, zone, cursor, reference), cursor);
    default:
      return strftimeReader(shape, zone, cursor);
  }
}
