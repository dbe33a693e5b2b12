// Open, closed and hidden callers are told apart; what cannot be told is taken as open.
import { describe, expect, it } from 'vitest';
import { type Clients, findCallers } from '../../../src/simulate/clients.ts';
import { refutationOf } from '../../../src/simulate/refuted-clients.ts';
import { traceOf } from '../../../src/simulate/trace.ts';
import type { Load } from '../../helpers/load.ts';
import type { PoolSpec } from '../../helpers/simulate-pool.ts';
import { analysisOfPool } from '../../helpers/stations.ts';

/** Nine users of two processes that queue for themselves. */
const nineUsers: PoolSpec = {
  seed: 2,
  workers: 2,
  threads: 3,
  queue: 'per-worker',
  service: { law: 'uniform', mean: 0.9 },
  load: { kind: 'closed', users: 9, think: 0.7, seconds: 200 },
  overhead: 0.0006,
};

/** What is asked of the log of a pool. */
function inputOf(load: Load, spec: Partial<PoolSpec> = {}): Parameters<typeof findCallers>[0] {
  const analysis = analysisOfPool({
    seed: 1,
    workers: 4,
    threads: 1,
    queue: 'shared',
    service: { law: 'exponential', mean: 0.2 },
    load,
    overhead: 0.0006,
    ...spec,
  });
  const result = traceOf(analysis);
  if ('missing' in result) throw new Error(result.missing);
  return {
    trace: result.trace,
    slots: analysis.inference.capacity.value,
    sharedQueue: analysis.inference.queue !== 'per-worker',
    pool: null,
    saturatedRatio: analysis.inference.concurrency.saturatedRatio,
    proven: Number.NaN,
    interrupted: false,
    peak: analysis.inference.concurrency.peak,
    waitMethod: 'inferred',
    waitRange: [analysis.inference.wait.lowMean, analysis.inference.wait.highMean],
  };
}

const clientsOf = (load: Load, spec: Partial<PoolSpec> = {}): Clients => findCallers(inputOf(load, spec)).likely;

const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

describe('clients', () => {
  it('of a pool whose waits are unknown may be as few as its slots, and wait for nothing', () => {
    const input = inputOf({ kind: 'poisson', phases: [{ rate: 14, seconds: 100 }] });
    const callersIf = (waitUnknown: boolean) =>
      findCallers({
        ...input,
        trace: { ...input.trace, waitUnknown },
        slots: 4,
        sharedQueue: true,
        waitMethod: waitUnknown ? 'unknown' : 'inferred',
      });
    expect(callersIf(true).others).toContainEqual(expect.objectContaining({ kind: 'closed', count: 4 }));
    expect(callersIf(false).others).not.toContainEqual(expect.objectContaining({ kind: 'closed', count: 4 }));
  });

  it('of a Poisson process are open, at every load', () => {
    for (const seed of seeds) {
      for (const rate of [8, 14, 18]) {
        expect(clientsOf({ kind: 'poisson', phases: [{ rate, seconds: 200 }] }, { seed }).kind).toBe('open');
      }
    }
  });

  it('in bursts are open: they come together, not in turn', () => {
    for (const seed of seeds)
      expect(clientsOf({ kind: 'batches', rate: 2, size: 6, seconds: 200 }, { seed }).kind).toBe('open');
  });

  it('who wait for their answer are closed, and counted', () => {
    let found = 0;
    for (const seed of seeds) {
      const clients = clientsOf({ kind: 'closed', users: 10, think: 0.3, seconds: 200 }, { seed });
      if (clients.kind !== 'closed') continue;
      found++;
      expect(clients.count).toBeGreaterThanOrEqual(8);
      expect(clients.count).toBeLessThanOrEqual(13);
      expect(clients.thinkMicros).toBeGreaterThan(0.2e6);
      expect(clients.thinkMicros).toBeLessThan(0.45e6);
    }
    expect(found).toBe(seeds.length);
  });

  it('are as many as explain the log best, where their waits were inferred too long', () => {
    const analysis = analysisOfPool(nineUsers);
    const result = traceOf(analysis);
    if ('missing' in result) throw new Error(result.missing);
    const { trace } = result;
    const { inference } = analysis;
    const { likely } = findCallers({
      trace: { ...trace, waits: trace.waits.map((wait) => wait.map((micros) => 3 * micros)), extremes: [0, 1.5] },
      slots: 6,
      sharedQueue: false,
      pool: { model: 'threaded', workers: 2, threads: 3 },
      saturatedRatio: inference.concurrency.saturatedRatio,
      proven: Number.NaN,
      interrupted: false,
      peak: inference.concurrency.peak,
      waitMethod: 'inferred',
      waitRange: [0, 3 * inference.wait.mean],
    });
    expect(likely.kind).toBe('closed');
    if (likely.kind !== 'closed') return;
    expect(likely.count).toBeGreaterThanOrEqual(8);
    expect(likely.count).toBeLessThanOrEqual(10);
    // With it they make the throughput of the log on its own pool, which queues for itself in each process.
    expect(likely.thinkMicros / 1e6).toBeGreaterThan(0.6);
    expect(likely.thinkMicros / 1e6).toBeLessThan(0.8);
  });

  it('are never the only reading of a pool that was full for half of the time behind inferred waits', () => {
    const analysis = analysisOfPool(nineUsers);
    const result = traceOf(analysis);
    if ('missing' in result) throw new Error(result.missing);
    const { trace } = result;
    const othersOf = (saturatedRatio: number) => {
      const { likely, others } = findCallers({
        trace,
        slots: 6,
        sharedQueue: false,
        pool: { model: 'threaded', workers: 2, threads: 3 },
        saturatedRatio,
        proven: Number.NaN,
        interrupted: false,
        peak: analysis.inference.concurrency.peak,
        waitMethod: 'inferred',
        waitRange: [analysis.inference.wait.mean / 2, 2 * analysis.inference.wait.mean],
      });
      expect(likely.kind).toBe('closed');
      return others.map(({ kind }) => kind);
    };
    expect(othersOf(0.3)).not.toContain('open');
    expect(othersOf(0.6)).toContain('open');
  });

  it('behind endless saturation are hidden when the waits are only bounded: they may be as many as the slots', () => {
    const service = new Float64Array(500).fill(390_000);
    const start = service.map((_, i) => 1e15 + i * 100_000);
    const input = {
      trace: { length: 500, start, service } as never,
      slots: 4,
      sharedQueue: true,
      pool: null,
      saturatedRatio: 0.99,
      proven: Number.NaN,
      interrupted: false,
      peak: 4,
      waitMethod: 'bounded',
      waitRange: [Number.NaN, Number.NaN],
    } as const;
    const { likely, others } = findCallers(input);
    expect(likely.kind).toBe('hidden');
    expect(others).toMatchObject([{ kind: 'closed', count: 4 }]);
  });

  it('who all pause at once, again and again, do not wait for their answers', () => {
    const phases = Array.from({ length: 12 }, (_, k) => ({ rate: k % 2 === 0 ? 16 : 0, seconds: k % 2 === 0 ? 6 : 9 }));
    for (const seed of seeds) {
      expect(clientsOf({ kind: 'poisson', phases }, { seed, workers: 8, threads: 1 }).kind).toBe('open');
      const own = { seed, workers: 2, threads: 2, queue: 'per-worker' } as const;
      expect(clientsOf({ kind: 'poisson', phases }, own).kind).toBe('open');
    }
  });

  it('of a pool that is never full are open', () => {
    expect(clientsOf({ kind: 'poisson', phases: [{ rate: 30, seconds: 100 }] }, { workers: 64 }).kind).toBe('open');
  });
});

it('one client in a loop is one, whatever the pool could run', () => {
  const length = 60;
  const service = new Float64Array(length).fill(200_000);
  const start = service.map((_, i) => 1e15 + i * 206_000);
  const load = { kind: 'closed', users: 1, think: 0.006, seconds: 40 } as const;
  const law = { law: 'fixed', mean: 0.2 } as const;
  const result = traceOf(
    analysisOfPool({ seed: 1, workers: 4, threads: 1, queue: 'shared', service: law, load, overhead: 0.0006 }),
  );
  if ('missing' in result) throw new Error(result.missing);
  const trace = { ...result.trace, length, service, start };
  const input = {
    trace,
    slots: 4,
    sharedQueue: true,
    pool: null,
    saturatedRatio: 0,
    peak: 3,
    waitMethod: 'inferred',
  } as const;
  const { likely } = findCallers({ ...input, proven: 1, interrupted: false, waitRange: [0, 10_000] });
  expect(likely).toMatchObject({ kind: 'closed', count: 1 });
  expect(findCallers({ ...input, proven: 2, interrupted: false, waitRange: [0, 10_000] }).likely.kind).toBe('open');
});

it('clients who would get several times as many answers from the pool as the log has are none', () => {
  const length = 400;
  const start = Float64Array.from({ length }, (_, i) => 1e15 + i * 133_000);
  const trace = {
    length,
    start,
    service: new Float64Array(length).fill(240_000),
    waits: [new Float64Array(length).fill(1e6)],
    uncertainty: new Float64Array(length),
  } as unknown as Parameters<typeof refutationOf>[0];
  const clients = { count: 10, thinkMicros: 61_000 };
  expect(refutationOf(trace, 4)(clients)).toBe(true);
  expect(refutationOf(trace, null)(clients)).toBe(false);
  expect(refutationOf(trace, 4)({ count: 10, thinkMicros: 1.09e6 })).toBe(false);
});
