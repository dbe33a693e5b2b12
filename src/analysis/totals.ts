/** Totals of one worker or one route. */
import type { DurationHistogram } from './histogram.ts';

/** The first status that is an error of the server. */
export const FIRST_ERROR = 500;

export class Totals {
  requests = 0;
  /** Answers with a 5xx status. */
  errors = 0;
  /** µs of logged durations */
  busyMicros = 0;
  /** µs since 1970 UTC: earliest start and latest end. */
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;

  merge(other: Totals): void {
    this.requests += other.requests;
    this.errors += other.errors;
    this.busyMicros += other.busyMicros;
    if (other.first < this.first) this.first = other.first;
    if (other.last > this.last) this.last = other.last;
  }
}

export type RouteTotals = Totals & { durations?: DurationHistogram };
