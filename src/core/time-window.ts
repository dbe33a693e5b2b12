/** A part of a log that is selected by time: `--since`, `--until`, `--last`. */

/** Stamps in [from, to), µs since 1970 UTC; infinite: no bound. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

/** A bound as the user gave it; with the zone and the end of the log it becomes an instant. All in µs. */
export type TimeBound =
  | { readonly kind: 'instant'; readonly micros: number }
  /** A date and time without a zone, as if in UTC. */
  | { readonly kind: 'wall'; readonly micros: number }
  /** A time of the day on which the log ends. */
  | { readonly kind: 'clock'; readonly micros: number }
  /** This long before the last line. */
  | { readonly kind: 'before-end'; readonly micros: number };

export interface AskedWindow {
  readonly since: TimeBound | null;
  readonly until: TimeBound | null;
}

export const needsEnd = ({ since, until }: AskedWindow): boolean =>
  [since, until].some((bound) => bound?.kind === 'clock' || bound?.kind === 'before-end');
