/**
 * Durations that are written with their unit: "31ms", "1.5 s", Go's "1m2.5s" and "12.3µs", Python's "0:00:01.234567" (`str` of a
 * timedelta), ISO 8601's "PT1M2.5S".
 */
import type { DurationUnit } from '../core/format.ts';
import { isDigit } from './bytes.ts';

const isLower = (c: number): boolean => c > 96 && c < 123;

export const microsPer: Record<DurationUnit, number> = {
  s: 1_000_000,
  ms: 1000,
  us: 1,
  ns: 0.001,
  'by-value': 1000,
  written: Number.NaN,
};
const MINUTE = 60_000_000;
const HOUR = 3_600_000_000;

/** Position behind the number, unit or duration that was read last. */
export const spent = { end: 0 };

/** A number with decimals and exponent; b[from] is a digit. */
function numberAt(b: Uint8Array, from: number, to: number): number {
  let p = from;
  let value = 0;
  while (p < to && isDigit(b[p])) value = value * 10 + (b[p++] - 48);
  if (p < to && b[p] === 46) {
    let scale = 0.1;
    for (p++; p < to && isDigit(b[p]); p++, scale /= 10) value += (b[p] - 48) * scale;
  }
  const isSigned = b[p + 1] === 45 || b[p + 1] === 43;
  if (p < to && (b[p] | 32) === 101 && isDigit(b[isSigned ? p + 2 : p + 1])) {
    const sign = b[p + 1] === 45 ? -1 : 1;
    let exponent = 0;
    for (p += isSigned ? 2 : 1; p < to && isDigit(b[p]); p++) exponent = exponent * 10 + (b[p] - 48);
    value *= 10 ** (sign * Math.min(30, exponent));
  }
  spent.end = p;
  return value;
}

/** The number at b[from] in whole µs, with a unit that is known from elsewhere; NaN: there is no number. */
export function readNumber(b: Uint8Array, from: number, unit: DurationUnit): number {
  spent.end = from;
  return isDigit(b[from]) ? Math.floor(numberAt(b, from, b.length) * microsPer[unit] + 1e-6) : Number.NaN;
}

/** The unit at p in µs: "ms", "µs", "seconds"; NaN: there is none. */
function unitAt(b: Uint8Array, p: number, to: number): number {
  if (p >= to) return Number.NaN;
  const second = p + 1 < to ? b[p + 1] : 0;
  // "µ" is U+00B5 or U+03BC.
  const isMicroSign = (b[p] === 0xc2 && second === 0xb5) || (b[p] === 0xce && second === 0xbc);
  let end = isMicroSign ? p + 2 : p;
  while (end < to && isLower(b[end])) end++;
  spent.end = end;
  if (isMicroSign) return 1;
  switch (b[p]) {
    case 110:
      return microsPer.ns;
    case 117:
      return microsPer.us;
    case 115:
      return microsPer.s;
    case 104:
      return HOUR;
    case 109:
      // "ms", "millis", "micros"; "m", "min"
      if (second === 115) return microsPer.ms;
      if (second !== 105) return MINUTE;
      return b[p + 2] === 99 ? microsPer.us : b[p + 2] === 108 ? microsPer.ms : MINUTE;
    default:
      return Number.NaN;
  }
}

/**
 * The duration at b[from, to), which other text may follow.
 * @param unit of a number without one
 * @returns whole µs; NaN: there is none
 */
export function readSpent(b: Uint8Array, from: number, to: number, unit: DurationUnit): number {
  if (b[from] === 80 && b[from + 1] === 84) return isoSpentAt(b, from + 2, to);
  let p = from;
  let total = 0;
  spent.end = p;
  while (p < to && isDigit(b[p])) {
    const value = numberAt(b, p, to);
    const isFirst = p === from;
    p = spent.end;
    if (isFirst && b[p] === 58 && p + 1 < to) return clockAt(b, value, p + 1, to);
    const isApart = isFirst && b[p] === 32;
    const factor = unitAt(b, isApart ? p + 1 : p, to);
    if (Number.isNaN(factor)) {
      spent.end = p;
      return isFirst ? Math.floor(value * microsPer[unit] + 1e-6) : Number.NaN;
    }
    p = spent.end;
    total += value * factor;
    if (isApart) break;
  }
  return p === from ? Number.NaN : Math.floor(total + 1e-6);
}

/** What follows "PT": "1H2M3.5S". */
function isoSpentAt(b: Uint8Array, from: number, to: number): number {
  let p = from;
  let total = 0;
  while (p < to && isDigit(b[p])) {
    const value = numberAt(b, p, to);
    const letter = b[spent.end];
    const factor = letter === 72 ? HOUR : letter === 77 ? MINUTE : letter === 83 ? microsPer.s : Number.NaN;
    if (spent.end >= to || Number.isNaN(factor)) return Number.NaN;
    total += value * factor;
    p = spent.end + 1;
  }
  spent.end = p;
  return p === from ? Number.NaN : Math.floor(total + 1e-6);
}

/** What follows the hours and their colon: "00:01.234567". */
function clockAt(b: Uint8Array, hours: number, from: number, to: number): number {
  const isClock =
    from + 5 <= to &&
    isDigit(b[from]) &&
    isDigit(b[from + 1]) &&
    b[from + 2] === 58 &&
    isDigit(b[from + 3]) &&
    isDigit(b[from + 4]);
  if (!isClock) return Number.NaN;
  const minutes = (b[from] - 48) * 10 + b[from + 1] - 48;
  return Math.floor(hours * HOUR + minutes * MINUTE + numberAt(b, from + 3, to) * microsPer.s + 1e-6);
}

/** Matches a text that is such a duration as a whole, with units that may differ from line to line. */
const clock = String.raw`\d{1,2}:\d\d:\d\d(?:\.\d+)?`;
const parts = String.raw`(?:\d+h)?(?:\d+m)?\d+(?:\.\d+)?(?:ms|us|\u00b5s|\u03bcs|\u00c2\u00b5s|\u00ce\u00bcs|ns|s)`;
const spaced = String.raw`\d+(?:\.\d+)? (?:ms|us|\u00b5s|ns|s|msec|sec|secs|seconds|milliseconds)`;
const iso = String.raw`PT(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?`;
export const wholeSpent = new RegExp(`^ *(?:${parts}|${spaced}|${clock}|${iso}) *$`);
