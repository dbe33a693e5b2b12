/** Texts for instants of a log: only the time of day if the log is within one day (UTC), otherwise with the date. */
import type { Summary } from './summary.ts';
import { clockText, isoInstant } from './time.ts';

/** Instants are µs since 1970 UTC. */
export interface Moments {
  /** "17:04:15", "2026-11-21 17:04:15"; "?" if there is no such date. */
  at(instant: number): string;
  /** "17:04:15 to 17:05:00"; a date that both share is given once. */
  span(from: number, to: number): string;
}

const dateOf = (instant: number): string => isoInstant(Math.round(instant / 1e6) * 1e6)?.slice(0, 10) ?? '';

/** For a log from one instant to another. */
export function momentsBetween(first: number, last: number): Moments {
  if (dateOf(first) === dateOf(last))
    return { at: clockText, span: (from, to) => `${clockText(from)} to ${clockText(to)}` };
  const at = (instant: number) => `${dateOf(instant)} ${clockText(instant)}`.trim();
  return {
    at,
    span: (from, to) => `${at(from)} to ${dateOf(from) === dateOf(to) ? clockText(to) : at(to)}`,
  };
}

export const momentsOf = ({ from, to }: Summary['window']): Moments =>
  momentsBetween(1000 * Date.parse(from ?? ''), 1000 * Date.parse(to ?? ''));
