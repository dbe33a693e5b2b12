/** What a simulated pool is measured by: waits, latencies, utilisation, throughput and the deepest queue. */
import { sortInstants, sortWaits } from '../core/order.ts';
import { meanOf } from '../core/statistics.ts';

export interface Spread {
  /** µs; NaN unknown. */
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface PoolMeasures {
  readonly wait: Spread;
  /** Wait and service together. */
  readonly latency: Spread;
  /** Mean share of the slots that are busy, 0..1; NaN if the number of slots is unbounded. */
  readonly utilisation: number;
  /** Answers per second between the first arrival and the last answer. */
  readonly throughput: number;
  readonly peakQueue: number;
}

const unknownSpread: Spread = {
  mean: Number.NaN,
  p50: Number.NaN,
  p95: Number.NaN,
  p99: Number.NaN,
  max: Number.NaN,
};

/** Sorts `values` in place. */
export function spreadOf(values: Float64Array): Spread {
  if (values.length === 0) return unknownSpread;
  sortWaits(values);
  // A percentile is a value that occurred, not an interpolation: the wait of the present pool, shown beside it, is computed this way too.
  const at = (share: number) => values[Math.min(values.length - 1, Math.floor(share * values.length))];
  return { mean: meanOf(values), p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/**
 * Largest number of requests that wait at the same instant. `arrival` (µs) ascends; `taken` (µs), the instant at which each got its slot,
 * is sorted in place.
 */
function peakQueueOf(arrival: Float64Array, taken: Float64Array): number {
  sortInstants(taken);
  let gone = 0;
  let peak = 0;
  for (let i = 0; i < arrival.length; i++) {
    while (gone <= i && taken[gone] <= arrival[i]) gone++;
    if (i + 1 - gone > peak) peak = i + 1 - gone;
  }
  return peak;
}

/**
 * All arrays hold µs per request. `latency` runs from the arrival until the slot is free again; `beyond` is the part of it after the answer
 * (null: none) and is subtracted from `latency` in place. `arrival` ascends. `slots` is Infinity where they are unbounded.
 */
export function measure(
  arrival: Float64Array,
  wait: Float64Array,
  latency: Float64Array,
  slots: number,
  beyond: Float64Array | null = null,
): PoolMeasures {
  let busy = 0;
  let last = Number.NEGATIVE_INFINITY;
  const taken = new Float64Array(arrival.length);
  for (let i = 0; i < arrival.length; i++) {
    taken[i] = arrival[i] + wait[i];
    busy += latency[i] - wait[i];
    if (beyond) latency[i] -= beyond[i];
    const answered = arrival[i] + latency[i];
    if (answered > last) last = answered;
  }
  const elapsed = last - arrival[0];
  let latencySpread: Spread | null = null;
  let peakQueue = Number.NaN;
  return {
    wait: spreadOf(wait),
    // Sorted only when asked for: the search for the smallest pool looks at waits alone.
    get latency() {
      latencySpread ??= spreadOf(latency);
      return latencySpread;
    },
    utilisation: Number.isFinite(slots) && elapsed > 0 ? busy / (elapsed * slots) : Number.NaN,
    throughput: elapsed > 0 ? (arrival.length * 1e6) / elapsed : Number.NaN,
    // Computed only when asked for, for the same reason.
    get peakQueue() {
      if (peakQueue !== peakQueue) peakQueue = peakQueueOf(arrival, taken);
      return peakQueue;
    },
  };
}
