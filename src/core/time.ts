/** Instants are plain numbers: µs since 1970-01-01 UTC. These are the only conversions to text and calendar. */
import { millisecondsInDay, millisecondsInMinute, millisecondsInSecond } from 'date-fns/constants';

export const MICROS_PER_SECOND = 1000 * millisecondsInSecond;
export const MICROS_PER_MINUTE = 1000 * millisecondsInMinute;
export const MICROS_PER_DAY = 1000 * millisecondsInDay;

/**
 * Days from 1970-01-01 to a civil date of the proleptic Gregorian calendar; month 1..12.
 * Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
 */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** ISO 8601 in UTC with as many fractional digits as needed (0, 3 or 6); null: NaN. */
export function isoInstant(micros: number): string | null {
  if (!Number.isFinite(micros)) return null;
  const whole = Math.floor(micros / MICROS_PER_SECOND);
  const fraction = Math.round(micros - whole * MICROS_PER_SECOND);
  const base = new Date(whole * 1000);
  if (Number.isNaN(base.getTime())) return null;
  const seconds = base.toISOString().slice(0, 19);
  if (fraction === 0) return `${seconds}+00:00`;
  const digits = String(fraction).padStart(6, '0');
  return `${seconds}.${fraction % 1000 === 0 ? digits.slice(0, 3) : digits}+00:00`;
}

/** Seconds; null: the log does not show it. */
export const secondsOrNull = (micros: number): number | null =>
  Number.isFinite(micros) ? micros / MICROS_PER_SECOND : null;

/** As --since and --until take it: to the second. */
export const sinceText = (micros: number): string => (isoInstant(micros) ?? '').replace(/\.\d+/, '');

/** "17:04:15" for µs since 1970 UTC; "?" if there is no such date. */
export const clockText = (micros: number): string => isoInstant(Math.round(micros / 1e6) * 1e6)?.slice(11, 19) ?? '?';
