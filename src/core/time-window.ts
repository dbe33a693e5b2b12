/** A stretch of a log that is asked for by time: `--since`, `--until`, `--last`. */

/** Stamps in [from, to), µs since 1970 UTC; infinite where nothing bounds them. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

/** A bound as it is said; the zone and the end of the log make an instant of it. All in µs. */
export type TimeBound =
  | { readonly kind: 'instant'; readonly micros: number }
  /** A date and time without a zone, as if it were UTC. */
  | { readonly kind: 'wall'; readonly micros: number }
  /** A time of the day on which the log ends. */
  | { readonly kind: 'clock'; readonly micros: number }
  /** So long before the last line. */
  | { readonly kind: 'before-end'; readonly micros: number };

export interface AskedWindow {
  readonly since: TimeBound | null;
  readonly until: TimeBound | null;
}

export const needsEnd = ({ since, until }: AskedWindow): boolean =>
  [since, until].some((bound) => bound?.kind === 'clock' || bound?.kind === 'before-end');
