/** What the particle filters hand on: possible histories of a stretch, each as likely as the others. */

/** One history: when every request started, and whether somebody had to queue for it. */
export interface Path {
  /** s since the origin of the stretch, by request. */
  readonly start: Float64Array;
  /** 1: it started from the queue, right after an end that left a full pool. */
  readonly queued: Uint8Array;
  /** s: when its caller came, with a burst of others; NaN: alone. */
  readonly arrived?: Float64Array;
}

/** What a filter is told beside the stretch it follows. */
export interface FilterSettings {
  readonly particles: number;
  readonly paths: number;
  /** Arrivals per second, as far as known before. */
  readonly rate: RateCurve;
  /** Load of the slots, 0..1. */
  readonly load: number;
  /** s: the mean gap between two requests of a slot is no longer; Infinity: the log does not bound it. */
  readonly mostGap: number;
  /** s: the same as answers that come evenly tell it; NaN: they do not. */
  readonly evenGap: number;
  /** By instant, s: the latest one before it from which on a slot is known to have idled for a while. */
  readonly idleSince: (second: number) => number;
  /** Clients in all, each of whom waits for its answer before it asks again; Infinity: callers do not wait for each other. */
  readonly clients: number;
  /** Most callers come in bursts; false: every caller comes alone. */
  readonly inBursts: boolean;
  /** Callers may come in a crowd now and then. */
  readonly crowds: boolean;
  readonly seed: number;
}

/** Possible histories, and how likely such callers make the log. */
export interface FilterRun {
  readonly paths: readonly Path[];
  /** ln P(the stamps | the callers), estimated by the filter: of each of ten parts of the requests. */
  readonly logEvidence: Float64Array;
}

/** A filter on its way through the requests. */
export interface Following {
  /** Of what it has followed so far. */
  readonly logEvidence: Float64Array;
  /** Follows them up to the end of a tenth, 0 to 9. */
  goOn(part: number): void;
  /** Follows the rest. */
  told(): FilterRun;
}

/** Arrivals per second at an instant (s since the origin). */
export type RateCurve = (second: number) => number;
