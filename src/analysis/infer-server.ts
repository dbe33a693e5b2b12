/** What server wrote this log: its kind, workers, slots and queue, from whatever the lines carry. */
import type { Names, StreamFacts } from '../core/batch.ts';
import type { ServerInference, ServiceInference } from '../core/inference.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import { type Estimate, type ServerModel, unknownEstimate } from '../core/summary.ts';
import type { RequestTable } from '../core/table.ts';
import { fewestLanes } from './structure/lanes.ts';
import { levelQuantile, levelsOf } from './structure/levels.ts';
import { livesOf, workersFrom } from './structure/lives.ts';
import { type Trace, traceOf } from './structure/trace.ts';
import { inferWait } from './wait/infer-wait.ts';

export interface ServerInput {
  /** The requests in the order of their lines (several inputs merged by time). */
  readonly table: RequestTable;
  readonly lifecycle: readonly LifecycleEvent[];
  readonly names: Names;
  /** What the formats say of their own lines: every stream of the log once. */
  readonly streams: readonly { readonly facts: StreamFacts; readonly requests: number }[];
  /** `live`: a few milliseconds for a window on the screen; `full`: everything. Default full. */
  readonly effort?: 'live' | 'full';
}

interface Structure {
  readonly model: ServerModel;
  readonly confidence: number;
  readonly method: string;
  readonly threads: Estimate;
  readonly capacity: Estimate;
  readonly unbounded: boolean;
}

export function inferServer(input: ServerInput): ServerInference {
  const { table, names, lifecycle } = input;
  const trace = traceOf(table);
  const lives = trace.hasWorkers ? livesOf(trace, (w) => names.workers.text(trace.workerIds[w]), lifecycle) : [];
  const workers = workersFrom(lives);
  const structure = structureOf(trace, workers);
  const starts = trace.end.map((end, i) => end - trace.duration[i]);
  const levels = trace.hasDurations ? levelsOf(starts, trace.end, 0) : null;
  const service = serviceOf(trace);
  const capacity = structure.capacity.value;
  const { wait, requests, lanes } = inferWait({
    table,
    model: structure.model,
    capacity,
    unbounded: structure.unbounded,
    workers: workers.value,
    threadsPerWorker: structure.threads.value,
    queue: null,
    serviceMean: service.mean,
    lifecycle,
    effort: input.effort ?? 'full',
  });
  return {
    model: structure.model,
    modelConfidence: structure.confidence,
    modelMethod: structure.method,
    workers,
    threads: structure.threads,
    capacity: structure.capacity,
    unbounded: structure.unbounded,
    restarts: trace.hasWorkers ? Math.max(0, lives.length - (workers.value ?? lives.length)) : null,
    queue: null,
    lives: lives.map((life) => ({
      worker: trace.workerIds[life.worker],
      from: life.from,
      to: life.to,
      requests: life.requests,
      busyMicros: Number.NaN,
      peakConcurrency: Number.NaN,
      fate: life.fate,
    })),
    lanes,
    requests,
    service,
    concurrency: {
      mean: levels?.mean ?? Number.NaN,
      p95: levels ? levelQuantile(levels, 0.95) : Number.NaN,
      peak: levels ? Math.min(levels.peak, capacity ?? levels.peak) : Number.NaN,
      saturatedMicros: Number.NaN,
      saturatedRatio: Number.NaN,
    },
    batches: { detected: false, size: Number.NaN, periodMicros: Number.NaN, count: Number.NaN },
    wait,
  };
}

function structureOf(trace: Trace, workers: Estimate): Structure {
  const silent = (method: string): Structure => ({
    model: 'unknown',
    confidence: 0,
    method,
    threads: unknownEstimate(method),
    capacity: unknownEstimate(method),
    unbounded: false,
  });
  if (!trace.hasDurations || !trace.hasWorkers) return silent('lines without a pid or a duration');
  const slots = fewestLanes(trace, trace.worker, trace.workerIds.length, 64);
  if (slots !== 1 || trace.length < 3) return silent('requests of one worker overlap');
  const method = `no two of ${trace.length} requests of one worker overlap`;
  const known = (value: number | null, how: string): Estimate => ({
    value,
    low: value,
    high: value,
    confidence: 0.8,
    method: how,
  });
  return {
    model: 'sync',
    confidence: 0.8,
    method,
    threads: known(1, method),
    capacity: known(workers.value, 'one request per worker'),
    unbounded: false,
  };
}

function serviceOf(trace: Trace): ServiceInference {
  const sorted = trace.duration.slice().sort();
  const n = sorted.length;
  if (!trace.hasDurations || n === 0) {
    const unknown = Number.NaN;
    return {
      method: 'unknown',
      basis: 'no durations in the lines',
      mean: unknown,
      p50: unknown,
      p90: unknown,
      p95: unknown,
      p99: unknown,
      max: unknown,
    };
  }
  const at = (share: number) => sorted[Math.min(n - 1, Math.floor(share * n))];
  const mean = sorted.reduce((a, b) => a + b, 0) / n;
  return {
    method: 'logged',
    basis: 'durations in the lines',
    mean,
    p50: at(0.5),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    max: sorted[n - 1],
  };
}
