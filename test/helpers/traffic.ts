/** Made-up traffic with the truth, for findings: pools with a fault in them. Times are seconds since the start. */
import type { Facts } from '../../src/core/finding.ts';
import type { LifecycleEvent, LifecycleKind } from '../../src/core/lifecycle.ts';
import { createPredictor } from '../../src/simulate/predictor.ts';
import { knownAnalysis } from './known-analysis.ts';
import type { KnownRequest, KnownServer } from './known-requests.ts';
import { createRandom, type Random } from './random.ts';

/** Start of the traffic, µs since 1970 UTC. */
export const NOON = 1_700_000_000_000_000;

export interface Call {
  /** Arrival at the server, seconds. */
  readonly at: number;
  /** Service time, seconds. */
  readonly takes: number;
  readonly route?: string;
  readonly status?: number;
  readonly client?: number;
  readonly bytes?: number;
  readonly measuredWait?: number;
}

/** Poisson arrivals between `from` and `to` seconds; `make` makes each call. */
export function poisson(
  seed: number,
  rate: number,
  to: number,
  make: (random: Random, at: number) => Omit<Call, 'at'>,
  from = 0,
): Call[] {
  const random = createRandom(seed);
  const calls: Call[] = [];
  for (let at = from + random.exponential(1 / rate); at < to; at += random.exponential(1 / rate)) {
    calls.push({ at, ...make(random, at) });
  }
  return calls;
}

/** First come, first served on `slots` slots, each of which is a worker. */
export function servedBy(
  slots: number,
  calls: readonly Call[],
  workerOf = (slot: number, _at: number) => String(100 + slot),
): KnownRequest[] {
  const free = new Array<number>(slots).fill(Number.NEGATIVE_INFINITY);
  return calls
    .toSorted((a, b) => a.at - b.at)
    .map((call) => {
      const slot = free.indexOf(Math.min(...free));
      const start = Math.max(call.at, free[slot]);
      free[slot] = start + call.takes;
      return request(call, start, workerOf(slot, start));
    });
}

/** All calls at once: an async server of `workers` processes, each call on a random one. */
function servedAsync(workers: number, calls: readonly Call[], seed = 1): KnownRequest[] {
  const random = createRandom(seed);
  return calls.map((call) => request(call, call.at, String(100 + random.integer(0, workers - 1))));
}

export function request(call: Call, start: number, worker: string): KnownRequest {
  const micros = NOON + Math.round(start * 1e6);
  return {
    start: micros,
    end: micros + Math.max(1, Math.round(call.takes * 1e6)),
    wait: Math.max(0, Math.round((start - call.at) * 1e6)),
    worker,
    route: call.route ?? 'GET /',
    ...(call.status === undefined ? {} : { status: call.status }),
    ...(call.client === undefined ? {} : { client: call.client }),
    ...(call.bytes === undefined ? {} : { bytes: call.bytes }),
    ...(call.measuredWait === undefined ? {} : { measuredWait: call.measuredWait }),
  };
}

export const event = (kind: LifecycleKind, at: number, worker: string | null = null): LifecycleEvent => ({
  kind,
  time: NOON + at * 1e6,
  offset: 0,
  source: 0,
  worker,
  value: null,
  text: null,
});

export function factsOf(rows: readonly KnownRequest[], server: KnownServer): Facts {
  const analysis = knownAnalysis(rows, server);
  return { ...analysis, predictor: createPredictor(analysis) };
}

export const syncPool = (workers: number, calls: readonly Call[], more: Partial<KnownServer> = {}): Facts =>
  factsOf(servedBy(workers, calls), { model: 'sync', workers, threads: 1, ...more });

export const asyncPool = (workers: number, calls: readonly Call[], more: Partial<KnownServer> = {}): Facts =>
  factsOf(servedAsync(workers, calls), { model: 'async', workers, threads: 1, ...more });

/** Requests of about 100 ms from 400 addresses, at random times. */
export const backgroundCalls = (seed: number, rate: number, seconds: number): Call[] =>
  poisson(seed, rate, seconds, (random) => ({ takes: 0.1 * random.between(0.8, 1.2), client: random.integer(1, 400) }));
