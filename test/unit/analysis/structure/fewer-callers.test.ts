// Fewer callers than workers, who ask again at once, keep the workers busy and wait for nobody.
import { describe, expect, it } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
import { fewerCallers } from '../../../../src/analysis/structure/fewer-callers.ts';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { logOf } from '../../../helpers/server-log.ts';
import type { ServerSpec } from '../../../helpers/simulate-server.ts';

const seeds = Array.from({ length: 6 }, (_, k) => k + 1);
const base = { kind: 'sync', threads: 1, wakes: 'random' } as const;
const inferred = (spec: ServerSpec) => inferServer(logOf(spec, { pid: true, duration: true }).input);

describe('three clients without a pause on four workers', () => {
  const load = { kind: 'closed', users: 3, think: 0.0005, seconds: 60 } as const;
  const servers = seeds.map((seed) =>
    inferred({ ...base, seed, workers: 4, service: { law: 'exponential', mean: 0.25 }, load }),
  );

  it('never fill the pool', () => {
    for (const { concurrency } of servers) {
      expect(concurrency.peak).toBe(3);
      expect(concurrency.saturatedRatio).toBe(0);
    }
  });

  it('wait for nothing', () => {
    for (const { wait } of servers) {
      expect(wait.mean).toBe(0);
      expect(wait.highMean).toBeLessThan(10_000);
      expect(wait.basis).toContain('as many callers');
    }
  });
});

it('callers at random are never taken for so many', () => {
  for (const seed of seeds)
    for (const mean of [0.02, 0.25])
      for (const load of [0.6, 0.74, 0.9]) {
        const phases = [{ rate: (load * 4) / mean, seconds: 100 * mean }];
        const service = { law: seed % 2 ? 'exponential' : 'uniform', mean } as const;
        const spec = { ...base, seed, workers: 4, service, load: { kind: 'poisson', phases } } as const;
        const trace = traceOf(logOf(spec, { pid: true, duration: true }).input.table);
        expect(fewerCallers(trace, 4)).toBeNull();
      }
});

it('more clients than workers fill the pool', () => {
  for (const seed of seeds) {
    const load = { kind: 'closed', users: 5, think: 0.0005, seconds: 60 } as const;
    const { concurrency } = inferred({ ...base, seed, workers: 4, service: { law: 'uniform', mean: 0.25 }, load });
    expect(concurrency.peak).toBe(4);
    expect(concurrency.saturatedRatio).toBeGreaterThan(0.9);
  }
});

it('so many are sure from forty requests on', () => {
  const told = (seconds: number) => {
    const load = { kind: 'closed', users: 3, think: 0.0005, seconds } as const;
    const spec = { ...base, seed: 2, workers: 8, service: { law: 'exponential', mean: 0.25 }, load } as const;
    const trace = traceOf(logOf(spec, { pid: true, duration: true, tick: 0.001 }).input.table);
    return { requests: trace.length, callers: fewerCallers(trace, 8) };
  };
  const [few, enough] = [told(2.6), told(7)];
  expect(few.requests).toBeLessThan(40);
  expect(few.callers).toBeNull();
  expect(enough.requests).toBeGreaterThan(60);
  expect(enough.requests).toBeLessThan(120);
  expect(enough.callers).toBe(3);
});
