/** The wait that no line records: from the requests of a pool to how long each of them queued before a worker took it. */
import type { InferredRequests, Lane, WaitInference } from '../../core/inference.ts';
import type { LifecycleEvent } from '../../core/lifecycle.ts';
import type { ServerModel } from '../../core/summary.ts';
import type { RequestTable } from '../../core/table.ts';
import { traceOf } from '../structure/trace.ts';
import { createDraws, seedOf } from './draws.ts';
import { filterLanes } from './lane-filter.ts';
import { plainWaits } from './plain-waits.ts';
import { drawWaits } from './posterior.ts';
import { rateCurve } from './rate-curve.ts';
import { onLanes, stretchOf } from './stretch.ts';
import { summariseWaits, unknownWait } from './summarise-waits.ts';

/** What must be known of a stretch of log before its wait can be asked for. */
export interface WaitInput {
  /** The requests in the order of their lines. */
  readonly table: RequestTable;
  readonly model: ServerModel;
  /** Slots of the whole pool; null when unknown or without a limit. */
  readonly capacity: number | null;
  /** Slots that the pool has for sure: a worker each at least, and as many as were seen busy at once; 0 unknown. */
  readonly slotsAtLeast: number;
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
  const requests = { start, end, uncertainty, lane: new Int32Array(n).fill(-1), wait: filled(n, Number.NaN) };
  const trace = traceOf(table);
  const plain = plainWaits(input, trace);
  if (plain) {
    for (let i = 0; i < trace.length; i++) requests.wait[trace.row[i]] = plain.wait[i];
    return { wait: plain.summary, requests, lanes: [] };
  }
  if (input.capacity && trace.hasDurations && trace.hasWorkers && input.threadsPerWorker === 1) {
    const stretch = stretchOf(
      trace,
      Int32Array.from({ length: trace.length }, (_, i) => i),
      input.capacity,
    );
    const lanes = onLanes(stretch, trace);
    if (lanes) {
      const seed = seedOf(lanes.low, lanes.duration);
      let work = 0;
      let last = 0;
      for (let i = 0; i < lanes.length; i++) {
        work += lanes.duration[i];
        last = Math.max(last, lanes.high[i]);
      }
      const load = Math.min(0.98, work / (input.capacity * Math.max(1, last)));
      const particles = 48;
      const draws = createDraws(seed ^ 1);
      const curve = rateCurve(lanes);
      const settings = { particles, paths: 3, rate: curve, load };
      const found = [0, 1, 2, 3].map((k) => filterLanes(lanes, { ...settings, seed: seed + k }));
      const result = drawWaits(
        found.flatMap((p) => p.paths),
        curve,
        lanes.duration,
        48,
        draws,
      );
      const misfit = found.map((p) => p.misfit.toFixed(3)).join('/');
      return { wait: summariseWaits(result.waits, `${result.model} ${misfit}`), requests, lanes: [] };
    }
  }
  return { wait: unknownWait('no engine spoke for this log'), requests, lanes: [] };
}
