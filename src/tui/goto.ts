/** Parses the target of a jump in time: "13:02:10", "03-03 13:02", "+30s", "-5m", "50%", or a time as logs write it. */

import { MICROS_PER_DAY, MICROS_PER_MINUTE } from '../core/time.ts';
import { boundOf, spanOf } from '../core/time-spellings.ts';
import type { TimeBound } from '../core/time-window.ts';
import { parseDuration } from '../engine/filter.ts';
import { dateText } from './time-axis.ts';

export interface TimeContext {
  /** The present position, and the ends of the log; µs since 1970 UTC. */
  readonly now: number;
  readonly from: number;
  readonly to: number;
  readonly zoneMinutes: number;
}

/** µs since 1970 UTC; null if the text cannot be parsed. */
export function parseGoto(text: string, context: TimeContext): number | null {
  const { now, from, to } = context;
  const wanted = text.trim();
  const share = /^(\d+(?:\.\d+)?)\s*%$/.exec(wanted);
  if (share) return from + ((to - from) * Math.min(100, Number(share[1]))) / 100;
  if (/^[+-]/.test(wanted)) {
    const [duration, span] = [parseDuration(wanted.slice(1)), spanOf(wanted.slice(1))];
    const micros = Number.isNaN(duration) ? span : duration;
    return Number.isNaN(micros) ? null : now + (wanted[0] === '-' ? -micros : micros);
  }
  const bound = boundOf(wanted) ?? boundOf(`${yearOf(wanted, context)}-${wanted}`);
  return bound === null ? null : instantOf(bound, context);
}

/** The year of a date without one: that of the beginning of the log, or the next one if the date would lie before it. */
function yearOf(wanted: string, { from, zoneMinutes }: TimeContext): string {
  const [year, ...day] = dateText(from, zoneMinutes).split('-');
  return wanted.slice(0, 5) < day.join('-') ? String(Number(year) + 1) : year;
}

function instantOf({ kind, micros }: TimeBound, { now, from, to, zoneMinutes }: TimeContext): number {
  const zone = zoneMinutes * MICROS_PER_MINUTE;
  switch (kind) {
    case 'instant':
      return micros;
    case 'wall':
      return micros - zone;
    case 'before-end':
      return to - micros;
    case 'clock': {
      // Of the days on which the log contains this time, the nearest; else the day of its beginning.
      const first = Math.floor((from + zone) / MICROS_PER_DAY) * MICROS_PER_DAY - zone + micros;
      const earliest = first < from && first + MICROS_PER_DAY <= to ? first + MICROS_PER_DAY : first;
      const last = earliest + Math.max(0, Math.floor((to - earliest) / MICROS_PER_DAY)) * MICROS_PER_DAY;
      const nearest = earliest + Math.round((now - earliest) / MICROS_PER_DAY) * MICROS_PER_DAY;
      return Math.min(last, Math.max(earliest, nearest));
    }
  }
}
