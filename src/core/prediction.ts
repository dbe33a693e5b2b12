/**
 * What a pool of another shape would have done with the requests of the log. Findings ask, and the simulation answers. Findings never
 * import the simulation: whoever builds the facts passes a predictor in.
 */
/** `pool`: slots of which it is not known whether they are processes or threads. */
export type PoolModel = 'sync' | 'threaded' | 'async' | 'pool';

/** `threads` is per worker; it is 1 for sync and pool, and ignored for async. */
export interface PoolShape {
  readonly model: PoolModel;
  readonly workers: number;
  readonly threads: number;
}

export type Range = readonly [low: number, high: number];

/** Waits and latencies in µs, of all requests. Ranges include about 90 % of the repetitions. */
export interface PoolPrediction {
  readonly pool: PoolShape;
  readonly waitMean: number;
  readonly waitP95: number;
  readonly waitP95Range: Range;
  readonly latencyP95: number;
  /** Utilisation of the slots, 0..1; NaN: there is no limit. */
  readonly utilisation: number;
  readonly throughputPerSecond: number;
  /** Ranges that also include every other reading that the log does not exclude, as `logscope whatif` gives them. */
  readonly wide: Readonly<Record<'waitMean' | 'waitP95' | 'latencyP95' | 'throughputPerSecond', Range>>;
  /** false: the log hides when callers arrived, so that no pool can be recommended. */
  readonly arrivalsKnown: boolean;
}

/** Service time that grows with the number of requests in service. */
export interface ContentionFound {
  /** Which requests slow each other: those of one worker (GIL, event loop), or all of the server (database, cores). */
  readonly station: 'worker' | 'server';
  /** true: one process wrote the log, so what slows its requests may also be behind it (a database, a lock). */
  readonly onlyProcess: boolean;
  /** Share of the service time that is shared work, 0..1, and its range. */
  readonly share: number;
  readonly low: number;
  readonly high: number;
  /** true: the stamps blur it, so the share is a lower bound. */
  readonly atLeast: boolean;
  /** Mean service time of a request that runs alone, µs. */
  readonly aloneMean: number;
}

/** Requests of these routes that take at least `from` µs are made to take `to`. */
export interface CutShort {
  readonly routes: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** How the load is changed. */
export interface Changed {
  /** Requests of this route, or of this client (hash of the address), were never sent. */
  readonly withoutRoute?: number;
  readonly withoutClient?: number;
  readonly cutShort?: CutShort;
}

export interface Predictor {
  /**
   * null: the log does not allow a prediction (no service times, or endless saturation hides the arrivals), or the range of the p95 wait
   * exceeds `within` (µs).
   */
  predict(pool: PoolShape, options?: Changed & { readonly within?: number }): PoolPrediction | null;
  /**
   * The fewest workers, of the present model and threads, whose p95 wait is at most the target in nine of ten repetitions; or one slot more
   * than the fewest that achieve it in half of them. null: the log does not allow it, or more slots do not help.
   */
  smallestPool(targetP95WaitMicros: number): PoolPrediction | null;
  /** `none`: there is no growth with concurrency; `unknown`: too few requests, or too coarse stamps, to look for it. */
  contention(): ContentionFound | 'none' | 'unknown';
}

/** For logs that cannot be simulated, and for tests that do not need it. */
export const noPredictor: Predictor = { predict: () => null, smallestPool: () => null, contention: () => 'unknown' };
