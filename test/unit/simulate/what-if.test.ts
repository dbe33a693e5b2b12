// What if: predictions against pools that were really simulated with the same arrivals, and honesty where nothing can be said.
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../../src/core/finding.ts';
import { durationText } from '../../../src/core/words.ts';
import { createPredictor } from '../../../src/simulate/predictor.ts';
import { whatIf } from '../../../src/simulate/what-if.ts';
import { scenarioPools } from '../../../src/simulate/what-if-pools.ts';
import { knownAnalysis } from '../../helpers/known-analysis.ts';
import type { PoolSpec } from '../../helpers/simulate-pool.ts';
import { analysisOfPool, analysisOfStations } from '../../helpers/stations.ts';
import { syncPool } from '../../helpers/traffic.ts';

const spec = (seed: number, workers: number, more: Partial<PoolSpec> = {}): PoolSpec => ({
  seed,
  workers,
  threads: 1,
  queue: 'shared',
  service: { law: 'uniform', mean: 0.3 },
  load: { kind: 'poisson', phases: [{ rate: 8, seconds: 400 }] },
  overhead: 0.0006,
  ...more,
});

const target = { targetP95WaitMicros: 200_000 };
const sync = (workers: number) => ({ model: 'sync' as const, workers, threads: 1 });

describe('a prediction', () => {
  it('meets the pool that really ran, from a log of another one', () => {
    for (const seed of [1, 2, 3, 4]) {
      const document = whatIf(analysisOfPool(spec(seed, 3)), { pools: [sync(4), sync(5)], ...target });
      for (const scenario of document.scenarios) {
        const real = analysisOfPool(spec(seed, scenario.workers)).inference.wait.mean / 1e6;
        const miss = Math.abs(scenario.wait.mean! - real);
        expect(miss).toBeLessThanOrEqual(Math.max(0.03, 0.25 * real));
        expect(scenario.throughput).toBeGreaterThan(7.5);
        expect(scenario.throughput).toBeLessThan(8.5);
      }
    }
  });

  it('of fewer workers than the load needs shows the overload', () => {
    const document = whatIf(analysisOfPool(spec(5, 4)), { pools: [sync(2)], ...target });
    const [two] = document.scenarios;
    expect(two.throughput).toBeLessThan(7);
    expect(two.utilisation).toBeGreaterThan(0.98);
    expect(two.wait.p95).toBeGreaterThan(30);
  });

  it('tells quantiles that a caller had: one of sixteen at once waits a whole turn of fifteen workers', () => {
    const burst = syncPool(
      4,
      Array.from({ length: 16 }, () => ({ at: 0, takes: 0.5 })),
    );
    const [fifteen, sixteen] = whatIf(burst, { pools: [sync(15), sync(16)], ...target }).scenarios;
    expect(fifteen.wait.p50).toBe(0);
    expect(fifteen.wait.p95).toBeCloseTo(0.5, 2);
    expect(sixteen.wait.max).toBe(0);
  });

  it('is the same for the same log', () => {
    const once = JSON.stringify(whatIf(analysisOfPool(spec(6, 3)), { pools: [sync(2), sync(4)], ...target }));
    const again = JSON.stringify(whatIf(analysisOfPool(spec(6, 3)), { pools: [sync(2), sync(4)], ...target }));
    expect(again).toBe(once);
  });

  it('knows that threads of a busy GIL do not multiply', () => {
    const busy = analysisOfStations({
      seed: 8,
      model: 'threaded',
      pool: { workers: 1, threads: 4, queue: 'shared', station: 'worker' },
      requests: 3000,
      work: 90_000,
      delay: 10_000,
      load: { rate: 9 },
    });
    const document = whatIf(busy, {
      pools: [
        { model: 'threaded', workers: 1, threads: 16 },
        { model: 'threaded', workers: 4, threads: 4 },
      ],
      ...target,
    });
    const [moreThreads, moreProcesses] = document.scenarios;
    expect(moreThreads.latency.p95).toBeGreaterThan(0.7 * document.baseline!.latency.p95!);
    expect(moreProcesses.latency.p95).toBeLessThan(0.6 * document.baseline!.latency.p95!);
    expect(document.assumptions.join(' ')).toContain('GIL');
  });

  it('of closed clients gets more requests out of them with more workers', () => {
    const closed = spec(9, 3, { load: { kind: 'closed', users: 12, think: 0.9, seconds: 300 } });
    const document = whatIf(analysisOfPool(closed), { pools: [sync(8)], ...target });
    expect(document.assumptions.join(' ')).toContain('closed');
    expect(document.scenarios[0].throughput).toBeGreaterThan(1.08 * document.baseline!.throughput!);
  });
});

describe('the recommendation', () => {
  it('is the fewest workers that keep the target in the pool that really ran', () => {
    for (const seed of [11, 12, 13]) {
      const found = whatIf(analysisOfPool(spec(seed, 3)), { pools: [], ...target }).recommendation!;
      const p95 = (workers: number) => analysisOfPool(spec(seed, workers)).inference.wait.p95;
      expect(p95(found.workers)).toBeLessThanOrEqual(200_000 * 1.5);
      expect(p95(Math.max(1, found.workers - 2))).toBeGreaterThan(200_000);
    }
  });

  it('is what findings are told, to the number', () => {
    for (const seed of [14, 15, 16, 17, 18, 19]) {
      const analysis = analysisOfPool(spec(seed, 3));
      const found = whatIf(analysis, { pools: [], ...target }).recommendation!;
      const told = createPredictor(analysis).smallestPool(200_000)!;
      expect(told.pool).toEqual({ model: found.model, workers: found.workers, threads: found.threads });
      const [scenario] = whatIf(analysis, { pools: [told.pool], ...target }).scenarios;
      expect(told.waitP95 / 1e6).toBe(scenario.wait.p95);
      expect(found.because).toContain(durationText(told.waitP95));
    }
  });
});

describe('the table of scenarios', () => {
  it('holds the recommended pool, where none was asked for by name', () => {
    const analysis = analysisOfPool(spec(11, 3));
    const pools = [sync(2), sync(30)];
    const { recommendation, scenarios } = whatIf(analysis, { pools, withRecommended: true, ...target });
    expect(scenarios.map(({ workers }) => workers)).toEqual([2, recommendation!.workers, 30]);
    expect(whatIf(analysis, { pools, ...target }).scenarios).toHaveLength(2);
    const there = { pools: [sync(recommendation!.workers)], withRecommended: true, ...target };
    expect(whatIf(analysis, there).scenarios).toHaveLength(1);
  });

  it('is said to be of another log where its own pool does not wait as the log does', () => {
    const analysis = analysisOfPool(spec(11, 3));
    const { inference } = analysis;
    const saidOf = (p95: number) =>
      whatIf(
        { ...analysis, inference: { ...inference, wait: { ...inference.wait, p95 } } },
        { pools: [sync(3)], ...target },
      ).assumptions.join(' ');
    expect(saidOf(inference.wait.p95)).not.toContain('The present pool, simulated');
    expect(saidOf(4 * inference.wait.p95 + 1e6)).toContain('the log tells of');
    expect(saidOf(4 * inference.wait.p95 + 1e6)).toContain('may have held its slots');
    expect(saidOf(0)).toContain('may have come less at random');
  });

  it('names no absurd number of threads: where none keeps the target, that is said', () => {
    // Every ten seconds three hundred at once on four processes of two threads, each with a queue of its own.
    const herds = Array.from({ length: 3000 }, (_, i) => ({ at: 10 * Math.floor(i / 300), takes: 0.25 }));
    const served = syncPool(8, herds).inference;
    const rows = Array.from({ length: herds.length }, (_, i) => ({
      start: served.requests.start[i],
      end: served.requests.end[i],
      wait: served.requests.wait[i],
      worker: String(100 + (i % 4)),
      route: 'GET /',
    }));
    const analysis = knownAnalysis(rows, { model: 'threaded', workers: 4, threads: 2, queue: 'per-worker' });
    const document = whatIf(analysis, { pools: [], ...target });
    expect(document.recommendation).toBeNull();
    expect(document.assumptions.join(' ')).toContain('No pool that was tried keeps the p95 wait under 200 ms');
    expect(createPredictor(analysis).smallestPool(200_000)).toBeNull();
  });

  it('does not speak of requests beside each other in a log whose requests ran one at a time', () => {
    const analysis = analysisOfPool(spec(12, 1, { load: { kind: 'poisson', phases: [{ rate: 2, seconds: 400 }] } }));
    expect(createPredictor(analysis).contention()).toBe('unknown');
    const said = whatIf(analysis, { pools: [sync(1)], ...target }).assumptions.join(' ');
    expect(said).toContain('Whether service time grows with concurrency this log does not show');
    expect(said).not.toContain('No growth of service time');
  });
});

describe('a log that cannot tell', () => {
  const blind = (change: (analysis: Analysis) => Analysis): Analysis => change(analysisOfPool(spec(1, 3)));

  it('gets nulls and the reason where it has no service times', () => {
    const nothing = new Float64Array(5000).fill(Number.NaN);
    const analysis = blind((known) => ({
      ...known,
      inference: {
        ...known.inference,
        service: { ...known.inference.service, method: 'unknown', mean: Number.NaN },
        requests: { ...known.inference.requests, start: nothing },
      },
    }));
    const document = whatIf(analysis, { pools: [sync(4)], ...target });
    expect(document.recommendation).toBeNull();
    expect(document.scenarios[0].wait.mean).toBeNull();
    expect(document.assumptions[0]).toContain('no duration');
  });

  it('gets no recommendation where the wait is unknown', () => {
    const analysis = blind((known) => ({
      ...known,
      inference: { ...known.inference, wait: { ...known.inference.wait, method: 'unknown' } },
    }));
    const document = whatIf(analysis, { pools: [sync(4)], ...target });
    expect(document.recommendation).toBeNull();
    expect(createPredictor(analysis).smallestPool(200_000)).toBeNull();
  });

  it('gets wide ranges where saturation hides the arrivals', () => {
    const analysis = blind((known) => ({
      ...known,
      inference: {
        ...known.inference,
        concurrency: { ...known.inference.concurrency, saturatedRatio: 1 },
        wait: { ...known.inference.wait, method: 'bounded' },
      },
    }));
    const document = whatIf(analysis, { pools: [sync(3)], ...target });
    const [low, high] = document.scenarios[0].range.wait_mean!;
    expect(high).toBeGreaterThan(5 * low);
    expect(document.recommendation).toBeNull();
  });

  it('holds what a full pool hides: whoever fills it may fill twice as many slots, or take turns on the few', () => {
    const closed = (workers: number) =>
      analysisOfPool(spec(7, workers, { load: { kind: 'closed', users: 9, think: 0.2, seconds: 90 } }));
    const known = closed(2);
    const { wait, concurrency, requests } = known.inference;
    // The truth is eight times as long: nothing in a log of a pool that is always full says so.
    const told = requests.wait.map((micros) => micros / 8);
    const inference: Analysis['inference'] = {
      ...known.inference,
      concurrency: { ...concurrency, saturatedRatio: 1 },
      wait: { ...wait, method: 'inferred', mean: wait.mean / 8, lowMean: 0, highMean: 40e6 },
      requests: { ...requests, wait: told, waitSamples: [told] },
    };
    const document = whatIf({ ...known, inference }, { pools: [sync(1), sync(3), sync(4)], ...target });
    expect(document.recommendation).toBeNull();
    for (const { workers, range } of document.scenarios) {
      const [low, high] = range.wait_mean!;
      const real = closed(workers).inference.wait.mean / 1e6;
      expect(low).toBeLessThanOrEqual(real);
      expect(high).toBeGreaterThanOrEqual(real);
    }
  });

  it('is no crash when it is empty', () => {
    const empty = knownAnalysis([], { model: 'unknown', workers: 1, threads: 1 });
    expect(whatIf(empty, { pools: [sync(2)], ...target }).scenarios).toHaveLength(1);
  });
});

describe('the pools to try', () => {
  const present = analysisOfPool(spec(1, 4));
  it('are every combination asked for', () => {
    expect(scenarioPools(present, { workers: [2, 3], threads: [1, 4] })).toEqual([
      { model: 'sync', workers: 2, threads: 1 },
      { model: 'threaded', workers: 2, threads: 4 },
      { model: 'sync', workers: 3, threads: 1 },
      { model: 'threaded', workers: 3, threads: 4 },
    ]);
    expect(scenarioPools(present, { workers: [1, 2], model: 'async' })).toEqual([
      { model: 'async', workers: 1, threads: 1 },
      { model: 'async', workers: 2, threads: 1 },
    ]);
  });
  it('lie around the present when none are', () => {
    expect(scenarioPools(present, {}).map(({ workers }) => workers)).toEqual([3, 4, 5, 6, 8]);
  });
});
