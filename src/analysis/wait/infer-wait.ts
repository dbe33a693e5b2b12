/** The wait that no line records: from the requests of a pool to how long each of them queued before a worker took it. */
import type { InferredRequests, Lane, WaitInference } from '../../core/inference.ts';
import type { LifecycleEvent } from '../../core/lifecycle.ts';
import type { ServerModel } from '../../core/summary.ts';
import type { RequestTable } from '../../core/table.ts';

/** What must be known of a stretch of log before its wait can be asked for. */
export interface WaitInput {
  /** The requests in the order of their lines. */
  readonly table: RequestTable;
  readonly model: ServerModel;
  /** Slots of the whole pool; null when unknown or without a limit. */
  readonly capacity: number | null;
  /** true: evidence says that there is no limit, so nobody queues for a slot. */
  readonly unbounded: boolean;
  /** Worker processes alive at once; null unknown. */
  readonly workers: number | null;
  /** Requests that one worker runs at once; null unknown. */
  readonly threadsPerWorker: number | null;
  /** One accept queue for all workers, or one in each; null unknown. */
  readonly queue: 'shared' | 'per-worker' | null;
  /** µs, mean service time where the lines carry no duration but the pool's rhythm gave it; NaN unknown. */
  readonly serviceMean: number;
  readonly lifecycle: readonly LifecycleEvent[];
  /** `live`: a screen's window, a few ms; `full`: as well as it can. */
  readonly effort: 'live' | 'full';
}

export interface WaitResult {
  readonly wait: WaitInference;
  readonly requests: InferredRequests;
  readonly lanes: readonly Lane[];
}

const filled = (length: number, value: number): Float64Array => new Float64Array(length).fill(value);

/** A wait of which nothing can be said, and why. */
export const unknownWait = (basis: string): WaitInference => ({
  method: 'unknown',
  confidence: 0,
  basis,
  mean: Number.NaN,
  p50: Number.NaN,
  p95: Number.NaN,
  p99: Number.NaN,
  max: Number.NaN,
  lowMean: Number.NaN,
  highMean: Number.NaN,
  lowP95: Number.NaN,
  highP95: Number.NaN,
  waitingRatio: Number.NaN,
  peakQueue: Number.NaN,
  periods: [],
});

/**
 * Deterministic: random draws are seeded by the data. Columns of the result have one value per row of `input.table`,
 * µs, NaN unknown.
 */
export function inferWait(input: WaitInput): WaitResult {
  const { table } = input;
  const n = table.length;
  const end = filled(n, Number.NaN);
  const start = filled(n, Number.NaN);
  const uncertainty = filled(n, Number.NaN);
  for (let i = 0; i < n; i++) {
    const half = table.resolution[i] / 2;
    start[i] = table.start[i] + half;
    end[i] = table.end[i] + half;
    uncertainty[i] = half;
  }
  return {
    wait: unknownWait('no engine spoke for this log'),
    requests: { start, end, uncertainty, lane: new Int32Array(n).fill(-1), wait: filled(n, Number.NaN) },
    lanes: [],
  };
}
