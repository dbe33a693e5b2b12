/** Requests and servers whose truth is known, and statistics of them. */
import type { FieldSet } from '../../src/core/batch.ts';
import type { LifecycleEvent } from '../../src/core/lifecycle.ts';
import type { ServerModel } from '../../src/core/summary.ts';

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
  /** Columns that the log has; default: all. */
  readonly fields?: Partial<FieldSet>;
}

/** The quantile at `share`, by rank. */
export const rank = (sorted: Float64Array, share: number): number =>
  sorted.length === 0 ? Number.NaN : sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];

export const meanOf = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / values.length;

export function groupBy(
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

/** Busy slots and queue over time: µs with all slots busy, peaks, and the 95th percentile of the level. */
export function profileOf(requests: readonly KnownRequest[], slots: number | null) {
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
  for (const event of events) {
    atLevel[busy] = (atLevel[busy] ?? 0) + event.at - last;
    if (slots !== null && busy >= slots) fullMicros += event.at - last;
    last = event.at;
    busy += event.busy;
    queue += event.queue;
    peak = Math.max(peak, busy);
    peakQueue = Math.max(peakQueue, queue);
  }
  const total = atLevel.reduce((sum, micros) => sum + (micros ?? 0), 0);
  let seen = 0;
  const p95 = atLevel.findIndex((micros) => {
    seen += micros ?? 0;
    return seen >= 0.95 * total;
  });
  return { fullMicros, peak, peakQueue, p95 };
}
