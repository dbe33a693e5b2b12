/** An analysis of requests whose truth is known: what the inference would say if it never erred. For tests alone. */
import type { FieldSet, StreamFacts } from '../../src/core/batch.ts';
import { createBatch } from '../../src/core/batch.ts';
import type { Analysis } from '../../src/core/finding.ts';
import type { CongestionPeriod, ServerInference, WorkerLife } from '../../src/core/inference.ts';
import type { LifecycleEvent } from '../../src/core/lifecycle.ts';
import { createNames } from '../../src/core/names.ts';
import { type Estimate, type ServerModel, SUMMARY_SCHEMA, type Summary } from '../../src/core/summary.ts';
import { TableBuilder } from '../../src/core/table.ts';
import { isoInstant } from '../../src/core/time.ts';

export interface KnownRequest {
  /** µs since 1970 UTC */
  readonly start: number;
  readonly end: number;
  /** µs between arrival and start. */
  readonly wait: number;
  readonly worker: string;
  readonly route: string;
  readonly status?: number;
  readonly client?: number;
  readonly bytes?: number;
  /** µs of queue time that the line itself states. */
  readonly measuredWait?: number;
}

export interface KnownServer {
  readonly model: ServerModel;
  readonly workers: number;
  readonly threads: number;
  readonly queue?: 'shared' | 'per-worker';
  readonly lifecycle?: readonly LifecycleEvent[];
  /** Columns that the log has; all of them by default. */
  readonly fields?: Partial<FieldSet>;
}

const exactly = (value: number | null): Estimate => ({
  value,
  low: value,
  high: value,
  confidence: value === null ? 0 : 0.99,
  method: 'known',
});

const rank = (sorted: Float64Array, share: number): number =>
  sorted.length === 0 ? Number.NaN : sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];

const meanOf = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / values.length;

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
    restarts: Math.max(0, lanes.length - server.workers),
    queue: server.queue ?? null,
    lives: livesOf(requests, (name) => names.workers.add(name)),
    lanes: lanes.map((name) => ({ worker: names.workers.add(name), slot: 0 })),
    requests: {
      start: column((r) => r.start),
      end: column((r) => r.end),
      uncertainty: new Float64Array(n),
      lane: Int32Array.from(requests, (r) => lanes.indexOf(r.worker)),
      wait: waits,
    },
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
      periods: profile.periods,
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

function groupBy(
  requests: readonly KnownRequest[],
  key: (request: KnownRequest) => string,
): Map<string, KnownRequest[]> {
  const groups = new Map<string, KnownRequest[]>();
  for (const request of requests) {
    const list = groups.get(key(request));
    if (list) list.push(request);
    else groups.set(key(request), [request]);
  }
  return groups;
}

/** Level and queue over time, and the congestion periods: stretches in which somebody waits. */
function profileOf(requests: readonly KnownRequest[], slots: number | null) {
  const events: { at: number; busy: number; queue: number }[] = [];
  for (const { start, end, wait } of requests) {
    events.push({ at: start, busy: 1, queue: wait > 0 ? -1 : 0 }, { at: end, busy: -1, queue: 0 });
    if (wait > 0) events.push({ at: start - wait, busy: 0, queue: 1 });
  }
  events.sort((a, b) => a.at - b.at || a.busy - b.busy);
  let busy = 0;
  let queue = 0;
  let last = events[0]?.at ?? 0;
  let fullMicros = 0;
  let peak = 0;
  let peakQueue = 0;
  const atLevel: number[] = [];
  const periods: CongestionPeriod[] = [];
  let open: { from: number; waiters: number; total: number; peak: number } | null = null;
  for (const event of events) {
    atLevel[busy] = (atLevel[busy] ?? 0) + event.at - last;
    if (slots !== null && busy >= slots) fullMicros += event.at - last;
    if (open) open.total += queue * (event.at - last);
    last = event.at;
    busy += event.busy;
    if (event.queue > 0 && !open) open = { from: event.at, waiters: 0, total: 0, peak: 0 };
    queue += event.queue;
    if (open && event.queue > 0) open.waiters++;
    if (open) open.peak = Math.max(open.peak, queue);
    if (open && queue === 0) {
      periods.push({
        from: open.from,
        to: event.at,
        waiters: open.waiters,
        totalWaitMicros: open.total,
        peakQueue: open.peak,
      });
      open = null;
    }
    peak = Math.max(peak, busy);
    peakQueue = Math.max(peakQueue, queue);
  }
  const total = atLevel.reduce((sum, micros) => sum + (micros ?? 0), 0);
  let seen = 0;
  const p95 = atLevel.findIndex((micros) => {
    seen += micros ?? 0;
    return seen >= 0.95 * total;
  });
  return { fullMicros, peak, peakQueue, periods, p95 };
}

function summaryOf(
  requests: readonly KnownRequest[],
  server: KnownServer,
  inference: ServerInference,
  fields: FieldSet,
  window: { from: number; to: number; micros: number },
): Omit<Summary, 'findings'> {
  const n = requests.length;
  const seconds = window.micros / 1e6;
  const { service, wait, concurrency } = inference;
  const busy = requests.reduce((sum, r) => sum + r.end - r.start, 0);
  const errors = requests.filter((r) => (r.status ?? 200) >= 500).length;
  const s = (micros: number): number | null => (Number.isFinite(micros) ? micros / 1e6 : null);
  return {
    schema: SUMMARY_SCHEMA,
    generator: { name: 'logscope', version: 'test' },
    inputs: [],
    knows: {
      time: fields.time,
      pid: fields.worker,
      thread: fields.thread,
      duration: fields.duration,
      wait: fields.wait || fields.arrival,
      missing: [],
    },
    window: { from: isoInstant(window.from), to: isoInstant(window.to), seconds },
    requests: {
      total: n,
      error_ratio: n > 0 ? errors / n : null,
      status: Object.fromEntries(
        [...groupBy(requests, (r) => `${Math.floor((r.status ?? 200) / 100)}xx`)].map(([name, own]) => [
          name,
          own.length,
        ]),
      ),
      rate: { mean: n / seconds, peak: n / seconds },
      bytes: null,
    },
    server: {
      model: server.model,
      model_confidence: 0.99,
      model_method: 'known',
      workers: inference.workers,
      threads: inference.threads,
      capacity: inference.capacity,
      restarts: inference.restarts,
    },
    service_time: {
      method: 'logged',
      basis: 'known',
      mean: s(service.mean),
      p50: s(service.p50),
      p90: s(service.p90),
      p95: s(service.p95),
      p99: s(service.p99),
      max: s(service.max),
      grows_with_load: service.growth?.grows ?? null,
    },
    concurrency: {
      mean: concurrency.mean,
      p95: concurrency.p95,
      peak: concurrency.peak,
      peak_at_least: null,
      saturated_seconds: s(concurrency.saturatedMicros),
      saturated_ratio: concurrency.saturatedRatio,
    },
    batches: { detected: false, size: null, period_seconds: null, count: null },
    wait: {
      method: wait.method,
      mean: s(wait.mean),
      p50: s(wait.p50),
      p95: s(wait.p95),
      p99: s(wait.p99),
      max: s(wait.max),
      waiting_ratio: n > 0 ? wait.waitingRatio : null,
      peak_queue: wait.peakQueue,
      low: { mean: s(wait.lowMean), p95: s(wait.lowP95) },
      high: { mean: s(wait.highMean), p95: s(wait.highP95) },
      confidence: wait.confidence,
      basis: wait.basis,
    },
    throughput: { ceiling_per_second: null },
    workers: [],
    routes: [...groupBy(requests, (r) => r.route)].map(([route, own]) => {
      const times = Float64Array.from(own, (r) => r.end - r.start).sort();
      return {
        route,
        requests: own.length,
        error_ratio: own.filter((r) => (r.status ?? 200) >= 500).length / own.length,
        busy_ratio: times.reduce((a, b) => a + b, 0) / busy,
        service_time: {
          mean: s(meanOf(times)),
          p50: s(rank(times, 0.5)),
          p95: s(rank(times, 0.95)),
          p99: s(rank(times, 0.99)),
          max: s(rank(times, 1)),
        },
      };
    }),
    timeline: { from: isoInstant(window.from), step_seconds: 1, requests: [], errors: [], busy: [], queue: [] },
  };
}
