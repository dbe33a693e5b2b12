/**
 * The JSON contract of `logscope whatif --json`: other pools under the load of the log, beside the present pool. Times are seconds, rates
 * per second, ratios 0..1; what the log does not show is null.
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
  /** Utilisation of the slots; null: there is no limit. */
  utilisation: number | null;
  /** Between the client's connection and the moment when a worker takes the request. */
  wait: WhatIfSpread;
  /** Wait plus service time. */
  latency: WhatIfSpread;
  throughput: number | null;
  /** Largest number of requests that wait at the same time. */
  peak_queue: number | null;
}

/** Includes nine of ten repetitions. */
export type WhatIfRange = [low: number, high: number] | null;

/** A pool as it was for some time. */
export interface WhatIfTurn {
  workers: number | null;
  slots: number | null;
}

/** The pool that wrote the log. */
export interface WhatIfBaseline extends WhatIfPool {
  /** Range in which the inferred wait may lie; null: unknown; both ends equal: it was measured. */
  range: { wait_mean: WhatIfRange; wait_p95: WhatIfRange };
  /** Only for a pool that changed within the log: its states in order of time. The other numbers are about all of that time. */
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

/** The result of one simulation. */
export interface WhatIfAnswer {
  /** The pool that wrote the log, as measured and inferred, not simulated; null: unknown. */
  baseline: WhatIfBaseline | null;
  scenarios: WhatIfScenario[];
  /** The smallest pool that meets the target; null: the log does not allow a recommendation. */
  recommendation: { model: PoolModel; workers: number; threads: number; because: string } | null;
  /** Repetitions of each scenario; 0: the log cannot be replayed. */
  repetitions: number;
  assumptions: string[];
}

/** One of several servers, simulated separately. */
export interface WhatIfServer extends WhatIfAnswer {
  /** As in the names of its workers, or the file that it wrote. */
  name: string;
  requests: number;
}

export interface WhatIf extends WhatIfAnswer {
  schema: typeof WHAT_IF_SCHEMA;
  /** p95 wait that the recommendation meets. */
  target_p95_wait: number;
  /** Only for logs of several servers. As they share no pool, everything else is then null or empty. */
  servers?: WhatIfServer[];
}
