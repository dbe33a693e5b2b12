/** What the particle filters take and return. Their result: possible histories of a stretch, all equally likely. */

/** One possible history of a stretch: when every request started, and whether its caller had to queue. */
export interface Path {
  /** By request: start of the service, in s since the origin of the stretch. */
  readonly start: Float64Array;
  /** By request: 1 if it started from the queue, that is, right after an end that left the pool full; else 0. */
  readonly queued: Uint8Array;
  /** By request: s, when its caller arrived, if it came in a burst with others; NaN if it came alone. */
  readonly arrived?: Float64Array;
}

/** The settings of a filter, apart from the stretch that it follows. */
export interface FilterSettings {
  readonly particles: number;
  readonly paths: number;
  /** Arrival rate by instant, as far as it is known before the filter runs. */
  readonly rate: RateCurve;
  /** Utilisation of the slots, 0..1. */
  readonly load: number;
  /** s: upper bound of the mean gap between two requests of a slot; Infinity: the log does not bound it. */
  readonly mostGap: number;
  /** Only the shortest of all gaps that occur may be longer than `mostGap`. */
  readonly isTight: boolean;
  /** s: the mean gap itself, where evenly spaced answers reveal it; NaN: they do not. */
  readonly evenGap: number;
  /**
   * For an instant (s): the start of the latest interval before it in which a slot surely idled. Nobody who queues at the instant can have
   * come before that; -Infinity: no such interval is known.
   */
  readonly idleSince: (second: number) => number;
  /** Number of clients, each of whom waits for its answer before it asks again; Infinity: callers do not wait for each other. */
  readonly clients: number;
  /** true: most callers come in bursts; false: every caller comes alone. */
  readonly inBursts: boolean;
  /** true: now and then a crowd of callers may come at once. */
  readonly crowds: boolean;
  readonly seed: number;
}

/** Possible histories, and how likely the log is if its callers behave as the filter assumed. */
export interface FilterRun {
  readonly paths: readonly Path[];
  /** ln P(stamps | callers) as estimated by the filter, one value for each of ten equal parts of the requests. */
  readonly logEvidence: Float64Array;
  /** How callers come in these histories, where that was assumed; missing: it is to be asked. */
  readonly callers?: string;
}

/** A filter that is run step by step through the requests. */
export interface Following {
  /** ln P(stamps | callers) by part; 0 for parts not reached yet. */
  readonly logEvidence: Float64Array;
  /** Follows the requests up to the end of part `part` (a tenth of them), 0..9. */
  goOn(part: number): void;
  /** Follows the remaining requests and returns the result. */
  told(): FilterRun;
}

/** Arrivals per second at an instant (s since the origin). */
export type RateCurve = (second: number) => number;
