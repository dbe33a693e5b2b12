/** Reads where somebody wants to go in time: "13:02:10", "13:02", "+30s", "-5m", "50%", or an ISO instant. */

import { MICROS_PER_DAY } from '../core/time.ts';
import { parseDuration } from '../engine/filter.ts';

export interface TimeContext {
  /** µs since 1970 UTC: the position now, and the ends of the log. */
  readonly now: number;
  readonly from: number;
  readonly to: number;
  readonly zoneMinutes: number;
}

/** µs since 1970 UTC; null when it cannot be read. */
export function parseGoto(text: string, { now, from, to, zoneMinutes }: TimeContext): number | null {
  const wanted = text.trim();
  const share = /^(\d+(?:\.\d+)?)\s*%$/.exec(wanted);
  if (share) return from + ((to - from) * Math.min(100, Number(share[1]))) / 100;
  if (/^[+-]/.test(wanted)) {
    const micros = parseDuration(wanted.slice(1));
    return Number.isNaN(micros) ? null : now + (wanted[0] === '-' ? -micros : micros);
  }
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?$/.exec(wanted);
  if (clock) {
    const seconds = Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3] ?? 0) + Number(clock[4] ?? 0);
    if (Number(clock[1]) > 23 || Number(clock[2]) > 59 || Number(clock[3] ?? 0) > 59) return null;
    const zone = zoneMinutes * 60e6;
    // The day on which this time of day lies in the log; else the nearest one.
    const day = Math.floor((from + zone) / MICROS_PER_DAY) * MICROS_PER_DAY - zone;
    let at = day + seconds * 1e6;
    while (at < from && at + MICROS_PER_DAY <= to) at += MICROS_PER_DAY;
    return at;
  }
  const instant = /^\d{4}-\d{2}-\d{2}/.test(wanted) ? Date.parse(wanted) : Number.NaN;
  return Number.isNaN(instant) ? null : instant * 1000;
}
