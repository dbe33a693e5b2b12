/**
 * What a pool of another shape would have done with the log's own requests: the question that findings ask and the
 * simulation answers. Findings never import the simulation; whoever builds the facts passes a predictor in.
 */
/** `pool`: so many slots, whether processes or threads is not known. */
export type PoolModel = 'sync' | 'threaded' | 'async' | 'pool';

/** `threads` is per worker; it is 1 for sync and pool, and ignored for async. */
export interface PoolShape {
  readonly model: PoolModel;
  readonly workers: number;
  readonly threads: number;
}

export type Range = readonly [low: number, high: number];

/** Waits and latencies in µs, over all requests; ranges hold about 90 % of the repetitions. */
export interface PoolPrediction {
  readonly pool: PoolShape;
  readonly waitMean: number;
  readonly waitP95: number;
  readonly waitP95Range: Range;
  readonly latencyP95: number;
  /** 0..1 of the slots; NaN where slots are unbounded. */
  readonly utilisation: number;
  readonly throughputPerSecond: number;
  /** Widened by every other reading that the log does not exclude: as `logscope whatif` gives them. */
  readonly wide: Readonly<Record<'waitMean' | 'waitP95' | 'latencyP95' | 'throughputPerSecond', Range>>;
  /** false: when its callers came, the log hides, so that no pool can be recommended from it. */
  readonly arrivalsKnown: boolean;
}

/** Service time that grows with the number of requests in service. */
export interface ContentionFound {
  /** Who slows each other: the requests of one worker (GIL, event loop), or all of the server (database, cores). */
  readonly station: 'worker' | 'server';
  /** true: one process wrote the log, so what slows its requests may as well lie behind it (a database, a lock). */
  readonly onlyProcess: boolean;
  /** Share of the service that is shared work, 0..1, and its range. */
  readonly share: number;
  readonly low: number;
  readonly high: number;
  /** true: the stamps blur it, and the share is at least this. */
  readonly atLeast: boolean;
  /** Mean service time with nobody beside, µs. */
  readonly aloneMean: number;
}

/** Requests of these routes that take `from` µs or longer take `to` instead. */
export interface CutShort {
  readonly routes: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** What of the load is otherwise. */
export interface Changed {
  /** Requests of this route, or of this client (the number of its address in the table), were never sent. */
  readonly withoutRoute?: number;
  readonly withoutClient?: number;
  readonly cutShort?: CutShort;
}

export interface Predictor {
  /**
   * null where the log cannot carry a prediction (no service times, arrivals hidden by endless saturation), or the range of the p95 wait does
   * not stay within `within` µs.
   */
  predict(pool: PoolShape, options?: Changed & { readonly within?: number }): PoolPrediction | null;
  /**
   * The fewest workers of the present model and threads whose p95 wait stays at or below the target in nine of ten
   * repetitions, or one slot more than the fewest that keep it in half of them; null where the log cannot carry one, or more slots
   * are no remedy.
   */
  smallestPool(targetP95WaitMicros: number): PoolPrediction | null;
  /** `none`: no growth with concurrency shows; `unknown`: too few requests, or stamps too coarse, to look for it. */
  contention(): ContentionFound | 'none' | 'unknown';
}

/** For logs that cannot be simulated, and for tests that do not ask. */
export const noPredictor: Predictor = { predict: () => null, smallestPool: () => null, contention: () => 'unknown' };
