/** What the particle filters hand on: possible histories of a stretch, each as likely as the others. */

/** One history: when every request started, and whether somebody had to queue for it. */
export interface Path {
  /** s since the origin of the stretch, by request. */
  readonly start: Float64Array;
  /** 1: it started from the queue, right after an end that left a full pool. */
  readonly queued: Uint8Array;
}

/** Arrivals per second at an instant (s since the origin). */
export type RateCurve = (second: number) => number;
