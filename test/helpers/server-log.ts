/** What a simulated server would have logged, and the truth. */
import type { StreamFacts } from '../../src/core/batch.ts';
import type { LifecycleEvent } from '../../src/core/lifecycle.ts';
import { createNames } from '../../src/core/names.ts';
import type { RequestTable } from '../../src/core/table.ts';
import { createRandom } from './random.ts';
import type { SimulatedRequest } from './simulate-pool.ts';
import { type ServerSpec, serve } from './simulate-server.ts';
import { EPOCH, emptyTable, floorToTick } from './simulated-table.ts';

export interface ServerTruth {
  readonly model: 'sync' | 'threaded' | 'async';
  readonly workers: number;
  readonly threads: number;
  readonly peakConcurrency: number;
  /** Seconds. */
  readonly serviceMean: number;
}

export interface LogView {
  readonly pid: boolean;
  readonly duration: boolean;
  /** Seconds; default: 1. */
  readonly tick?: number;
  /** A proxy's log: durations begin at the arrival. */
  readonly proxy?: boolean;
}

export interface ServerLog {
  readonly truth: ServerTruth;
  /** Input for `inferServer`. */
  readonly input: {
    readonly table: RequestTable;
    readonly lifecycle: readonly LifecycleEvent[];
    readonly names: ReturnType<typeof createNames>;
    readonly streams: { facts: StreamFacts; requests: number }[];
  };
  /** In the order of the lines. */
  readonly requests: readonly SimulatedRequest[];
}

export function logOf(spec: ServerSpec, view: LogView): ServerLog {
  const served = serve(spec);
  const random = createRandom(spec.seed ^ 0x777);
  const written = served.map((request) => ({ request, at: request.end + random.between(0.00002, 0.0004) }));
  written.sort((a, b) => a.at - b.at);
  const requests = written.map((line) => line.request);
  const tick = view.tick ?? 1;
  const startStamps = spec.kind === 'waitress' && !view.duration;
  const n = requests.length;
  const names = createNames();
  const table = emptyTable(n, tick);
  requests.forEach(({ send, start, end, worker, route }, i) => {
    const seconds = view.proxy ? end - send : end - start;
    const duration = view.duration ? floorToTick(seconds, view.proxy ? 1e-3 : 1e-6) : Number.NaN;
    table.duration[i] = duration;
    if (startStamps) table.start[i] = EPOCH + floorToTick(start, tick);
    else {
      table.end[i] = EPOCH + floorToTick(end, tick);
      table.start[i] = table.end[i] - duration;
    }
    if (view.pid) table.worker[i] = names.workers.add(String(4000 + worker));
    table.route[i] = names.routes.add(`GET /r${route}`);
  });
  const facts: StreamFacts = {
    format: view.proxy ? 'nginx' : view.pid || view.duration ? 'gunicorn' : 'combined',
    envelope: null,
    stampMeaning: startStamps ? 'start' : 'end',
    resolutionMicros: tick * 1e6,
    zone: '+00:00',
    durationCovers: view.duration ? (view.proxy ? 'response' : 'service') : null,
    fields: { time: true, duration: view.duration, worker: view.pid, thread: false, wait: false, arrival: false },
  };
  return {
    truth: truthOf(spec, served),
    input: { table, lifecycle: [], names, streams: [{ facts, requests: n }] },
    requests,
  };
}

function truthOf(spec: ServerSpec, served: readonly SimulatedRequest[]): ServerTruth {
  const edges = served.flatMap(({ start, end }) => [
    { time: start, step: 1 },
    { time: end, step: -1 },
  ]);
  edges.sort((a, b) => a.time - b.time || a.step - b.step);
  let [level, peakConcurrency] = [0, 0];
  for (const { step } of edges) peakConcurrency = Math.max(peakConcurrency, (level += step));
  return {
    model: spec.kind === 'sync' ? 'sync' : spec.kind === 'gevent' ? 'async' : 'threaded',
    workers: spec.workers,
    threads: spec.kind === 'gevent' ? 1 : spec.threads,
    peakConcurrency,
    serviceMean: served.reduce((sum, { start, end }) => sum + end - start, 0) / served.length,
  };
}
