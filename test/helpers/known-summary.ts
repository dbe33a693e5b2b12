/** The summary of a server whose truth is known. */
import type { FieldSet } from '../../src/core/batch.ts';
import type { ServerInference } from '../../src/core/inference.ts';
import { SUMMARY_SCHEMA, type Summary } from '../../src/core/summary.ts';
import { isoInstant } from '../../src/core/time.ts';
import { groupBy, type KnownRequest, type KnownServer, meanOf, rank } from './known-requests.ts';

export function summaryOf(
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
      low: { mean: null },
      high: { mean: null, p95: null },
      busiest: null,
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
          high: { mean: null, p95: null },
        },
      };
    }),
    timeline: { from: isoInstant(window.from), step_seconds: 1, requests: [], errors: [], busy: [], queue: [] },
  };
}
