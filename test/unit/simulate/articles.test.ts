// The tables of the articles that describe these servers, from the simulation: what each pool carries, and where it stops.
import { describe, expect, it } from 'vitest';
import { createRandom, exponential } from '../../../src/core/random.ts';
import { meanOf } from '../../../src/core/statistics.ts';
import { waitsOfSharedQueue } from '../../../src/simulate/fifo-pool.ts';
import { measure } from '../../../src/simulate/measures.ts';
import { simulateStations } from '../../../src/simulate/station-pool.ts';

const SECOND = 1e6;

/** Poisson arrivals for a minute. */
function schedule(perSecond: number, seed: number): Float64Array {
  const random = createRandom(seed);
  const at: number[] = [];
  for (let now = 0; now < 60 * SECOND; ) {
    now += (exponential(random) * SECOND) / perSecond;
    at.push(now);
  }
  return Float64Array.from(at);
}

/** A view that takes 100 to 1000 ms. */
function views(n: number, seed: number): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: n }, () => 100_000 + 900_000 * random());
}

function waitress(threads: number, perSecond: number) {
  const arrival = schedule(perSecond, 1);
  const service = views(arrival.length, 2);
  const wait = new Float64Array(arrival.length);
  waitsOfSharedQueue(arrival, service, threads, wait);
  return measure(
    arrival,
    wait,
    service.map((micros, i) => micros + wait[i]),
    threads,
  );
}

/** One burst: everybody asks at the same moment. */
function burst(size: number, slots: number, micros: number) {
  const wait = new Float64Array(size);
  const service = new Float64Array(size).fill(micros);
  waitsOfSharedQueue(new Float64Array(size), service, slots, wait);
  return measure(
    new Float64Array(size),
    wait,
    wait.map((waited) => waited + micros),
    slots,
  );
}

describe('waitress with a view of 100 to 1000 ms', () => {
  it('stops near 7 requests/s with 4 threads, however many are asked for', () => {
    for (const perSecond of [10, 20, 40]) {
      const { throughput, utilisation } = waitress(4, perSecond);
      expect(throughput).toBeGreaterThan(6.8);
      expect(throughput).toBeLessThan(7.6);
      expect(utilisation).toBeGreaterThan(0.97);
    }
    expect(waitress(4, 5).wait.mean).toBeLessThan(0.5 * SECOND);
  });

  it('stops near 30 requests/s with 16 threads', () => {
    const { throughput } = waitress(16, 45);
    expect(throughput).toBeGreaterThan(28);
    expect(throughput).toBeLessThan(31);
    expect(waitress(16, 25).wait.p95).toBeLessThan(0.5 * SECOND);
  });
});

describe('hypercorn with the same view, awaited', () => {
  // 8 ms of each request are Python on the event loop: one process ends near 125 requests/s, four near 500.
  const LOOP = 8000;
  const carry = (workers: number, perSecond: number) => {
    const arrivals = schedule(perSecond, 3);
    const n = arrivals.length;
    const random = createRandom(4);
    const pool = { workers, threads: Number.POSITIVE_INFINITY, queue: 'per-worker', station: 'worker' } as const;
    const acceptor = Uint16Array.from(arrivals, () => Math.floor(random() * workers));
    const run = simulateStations(
      pool,
      { kind: 'open', arrivals },
      new Float64Array(n).fill(LOOP),
      views(n, 5),
      acceptor,
    );
    return measure(run.arrival, run.wait, run.latency, Number.POSITIVE_INFINITY);
  };

  it('carries 100 requests/s in one process', () => {
    const { throughput, latency } = carry(1, 100);
    expect(throughput).toBeGreaterThan(95);
    expect(latency.p50).toBeLessThan(0.7 * SECOND);
  });

  it('carries 250 requests/s in four, and not in one', () => {
    const four = carry(4, 250);
    expect(four.throughput).toBeGreaterThan(235);
    expect(four.latency.p95).toBeLessThan(1.2 * SECOND);
    const one = carry(1, 250);
    expect(one.throughput).toBeLessThan(130);
    expect(one.latency.p95).toBeGreaterThan(20 * SECOND);
  });
});

describe('a hundred requests at once on a view of one second', () => {
  it('takes four sync workers 25 s, with waits from 0 to 24 s', () => {
    const { wait, latency, peakQueue } = burst(100, 4, SECOND);
    expect(latency.max).toBe(25 * SECOND);
    expect(wait.max).toBe(24 * SECOND);
    expect(wait.mean).toBe(12 * SECOND);
    expect(peakQueue).toBe(96);
  });

  it('takes four ASGI workers one second', () => {
    const n = 100;
    const pool = { workers: 4, threads: Number.POSITIVE_INFINITY, queue: 'per-worker', station: 'worker' } as const;
    const acceptor = Uint16Array.from({ length: n }, (_, i) => i % 4);
    const demand = { kind: 'open', arrivals: new Float64Array(n) } as const;
    const run = simulateStations(pool, demand, new Float64Array(n), new Float64Array(n).fill(SECOND), acceptor);
    expect(Math.max(...run.latency)).toBe(SECOND);
    expect(meanOf(run.wait)).toBe(0);
  });
});

describe('two sub-requests of half a second inside a view, sixteen requests at once on four workers', () => {
  it('take 4 s one after the other and 2 s gathered: each request is quicker, the pool is as narrow', () => {
    const sequential = burst(16, 4, SECOND);
    const gathered = burst(16, 4, SECOND / 2);
    expect(sequential.latency.max).toBe(4 * SECOND);
    expect(gathered.latency.max).toBe(2 * SECOND);
    expect(sequential.peakQueue).toBe(gathered.peakQueue);
  });
});
