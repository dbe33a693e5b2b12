// Pools whose requests slow each other down, against queueing theory: processor sharing, mean value analysis, FIFO.
import { describe, expect, it } from 'vitest';
import { createRandom, exponential } from '../../../src/core/random.ts';
import { meanOf } from '../../../src/core/statistics.ts';
import { slowdown } from '../../../src/simulate/contention.ts';
import { waitsOfSharedQueue } from '../../../src/simulate/fifo-pool.ts';
import { simulateStations } from '../../../src/simulate/station-pool.ts';

function poisson(n: number, rate: number, seed: number): Float64Array {
  const random = createRandom(seed);
  let now = 0;
  return Float64Array.from({ length: n }, () => {
    now += exponential(random) / rate;
    return now;
  });
}

function draws(n: number, mean: number, seed: number): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: n }, () => mean * exponential(random));
}

const nobody = (n: number) => new Uint16Array(n);

describe('a shared station', () => {
  it('with nothing shared is the FIFO pool', () => {
    const n = 5000;
    const arrivals = poisson(n, 3.6, 1);
    const delay = draws(n, 1, 2);
    const pool = { workers: 4, threads: 1, queue: 'shared', station: 'worker' } as const;
    const run = simulateStations(pool, { kind: 'open', arrivals }, new Float64Array(n), delay, nobody(n));
    const waits = new Float64Array(n);
    waitsOfSharedQueue(arrivals, delay, 4, waits);
    for (let i = 0; i < n; i++) expect(run.wait[i]).toBeCloseTo(waits[i], 9);
  });

  it('of one async process is M/G/1 processor sharing: latency = work / (1 - utilisation)', () => {
    const n = 300_000;
    const pool = { workers: 1, threads: Number.POSITIVE_INFINITY, queue: 'per-worker', station: 'worker' } as const;
    const demand = { kind: 'open', arrivals: poisson(n, 0.7, 3) } as const;
    const run = simulateStations(pool, demand, draws(n, 1, 4), new Float64Array(n), nobody(n));
    expect(meanOf(run.wait)).toBe(0);
    expect(meanOf(run.latency)).toBeGreaterThan(0.95 / 0.3);
    expect(meanOf(run.latency)).toBeLessThan(1.05 / 0.3);
  });

  it.each([
    [0.2, 4],
    [0.5, 8],
    [0.9, 3],
  ])('with a share of %f and %i clients without a pause gives the service of mean value analysis', (share, clients) => {
    const n = 100_000;
    const pool = { workers: 1, threads: clients, queue: 'shared', station: 'worker' } as const;
    const demand = { kind: 'closed', first: new Float64Array(clients), think: new Float64Array(n) } as const;
    const run = simulateStations(pool, demand, draws(n, share, 5), draws(n, 1 - share, 6), nobody(n));
    const expected = slowdown(share, clients)[clients];
    expect(meanOf(run.latency) / expected).toBeGreaterThan(0.97);
    expect(meanOf(run.latency) / expected).toBeLessThan(1.03);
  });

  it('of the server is no quicker for more workers: only the queue moves', () => {
    const n = 50_000;
    const arrivals = poisson(n, 0.9, 7);
    const work = draws(n, 1, 8);
    const latencyWith = (workers: number) => {
      const pool = { workers, threads: 1, queue: 'shared', station: 'server' } as const;
      return meanOf(simulateStations(pool, { kind: 'open', arrivals }, work, new Float64Array(n), nobody(n)).latency);
    };
    expect(latencyWith(64) / latencyWith(16)).toBeGreaterThan(0.9);
    expect(latencyWith(64) / latencyWith(16)).toBeLessThan(1.1);
  });
});

describe('closed clients', () => {
  it('answer the response law: clients = throughput × (latency + pause)', () => {
    const n = 50_000;
    const pool = { workers: 3, threads: 1, queue: 'shared', station: 'worker' } as const;
    const demand = { kind: 'closed', first: draws(12, 2, 9), think: draws(n, 2, 10) } as const;
    const run = simulateStations(pool, demand, new Float64Array(n), draws(n, 1, 11), nobody(n));
    const span = run.arrival[n - 1] - run.arrival[0];
    expect((n / span) * (meanOf(run.latency) + 2)).toBeGreaterThan(12 * 0.98);
    expect((n / span) * (meanOf(run.latency) + 2)).toBeLessThan(12 * 1.02);
  });
});
