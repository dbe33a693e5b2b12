// Processes with threads accept for themselves: how requests are dealt to them, and that more of them never seem worse.
import { describe, expect, it } from 'vitest';
import { whatIf } from '../../../src/simulate/what-if.ts';
import { analysisOfPool } from '../../helpers/stations.ts';

const target = { targetP95WaitMicros: 200_000 };
const threaded = (workers: number, threads: number) => ({ model: 'threaded' as const, workers, threads });

const sync = (seed: number, workers: number) =>
  analysisOfPool({
    seed,
    workers,
    threads: 1,
    queue: 'shared',
    service: { law: 'exponential', mean: 0.3 },
    load: { kind: 'poisson', phases: [{ rate: 9, seconds: 120 }] },
    overhead: 0.0006,
  });

const fiveSync = () =>
  analysisOfPool({
    seed: 11,
    workers: 5,
    threads: 1,
    queue: 'shared',
    service: { law: 'exponential', mean: 0.3 },
    load: { kind: 'poisson', phases: [{ rate: 9, seconds: 600 }] },
    overhead: 0.0006,
  });

describe('a table of pools of threads', () => {
  it('of a sync log: a process more never makes callers wait longer, nor does a thread more', () => {
    for (const seed of [1, 2]) {
      const analysis = sync(seed, 4);
      for (const threads of [2, 3]) {
        const pools = [2, 3, 4, 5, 6, 8].map((workers) => threaded(workers, threads));
        const waits = whatIf(analysis, { pools, ...target }).scenarios.map(({ wait }) => wait.mean!);
        expect(waits, `${threads} threads`).toEqual(waits.toSorted((a, b) => b - a));
      }
      const waits = whatIf(analysis, { pools: [2, 3, 4, 6].map((k) => threaded(4, k)), ...target }).scenarios;
      const means = waits.map(({ wait }) => wait.mean!);
      expect(means).toEqual(means.toSorted((a, b) => b - a));
    }
  });
  it('of a log of such processes: those that are there keep what they accepted, and new ones take from all of them', () => {
    const analysis = analysisOfPool({
      seed: 5,
      workers: 3,
      threads: 2,
      queue: 'per-worker',
      service: { law: 'exponential', mean: 0.3 },
      load: { kind: 'poisson', phases: [{ rate: 13, seconds: 200 }] },
      overhead: 0.0006,
    });
    const pools = [3, 4, 5, 6].map((workers) => threaded(workers, 2));
    const [own, ...more] = whatIf(analysis, { pools, ...target }).scenarios.map(({ wait }) => wait.mean!);
    expect(own).toBeGreaterThan(0.75 * (analysis.inference.wait.mean / 1e6));
    expect(own).toBeLessThan(1.25 * (analysis.inference.wait.mean / 1e6));
    expect([own, ...more]).toEqual([own, ...more].toSorted((a, b) => b - a));
  });
  it('of a sync log makes callers wait longer than requests dealt out evenly would: processes take them in runs, and not alike', () => {
    // Two processes of two threads, each dealt one in two at random: M/M/2 with half of the load.
    const analysis = fiveSync();
    const { scenarios } = whatIf(analysis, { pools: [threaded(2, 2)], ...target });
    // Erlang C: a = 4.5 × 0.3 = 1.35 of 2 slots; C = 0.544, W = C × 0.3 / (2 - 1.35).
    const even = 0.251;
    expect(scenarios[0].wait.mean!).toBeGreaterThan(1.15 * even);
    expect(scenarios[0].wait.mean!).toBeLessThan(2.5 * even);
  });
  it('of a server whose threads all take from one queue is one of that many slots', () => {
    const analysis = fiveSync();
    const ofUwsgi = { ...analysis, inference: { ...analysis.inference, queueOfThreads: 'shared' as const } };
    const { scenarios, assumptions } = whatIf(ofUwsgi, { pools: [threaded(2, 2)], ...target });
    // Erlang C: a = 9 × 0.3 = 2.7 of 4 slots; C = 0.391, W = C × 0.3 / (4 - 2.7).
    expect(scenarios[0].wait.mean!).toBeGreaterThan(0.7 * 0.09);
    expect(scenarios[0].wait.mean!).toBeLessThan(1.3 * 0.09);
    expect(assumptions.join(' ')).toContain('All threads of all processes take from one queue');
    expect(assumptions.join(' ')).not.toContain('accepts for itself');
  });
  it('says in words, and not in ranges, what one process that takes nearly all connections would do', () => {
    const { scenarios, assumptions } = whatIf(sync(1, 4), { pools: [threaded(6, 2)], ...target });
    expect(scenarios[0].range.wait_p95![1]).toBeLessThan(5);
    expect(assumptions.join(' ')).toMatch(
      /one process was seen to take nearly all of them: 6 x 2 threads would then have a p95 wait of/,
    );
    const one = whatIf(sync(1, 4), { pools: [threaded(1, 12)], ...target });
    expect(one.assumptions.join(' ')).not.toContain('nearly all');
  });
});
