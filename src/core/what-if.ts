/**
 * The JSON contract of `logscope whatif --json`: other pools under the log's own load, beside the present one. Times are
 * seconds, rates per second, ratios 0..1; what the log cannot tell is null.
 */
import type { PoolModel } from './prediction.ts';

export const WHAT_IF_SCHEMA = 'logscope/whatif/v1';

export interface WhatIfSpread {
  mean: number | null;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  max: number | null;
}

export interface WhatIfPool {
  model: PoolModel;
  workers: number;
  /** Per worker. */
  threads: number;
  /** Of the slots; null where they are unbounded. */
  utilisation: number | null;
  /** Between the client's connection and the moment a worker takes the request. */
  wait: WhatIfSpread;
  /** Wait and service together. */
  latency: WhatIfSpread;
  throughput: number | null;
  /** Requests that wait at the same instant, at most. */
  peak_queue: number | null;
}

/** Nine of ten repetitions lie within. */
export type WhatIfRange = [low: number, high: number] | null;

/** A pool as it was for a while. */
export interface WhatIfTurn {
  workers: number | null;
  slots: number | null;
}

/** The pool that wrote the log. */
export interface WhatIfBaseline extends WhatIfPool {
  /** Between which the inferred wait may lie; null where it is not known, and equal where it was measured. */
  range: { wait_mean: WhatIfRange; wait_p95: WhatIfRange };
  /** Only of a pool that changed within the log: what it was, one after the other; the numbers are of all of that time. */
  in_turn?: WhatIfTurn[];
}

export interface WhatIfScenario extends WhatIfPool {
  range: {
    wait_mean: WhatIfRange;
    wait_p95: WhatIfRange;
    latency_p95: WhatIfRange;
    throughput: WhatIfRange;
  };
}

/** What one simulation says. */
export interface WhatIfAnswer {
  /** The pool that wrote the log, as measured and inferred, not simulated; null where it is not known. */
  baseline: WhatIfBaseline | null;
  scenarios: WhatIfScenario[];
  /** The smallest pool that keeps the target; null where the log cannot carry one. */
  recommendation: { model: PoolModel; workers: number; threads: number; because: string } | null;
  /** Repetitions behind every scenario; 0 where the log cannot be replayed. */
  repetitions: number;
  assumptions: string[];
}

/** One of several servers, simulated alone. */
export interface WhatIfServer extends WhatIfAnswer {
  /** As the names of its workers have it, or the file it wrote. */
  name: string;
  requests: number;
}

export interface WhatIf extends WhatIfAnswer {
  schema: typeof WHAT_IF_SCHEMA;
  /** p95 wait that the recommendation keeps. */
  target_p95_wait: number;
  /** Only of the logs of several servers; they have no pool in common, so that what stands beside this list is null or empty. */
  servers?: WhatIfServer[];
}
