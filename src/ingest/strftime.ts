/**
 * Stamps that are described by a pattern like strftime's, as anything may be the `datefmt` of Python's logging: "%Y-%m-%d, %H:%M:%S",
 * "%d%b%Y %I:%M:%S %p". Unlike in strftime, `%f` is an optional fraction with its point or comma, `%b` any name of a month, and `%H` the
 * hour of a 12-hour or a 24-hour clock, depending on whether "AM" or "PM" follows.
 */
import { MICROS_PER_MINUTE, MICROS_PER_SECOND } from '../core/time.ts';
import { isDigit } from './bytes.ts';
import { dayMicros, fractionAt, LastSecond, monthAt, offsetAt, type StampCursor, two } from './stamp-parts.ts';
import type { StampReader } from './stamps.ts';
import type { Zone } from './zone.ts';

interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  /** 0 for "AM", 12 for "PM". */
  half: number;
  fraction: number;
  digits: number;
}

/** Reads a part at p. @returns the position behind it; -1: it is not there */
type Step = (b: Uint8Array, p: number, parts: Parts) => number;

const number =
  (key: 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', least: number, most: number): Step =>
  (b, p, parts) => {
    let value = 0;
    let at = p;
    while (at < p + most && isDigit(b[at])) value = value * 10 + (b[at++] - 48);
    if (at < p + least) return -1;
    parts[key] = value;
    return at;
  };

const isLetter = (c: number): boolean => (c | 32) >= 97 && (c | 32) <= 122;

function lettersEnd(b: Uint8Array, p: number): number {
  let at = p;
  while (isLetter(b[at])) at++;
  return at;
}

const monthName: Step = (b, p, parts) => {
  const month = monthAt(b, p);
  if (Number.isNaN(month)) return -1;
  parts.month = month;
  return lettersEnd(b, p);
};

const half: Step = (b, p, parts) => {
  const letter = b[p];
  if ((letter !== 65 && letter !== 80) || b[p + 1] !== 77) return -1;
  parts.half = letter === 80 ? 12 : 0;
  parts.hour %= 12;
  return p + 2;
};

const steps: Readonly<Record<string, Step>> = {
  Y: number('year', 4, 4),
  y: (b, p, parts) => {
    parts.year = 2000 + two(b, p);
    return Number.isNaN(parts.year) ? -1 : p + 2;
  },
  m: number('month', 1, 2),
  d: number('day', 1, 2),
  b: monthName,
  a: (b, p) => (isLetter(b[p]) ? lettersEnd(b, p) : -1),
  H: number('hour', 1, 2),
  M: number('minute', 2, 2),
  S: number('second', 2, 2),
  p: half,
};

function compile(pattern: string, cursor: StampCursor): Step[] {
  const fraction: Step = (b, p, parts) => {
    parts.fraction = fractionAt(b, p, cursor);
    parts.digits = cursor.digits;
    return cursor.end;
  };
  return [...pattern.matchAll(/%(.)|[^%]/g)].map(([text, directive]): Step => {
    if (directive === 'f') return fraction;
    if (directive !== undefined) return steps[directive];
    const byte = text.charCodeAt(0);
    return (b, p) => (b[p] === byte ? p + 1 : -1);
  });
}

const wallOf = ({ year, month, day, hour, minute, second, half }: Parts): number =>
  hour + half <= 24 && minute < 60 && second <= 60
    ? dayMicros(year, month, day) + (((hour + half) * 60 + minute) * 60 + second) * MICROS_PER_SECOND
    : Number.NaN;

/** Longest stamp, in bytes, that is recognised by its bytes. */
const MOST_REMEMBERED = 32;

/** A zone may follow: " +0100", "Z". Stamps in whole seconds are recognised by their bytes. */
export function strftimeReader(pattern: string, zone: Zone, cursor: StampCursor): StampReader {
  const all = compile(pattern, cursor);
  const parts: Parts = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, half: 0, fraction: 0, digits: 0 };
  const memo = new LastSecond();
  // Length of the last stamp that was read, with the byte behind it, which ended it; 0: none.
  let known = 0;

  const read = (b: Uint8Array, v: DataView, p: number): number => {
    parts.half = parts.fraction = parts.digits = 0;
    let at = p;
    for (const step of all) {
      at = step(b, at, parts);
      if (at < 0) return -1;
    }
    memo.wall = wallOf(parts);
    known = 0;
    if (parts.digits === 0 && at + 1 - p <= MOST_REMEMBERED && !Number.isNaN(memo.wall)) {
      memo.remember(v, p, at + 1 - p, memo.wall);
      known = at + 1 - p;
    }
    return Number.isNaN(memo.wall) ? -1 : at;
  };

  return (b, v, p) => {
    const isKnown = known > 0 && memo.same(v, p, known);
    const end = isKnown ? p + known - 1 : read(b, v, p);
    cursor.end = end < 0 ? p : end;
    if (end < 0) return Number.NaN;
    const { wall } = memo;
    const fraction = isKnown ? 0 : parts.fraction;
    const isApart = b[end] === 32 && (b[end + 1] === 43 || b[end + 1] === 45) && isDigit(b[end + 2]);
    const offset = offsetAt(b, isApart ? end + 1 : end, cursor);
    cursor.digits = isKnown ? 0 : parts.digits;
    cursor.offsetMinutes = offset;
    return offset === offset ? wall + fraction - offset * MICROS_PER_MINUTE : zone.toUtc(wall) + fraction;
  };
}
