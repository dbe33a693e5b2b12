// The FIFO pools against a slow and obvious simulation, against the ceil law of bursts and against Erlang's formula.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, exponential } from '../../../src/core/random.ts';
import { meanOf } from '../../../src/core/statistics.ts';
import { lateInSharedQueue, waitsOfSharedQueue, waitsOfWorkerQueues } from '../../../src/simulate/fifo-pool.ts';

const shared = (arrivals: readonly number[], service: readonly number[], slots: number): number[] => {
  const waits = new Float64Array(arrivals.length);
  waitsOfSharedQueue(Float64Array.from(arrivals), Float64Array.from(service), slots, waits);
  return [...waits];
};

/** A list of free times, searched for its least at every arrival. */
const obvious = (arrivals: readonly number[], service: readonly number[], slots: number): number[] => {
  const free = new Array<number>(slots).fill(Number.NEGATIVE_INFINITY);
  return arrivals.map((arrival, i) => {
    const slot = free.indexOf(Math.min(...free));
    const start = Math.max(arrival, free[slot]);
    free[slot] = start + service[i];
    return start - arrival;
  });
};

const load = fc.array(fc.tuple(fc.nat(1000), fc.nat(5000)), { minLength: 1, maxLength: 200 }).map((rows) => {
  let now = 0;
  return {
    arrivals: rows.map(([gap]) => {
      now += gap;
      return now;
    }),
    service: rows.map(([, micros]) => micros),
  };
});

describe('one queue in front of all slots', () => {
  it('gives the waits of an obvious simulation', () => {
    fc.assert(
      fc.property(load, fc.integer({ min: 1, max: 9 }), ({ arrivals, service }, slots) => {
        expect(shared(arrivals, service, slots)).toEqual(obvious(arrivals, service, slots));
      }),
    );
  });

  it('counts those who wait longer than a target, until there are too many', () => {
    fc.assert(
      fc.property(load, fc.integer({ min: 1, max: 9 }), fc.nat(9000), fc.nat(200), (rows, slots, target, most) => {
        const late = shared(rows.arrivals, rows.service, slots).filter((wait) => wait > target).length;
        const [arrivals, service] = [Float64Array.from(rows.arrivals), Float64Array.from(rows.service)];
        expect(lateInSharedQueue(arrivals, service, slots, target, most)).toBe(Math.min(late, most + 1));
      }),
    );
  });

  it('answers request n of a burst after ceil(n / slots) service times', () => {
    const waits = shared(new Array(16).fill(0), new Array(16).fill(1e6), 4);
    expect(waits).toEqual(waits.map((_, i) => (Math.ceil((i + 1) / 4) - 1) * 1e6));
  });

  it('gives the mean wait of Erlang C for M/M/4', () => {
    const random = createRandom(7);
    const n = 400_000;
    const arrivals = new Float64Array(n);
    const service = new Float64Array(n);
    let now = 0;
    for (let i = 0; i < n; i++) {
      now += exponential(random) / 3.2;
      arrivals[i] = now;
      service[i] = exponential(random);
    }
    const waits = new Float64Array(n);
    waitsOfSharedQueue(arrivals, service, 4, waits);
    // C(4, 3.2) = 0.5964; mean wait = C / (4 - 3.2) = 0.7455 service times.
    expect(meanOf(waits)).toBeGreaterThan(0.7455 * 0.95);
    expect(meanOf(waits)).toBeLessThan(0.7455 * 1.05);
  });

  it('never makes anybody wait longer for having one slot more', () => {
    fc.assert(
      fc.property(load, fc.integer({ min: 1, max: 8 }), ({ arrivals, service }, slots) => {
        const fewer = shared(arrivals, service, slots);
        const more = shared(arrivals, service, slots + 1);
        for (let i = 0; i < fewer.length; i++) expect(more[i]).toBeLessThanOrEqual(fewer[i]);
      }),
    );
  });
});

describe('a queue per worker', () => {
  it('is one queue for each worker alone', () => {
    fc.assert(
      fc.property(
        load,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(),
        ({ arrivals, service }, workers, threads, seed) => {
          const random = createRandom(seed);
          const worker = Uint16Array.from(arrivals, () => Math.floor(random() * workers));
          const waits = new Float64Array(arrivals.length);
          waitsOfWorkerQueues(Float64Array.from(arrivals), Float64Array.from(service), worker, workers, threads, waits);
          for (let w = 0; w < workers; w++) {
            const own = arrivals.map((_, i) => i).filter((i) => worker[i] === w);
            const expected = shared(
              own.map((i) => arrivals[i]),
              own.map((i) => service[i]),
              threads,
            );
            expect(own.map((i) => waits[i])).toEqual(expected);
          }
        },
      ),
    );
  });
});

describe('speed', () => {
  it('simulates a million requests well within a second', () => {
    const random = createRandom(1);
    const n = 1_000_000;
    const arrivals = new Float64Array(n);
    const service = new Float64Array(n);
    let now = 0;
    for (let i = 0; i < n; i++) {
      now += (exponential(random) * 1e6) / 14;
      arrivals[i] = now;
      service[i] = exponential(random) * 1e6;
    }
    const from = performance.now();
    waitsOfSharedQueue(arrivals, service, 16, new Float64Array(n));
    expect(performance.now() - from).toBeLessThan(1000);
  });
});
