// Service time that grows with concurrency is found where it is, blamed on the right one, and not seen where it is not.
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/core/random.ts';
import { canTellContention, findContention, slowdown } from '../../../src/simulate/contention.ts';
import { traceOf } from '../../../src/simulate/trace.ts';
import { knownAnalysis } from '../../helpers/known-analysis.ts';
import { analysisOfPool, analysisOfStations, EPOCH } from '../../helpers/stations.ts';

const contentionOf = (analysis: Parameters<typeof traceOf>[0]) => {
  const result = traceOf(analysis);
  if ('missing' in result) throw new Error(result.missing);
  return findContention(result.trace);
};

describe('the slowdown of j requests in flight', () => {
  it('is none without shared work and j-fold with nothing else', () => {
    expect([...slowdown(0, 4)]).toEqual([1, 1, 1, 1, 1]);
    expect([...slowdown(1, 4)].map((x) => Number(x.toFixed(9)))).toEqual([1, 1, 2, 3, 4]);
  });
});

describe('contention', () => {
  it.each([0.3, 0.6, 0.9])('finds a share of %f of a process with eight threads', (share) => {
    const analysis = analysisOfStations({
      seed: 3,
      model: 'threaded',
      pool: { workers: 1, threads: 8, queue: 'shared', station: 'worker' },
      requests: 2500,
      work: share * 100_000,
      delay: (1 - share) * 100_000,
      load: { rate: 6 / share },
    });
    const found = contentionOf(analysis);
    expect(found?.station).toBe('worker');
    expect(found!.share).toBeGreaterThan(share - 0.15);
    expect(found!.share).toBeLessThan(share + 0.15);
  });

  it('blames what lies behind the workers when all of them slow each other', () => {
    const analysis = analysisOfStations({
      seed: 4,
      model: 'threaded',
      pool: { workers: 3, threads: 6, queue: 'per-worker', station: 'server' },
      requests: 3000,
      work: 50_000,
      delay: 50_000,
      load: { rate: 14 },
    });
    expect(contentionOf(analysis)?.station).toBe('server');
  });

  it('blames the own process when the others do not matter', () => {
    const analysis = analysisOfStations({
      seed: 5,
      model: 'async',
      pool: { workers: 3, threads: Number.POSITIVE_INFINITY, queue: 'per-worker', station: 'worker' },
      requests: 3000,
      work: 50_000,
      delay: 50_000,
      load: { rate: 40 },
    });
    expect(contentionOf(analysis)?.station).toBe('worker');
  });

  it.each([1, 2, 3, 4, 5, 6])('sees none in pools that only wait (seed %i)', (seed) => {
    const analysis = analysisOfPool({
      seed,
      workers: 2,
      threads: 6,
      queue: 'per-worker',
      service: { law: 'lognormal', mean: 0.3, variation: 1.5 },
      load: { kind: 'poisson', phases: [{ rate: 30, seconds: 60 }] },
      overhead: 0.0006,
    });
    expect(contentionOf(analysis)).toBeNull();
  });

  it('does not take a slow hour for contention', () => {
    const random = createRandom(9);
    let now = EPOCH;
    const rows = Array.from({ length: 3000 }, (_, i) => {
      now += -Math.log(1 - random()) * 1e5;
      // A backend that is three times slower every other 500 requests: more pile up, but not because of each other.
      const micros = (Math.floor(i / 500) % 2 === 0 ? 2e5 : 6e5) * (0.5 + random());
      return { start: Math.round(now), end: Math.round(now + micros), wait: 0, worker: '1', route: 'GET /' };
    });
    expect(contentionOf(knownAnalysis(rows, { model: 'async', workers: 1, threads: 1 }))).toBeNull();
  });

  it('needs requests enough to tell', () => {
    const analysis = analysisOfStations({
      seed: 6,
      model: 'threaded',
      pool: { workers: 1, threads: 8, queue: 'shared', station: 'worker' },
      requests: 150,
      work: 90_000,
      delay: 10_000,
      load: { rate: 6 },
    });
    expect(contentionOf(analysis)).toBeNull();
  });
});

describe('that requests do not slow each other down', () => {
  const traceOfPool = (threads: number, requests = 1800) => {
    const result = traceOf(
      analysisOfPool({
        seed: 7,
        workers: 1,
        threads,
        queue: 'shared',
        service: { law: 'lognormal', mean: 0.3, variation: 0.5 },
        load: {
          kind: 'poisson',
          phases: [{ rate: (0.5 * threads) / 0.3, seconds: (requests * 0.3) / (0.5 * threads) }],
        },
        overhead: 0.0006,
      }),
    );
    if ('missing' in result) throw new Error(result.missing);
    return result.trace;
  };
  const pool = (threads: number) => ({ model: 'threaded', workers: 1, threads }) as const;

  it('is told of threads that had others beside them, also by stamps of a fifth of their time', () => {
    const trace = traceOfPool(8);
    expect(canTellContention(trace, pool(8))).toBe(true);
    expect(canTellContention({ ...trace, tick: 60_000 }, pool(8))).toBe(true);
  });

  it('is not told where it would not show', () => {
    const trace = traceOfPool(8);
    // As if stamps had put most of them beside others than they ran with: the pool had two threads.
    expect(canTellContention({ ...trace, tick: 60_000 }, pool(2))).toBe(false);
    expect(canTellContention({ ...trace, tick: 400_000 }, pool(8))).toBe(false);
    expect(canTellContention(traceOfPool(8, 100), pool(8))).toBe(false);
    expect(canTellContention(traceOfPool(1), pool(1))).toBe(false);
  });
});

/** The same log with stamps of a second at the end of each request. */
function inWholeSeconds(analysis: Parameters<typeof traceOf>[0]): ReturnType<typeof findContention> {
  const result = traceOf(analysis);
  if ('missing' in result) throw new Error(result.missing);
  const { trace } = result;
  const start = trace.start.map((at, i) => {
    const end = at + trace.service[i];
    return Math.floor(end / 1e6) * 1e6 + 500_000 - trace.service[i];
  });
  return findContention({
    ...trace,
    start,
    uncertainty: trace.uncertainty.map(() => 500_000),
    ticks: { groups: [], back: new Float64Array(0), width: new Float64Array(0) },
  });
}

describe('contention behind stamps of a second', () => {
  const pool = { workers: 2, threads: 8, queue: 'per-worker', station: 'worker' } as const;
  const spec = { model: 'threaded', requests: 1500 } as const;
  it('of a process shows in the answers of the same second, and is called a lower bound', () => {
    for (const seed of [21, 22, 23]) {
      const load = { rate: 32 };
      const found = inWholeSeconds(analysisOfStations({ ...spec, seed, pool, work: 45_000, delay: 5_000, load }));
      expect(found).toMatchObject({ station: 'worker', atLeast: true, high: 1, onlyProcess: false });
      expect(found!.share).toBeLessThanOrEqual(0.95);
    }
  });
  it('of all processes is told from that of one', () => {
    const shared = { ...pool, station: 'server' } as const;
    const load = { rate: 16 };
    const found = inWholeSeconds(
      analysisOfStations({ ...spec, seed: 24, pool: shared, work: 45_000, delay: 5_000, load }),
    );
    expect(found?.station).toBe('server');
  });
  it('is not seen where there is none, whatever the callers do', () => {
    for (let seed = 31; seed < 46; seed++) {
      for (const load of [{ rate: 40 }, { clients: 12, pause: 100_000 }]) {
        expect(inWholeSeconds(analysisOfStations({ ...spec, seed, pool, work: 0, delay: 90_000, load }))).toBeNull();
      }
    }
  });
});
