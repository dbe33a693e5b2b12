/** What server wrote this log: its kind, workers, slots and queue, from whatever the lines carry. */
import type { Names, StreamFacts } from '../core/batch.ts';
import type { ServerInference, ServiceInference } from '../core/inference.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import type { Estimate } from '../core/summary.ts';
import type { RequestTable } from '../core/table.ts';
import { type Declared, declaredBy, withDeclared } from './structure/declared.ts';
import { levelQuantile, levelsOf } from './structure/levels.ts';
import { livesOf, workersFrom } from './structure/lives.ts';
import { unknownStructure } from './structure/structure.ts';
import { type Trace, traceOf } from './structure/trace.ts';
import { structureByWorker, structureOfPool } from './structure/with-durations.ts';
import { poolBehindProxy } from './structure/with-response-times.ts';
import { type Found, structureFromStamps } from './structure/without-durations.ts';
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

export function inferServer(input: ServerInput): ServerInference {
  const { table, names, lifecycle } = input;
  const trace = traceOf(table);
  const lives = trace.hasWorkers ? livesOf(trace, (w) => names.workers.text(trace.workerIds[w]), lifecycle) : [];
  const declared = declaredBy(input.streams, lifecycle);
  const workers = workersFrom(lives, declared.workers);
  const found = structureOf(trace, workers, declared, input.effort ?? 'full');
  const structure = withDeclared(found.structure, declared, workers);
  const starts = trace.end.map((end, i) => end - trace.duration[i]);
  const levels = trace.hasDurations ? levelsOf(starts, trace.end, 0) : null;
  const service = serviceOf(trace, found, declared.durationCovers);
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

function structureOf(trace: Trace, workers: Estimate, declared: Declared, effort: 'live' | 'full'): Found {
  const replicas = effort === 'live' ? 2 : 6;
  if (trace.length < 3) return { structure: unknownStructure('fewer than three requests with a time'), ...noService };
  if (!trace.hasDurations) return structureFromStamps(trace, workers, declared);
  if (declared.durationCovers === 'response') return poolBehindProxy(trace, declared);
  const structure = trace.hasWorkers
    ? structureByWorker(trace, workers, declared, replicas)
    : structureOfPool(trace, declared, replicas);
  return { structure, ...noService };
}

const noService = { serviceMean: Number.NaN, serviceBasis: 'no durations in the lines' };

function serviceOf(trace: Trace, found: Found, covers: 'service' | 'response' | null): ServiceInference {
  const n = trace.length;
  const nothing = Number.NaN;
  const unknown = { p50: nothing, p90: nothing, p95: nothing, p99: nothing, max: nothing };
  if (!trace.hasDurations || n === 0 || covers === 'response') {
    const method = Number.isNaN(found.serviceMean) ? 'unknown' : 'inferred';
    return { method, basis: found.serviceBasis, mean: found.serviceMean, ...unknown };
  }
  const sorted = trace.duration.slice().sort();
  const at = (share: number) => sorted[Math.min(n - 1, Math.floor(share * n))];
  const mean = sorted.reduce((a, b) => a + b, 0) / n;
  const quantiles = { p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), max: sorted[n - 1] };
  return { method: 'logged', basis: 'durations in the lines', mean, ...quantiles };
}
