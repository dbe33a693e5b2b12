/** The summary of the requests that pass a filter, with what can only be known from all requests. */
import { meanOf, quantileOf } from '../core/statistics.ts';
import type { Summary } from '../core/summary.ts';

/**
 * What only all requests together can show (which server it is, how full it was, what is wrong) is taken from all of them: a part of the
 * lines would look like a smaller, idler server. `waits`: waits of the requests that pass, µs.
 */
export function filteredSummary(passing: Summary, all: Summary, waits: readonly number[]): Summary {
  const seconds = (share: number) => quantileOf(waits, share) / 1e6;
  const ofAll = (how: string) => `of all requests, whether they pass or not: ${how}`;
  const wait: Summary['wait'] = {
    ...all.wait,
    ...(waits.length > 0 && all.wait.method !== 'unknown'
      ? {
          mean: meanOf(waits) / 1e6,
          p50: seconds(0.5),
          p95: seconds(0.95),
          p99: seconds(0.99),
          max: seconds(1),
          waiting_ratio: waits.filter((micros) => micros > 0).length / waits.length,
          basis: `of the requests that pass; ${all.wait.basis}`,
        }
      : { mean: null, p50: null, p95: null, p99: null, max: null, waiting_ratio: null }),
    // A part has no queue of its own, and the range of the whole is not its range.
    peak_queue: null,
    low: { mean: null, p95: null },
    high: { mean: null, p95: null },
  };
  return {
    ...passing,
    server: { ...all.server, model_method: ofAll(all.server.model_method) },
    wait,
    batches: all.batches,
    throughput: all.throughput,
    findings: all.findings,
    concurrency: { ...passing.concurrency, saturated_seconds: null, saturated_ratio: null },
  };
}
