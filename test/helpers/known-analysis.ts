/** The analysis of requests whose truth is known, as if the inference never erred. Only for tests. */
import { heldWorkers } from '../../src/analysis/structure/held-workers.ts';
import { traceOf } from '../../src/analysis/structure/trace.ts';
import type { FieldSet, StreamFacts } from '../../src/core/batch.ts';
import { createBatch } from '../../src/core/batch.ts';
import type { Analysis } from '../../src/core/finding.ts';
import type { ServerInference, WorkerLife } from '../../src/core/inference.ts';
import { createNames } from '../../src/core/names.ts';
import type { Estimate } from '../../src/core/summary.ts';
import { TableBuilder } from '../../src/core/table.ts';
import { groupBy, type KnownRequest, type KnownServer, meanOf, profileOf, rank } from './known-requests.ts';
import { summaryOf } from './known-summary.ts';

const exactly = (value: number | null): Estimate => ({
  value,
  low: value,
  high: value,
  confidence: value === null ? 0 : 0.99,
  method: 'known',
});

export function knownAnalysis(rows: readonly KnownRequest[], server: KnownServer): Analysis {
  const requests = rows.toSorted((a, b) => a.end - b.end);
  const n = requests.length;
  const names = createNames();
  const fields: FieldSet = {
    time: true,
    duration: true,
    worker: true,
    thread: false,
    wait: false,
    arrival: false,
    ...server.fields,
  };
  const facts: StreamFacts = {
    format: 'known',
    envelope: null,
    stampMeaning: 'end',
    resolutionMicros: 1,
    zone: '+00:00',
    durationCovers: 'service',
    fields,
  };
  const batch = createBatch(Math.max(1, n), facts, 0);
  requests.forEach((request, i) => {
    batch.time[i] = request.end;
    batch.duration[i] = request.end - request.start;
    batch.wait[i] = request.measuredWait ?? Number.NaN;
    batch.arrival[i] = Number.NaN;
    batch.worker[i] = names.workers.add(request.worker);
    batch.thread[i] = -1;
    batch.route[i] = names.routes.add(request.route);
    batch.client[i] = request.client ?? 0;
    batch.status[i] = request.status ?? 200;
    batch.bytes[i] = request.bytes ?? 100;
    batch.offset[i] = i * 100;
  });
  batch.length = n;
  const builder = new TableBuilder(Math.max(1, n));
  builder.append(batch);

  const unbounded = server.model === 'async' || server.model === 'thread-per-request';
  const slots = unbounded ? null : server.workers * server.threads;
  const column = (read: (request: KnownRequest) => number) => Float64Array.from(requests, read);
  const service = column((r) => r.end - r.start);
  const sortedService = service.toSorted();
  const waits = column((r) => r.wait);
  const sortedWaits = waits.toSorted();
  const profile = profileOf(requests, slots);
  const from = requests.reduce((least, r) => Math.min(least, r.start), Number.POSITIVE_INFINITY);
  const to = requests.reduce((most, r) => Math.max(most, r.end), Number.NEGATIVE_INFINITY);
  const micros = Math.max(1, to - from);
  const lanes = [...new Set(requests.map((r) => r.worker))];

  const inference: ServerInference = {
    model: server.model,
    modelConfidence: 0.99,
    modelMethod: 'known',
    workers: exactly(server.workers),
    threads: exactly(unbounded ? null : server.threads),
    capacity: exactly(slots),
    unbounded,
    servers: [],
    regimes: [],
    held: server.model === 'sync' ? heldWorkers(traceOf(builder.table), server.workers) : null,
    restarts: Math.max(0, lanes.length - server.workers),
    queue: server.queue ?? null,
    queueOfThreads: null,
    lives: livesOf(requests, (name) => names.workers.add(name)),
    lanes: lanes.map((name) => ({ worker: names.workers.add(name), slot: 0 })),
    requests: {
      start: column((r) => r.start),
      end: column((r) => r.end),
      uncertainty: new Float64Array(n),
      lane: Int32Array.from(requests, (r) => lanes.indexOf(r.worker)),
      wait: waits,
    },
    behindThreads: null,
    service: {
      method: 'logged',
      basis: 'known',
      mean: meanOf(service),
      p50: rank(sortedService, 0.5),
      p90: rank(sortedService, 0.9),
      p95: rank(sortedService, 0.95),
      p99: rank(sortedService, 0.99),
      max: rank(sortedService, 1),
      growth: null,
    },
    concurrency: {
      mean: service.reduce((a, b) => a + b, 0) / micros,
      p95: profile.p95,
      peak: profile.peak,
      saturatedMicros: profile.fullMicros,
      saturatedRatio: profile.fullMicros / micros,
      peakAtLeast: Number.NaN,
    },
    batches: { detected: false, size: Number.NaN, periodMicros: Number.NaN, count: Number.NaN },
    wait: {
      method: 'inferred',
      confidence: 0.99,
      basis: 'known',
      mean: meanOf(waits),
      p50: rank(sortedWaits, 0.5),
      p95: rank(sortedWaits, 0.95),
      p99: rank(sortedWaits, 0.99),
      max: rank(sortedWaits, 1),
      lowMean: meanOf(waits),
      highMean: meanOf(waits),
      lowP95: rank(sortedWaits, 0.95),
      highP95: rank(sortedWaits, 0.95),
      waitingRatio: waits.filter((w) => w > 0).length / n,
      peakQueue: profile.peakQueue,
      full: Number.NaN,
      callers: null,
    },
  };
  return {
    summary: summaryOf(requests, server, inference, fields, { from, to, micros }),
    requests: builder.table,
    inference,
    lifecycle: server.lifecycle ?? [],
    names,
  };
}

function livesOf(requests: readonly KnownRequest[], id: (name: string) => number): WorkerLife[] {
  return [...groupBy(requests, (r) => r.worker)].map(([name, own]) => ({
    worker: id(name),
    from: own.reduce((least, r) => Math.min(least, r.start), Number.POSITIVE_INFINITY),
    to: own.reduce((most, r) => Math.max(most, r.end), Number.NEGATIVE_INFINITY),
    requests: own.length,
    busyMicros: own.reduce((sum, r) => sum + r.end - r.start, 0),
    peakConcurrency: 1,
    fate: 'running' as const,
  }));
}
