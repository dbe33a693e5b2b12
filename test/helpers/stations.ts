/** Requests of simulated pools with the truth, as the analysis of a perfect inference. Only for tests. */
import type { Analysis } from '../../src/core/finding.ts';
import { createRandom, exponential } from '../../src/core/random.ts';
import type { ServerModel } from '../../src/core/summary.ts';
import { type Demand, type StationPool, simulateStations } from '../../src/simulate/station-pool.ts';
import { knownAnalysis } from './known-analysis.ts';
import type { KnownRequest } from './known-requests.ts';
import { type PoolSpec, simulatePool } from './simulate-pool.ts';

export const EPOCH = 1_700_000_000_000_000;

/** The analysis of a pool of test/helpers/simulate-pool.ts. A wait of about 2 ms or less is the server's own overhead. */
export function analysisOfPool(spec: PoolSpec): Analysis {
  const rows = simulatePool(spec).map((request): KnownRequest => {
    const wait = Math.round((request.start - request.send) * 1e6);
    return {
      start: EPOCH + Math.round(request.start * 1e6),
      end: EPOCH + Math.round(request.end * 1e6),
      wait: wait < 2000 + spec.overhead * 2e6 ? 0 : wait,
      worker: String(100 + request.worker),
      route: `GET /r${request.route}`,
    };
  });
  const model: ServerModel = spec.threads > 1 ? 'threaded' : 'sync';
  return knownAnalysis(rows, { model, workers: spec.workers, threads: spec.threads, queue: spec.queue });
}

export interface StationSpec {
  readonly seed: number;
  readonly model: 'sync' | 'threaded' | 'async';
  readonly pool: StationPool;
  readonly requests: number;
  /** Mean time on the station and outside of it, µs. */
  readonly work: number;
  readonly delay: number;
  /** Arrivals per second; or clients with a mean pause in µs. */
  readonly load: { readonly rate: number } | { readonly clients: number; readonly pause: number };
}

/** Work with a gamma distribution (the mean of three exponentials), so that the coefficient of variation is 0.58. */
export function analysisOfStations(spec: StationSpec): Analysis {
  const random = createRandom(spec.seed);
  const { requests: n, load, pool } = spec;
  const gamma = () => (exponential(random) + exponential(random) + exponential(random)) / 3;
  let now = EPOCH;
  const demand: Demand =
    'rate' in load
      ? {
          kind: 'open',
          arrivals: Float64Array.from({ length: n }, () => (now += (exponential(random) * 1e6) / load.rate)),
        }
      : {
          kind: 'closed',
          first: Float64Array.from({ length: load.clients }, () => EPOCH + load.pause * exponential(random)),
          think: Float64Array.from({ length: n }, () => load.pause * exponential(random)),
        };
  const acceptor = Uint16Array.from({ length: n }, () => Math.floor(random() * pool.workers));
  const work = Float64Array.from({ length: n }, () => spec.work * gamma());
  const delay = Float64Array.from({ length: n }, () => spec.delay * gamma());
  const run = simulateStations(pool, demand, work, delay, acceptor);
  const rows = Array.from(run.arrival, (at, i): KnownRequest => {
    const start = Math.round(at + run.wait[i]);
    return {
      start,
      end: Math.max(start, Math.round(at + run.latency[i])),
      wait: Math.round(run.wait[i]),
      worker: String(100 + (pool.queue === 'per-worker' ? acceptor[i] : 0)),
      route: 'GET /',
    };
  });
  const threads = Number.isFinite(pool.threads) ? pool.threads : 1;
  return knownAnalysis(rows, { model: spec.model, workers: pool.workers, threads, queue: pool.queue });
}
