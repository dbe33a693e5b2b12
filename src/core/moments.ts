/** How the moments of a log are told: by the clock alone where all of it is of one day (UTC), else with the date. */
import type { Summary } from './summary.ts';
import { clockText, isoInstant } from './time.ts';

/** Instants are µs since 1970 UTC. */
export interface Moments {
  /** "17:04:15", "2026-11-21 17:04:15"; "?" where that is no date. */
  at(instant: number): string;
  /** "17:04:15 to 17:05:00"; a date that both have is told once. */
  span(from: number, to: number): string;
}

const dateOf = (instant: number): string => isoInstant(Math.round(instant / 1e6) * 1e6)?.slice(0, 10) ?? '';

/** Of a log that lasts from one instant to another. */
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
