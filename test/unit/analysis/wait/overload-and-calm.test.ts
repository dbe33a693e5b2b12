// A stretch of overload between calm ones, and short requests that come forty at once: stamps of a second, pids and durations.
import { expect, it } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
import { logOf } from '../../../helpers/server-log.ts';
import type { ServerSpec } from '../../../helpers/simulate-server.ts';

const clocks = { pid: true, duration: true, tick: 1 };
const pool = { kind: 'sync', threads: 1, wakes: 'random' } as const;
const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

it('nobody queues in the calm after an overload, and the overload is told to within a third', () => {
  const ratios: number[] = [];
  for (let seed = 1; seed <= 4; seed++) {
    const phases = [
      { rate: 4, seconds: 30 },
      { rate: 26, seconds: 40 },
      { rate: 4, seconds: 90 },
    ];
    const load = { kind: 'poisson', phases } as const;
    const spec: ServerSpec = { ...pool, seed, workers: 4, service: { law: 'exponential', mean: 0.2 }, load };
    const { input, requests } = logOf(spec, clocks);
    const { wait, requests: each } = inferServer(input);
    const truth = requests.map(({ start, send }) => 1e6 * (start - send));
    const calm = requests.map((_, i) => i).filter((i) => requests[i].send > 110);
    expect(meanOf(calm.map((i) => truth[i]))).toBeLessThan(20_000);
    expect(meanOf(calm.map((i) => each.wait[i]))).toBeLessThan(60_000);
    expect(wait.lowMean).toBeLessThan(meanOf(truth));
    expect(wait.highMean).toBeGreaterThan(meanOf(truth));
    ratios.push(wait.mean / meanOf(truth));
  }
  expect(meanOf(ratios)).toBeGreaterThan(1 / 3);
});

it('tells how long callers waited who came forty at once, though a second holds many of their requests', () => {
  for (let seed = 1; seed <= 3; seed++) {
    const load = { kind: 'batches', rate: 0.1, size: 40, seconds: 150 } as const;
    const spec: ServerSpec = { ...pool, seed, workers: 5, service: { law: 'exponential', mean: 0.15 }, load };
    const { input, requests } = logOf(spec, clocks);
    const { wait } = inferServer(input);
    const truth = meanOf(requests.map(({ start, send }) => 1e6 * (start - send)));
    expect(wait.lowMean).toBeLessThan(truth);
    expect(wait.highMean).toBeGreaterThan(truth);
    expect(wait.mean / truth).toBeGreaterThan(0.4);
    expect(wait.mean / truth).toBeLessThan(2.5);
  }
});

it('nobody queues before four workers that are half idle, though a second holds many requests that take equally long', () => {
  for (const seed of [3, 5]) {
    const load = { kind: 'poisson', phases: [{ rate: 50, seconds: 80 }] } as const;
    const { input } = logOf({ ...pool, seed, workers: 4, service: { law: 'fixed', mean: 0.04 }, load }, clocks);
    expect(inferServer(input).wait.mean).toBeLessThan(10_000);
  }
});
