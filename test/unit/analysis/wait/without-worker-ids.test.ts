// Lines with durations but no worker ids: where the limit of the pool is clear, its slots are followed as those of one queue.
import { expect, it } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
import { logOf } from '../../../helpers/server-log.ts';
import type { ServerSpec } from '../../../helpers/simulate-server.ts';

const pool = (seed: number, kind: 'sync' | 'gthread', workers: number, threads: number): ServerSpec => ({
  seed,
  kind,
  workers,
  threads,
  service: { law: 'uniform', mean: 1 },
  load: { kind: 'poisson', phases: [{ rate: 0.9 * workers * threads, seconds: 300 }] },
  wakes: 'random',
});

/** µs */
function waitOf(spec: ServerSpec) {
  const { input, requests } = logOf(spec, { pid: false, duration: true, tick: 1 });
  const { wait, capacity } = inferServer(input);
  const truth = requests.reduce((sum, { start, send }) => sum + 1e6 * (start - send), 0) / requests.length;
  return { wait, capacity, truth };
}

it.each([1, 2, 3, 4])('tells how long the callers of %i workers waited', (workers) => {
  for (let seed = 900; seed < 903; seed++) {
    const { wait, capacity, truth } = waitOf(pool(seed + 10 * workers, 'sync', workers, 1));
    expect(capacity.value).toBe(workers);
    expect(wait.method).toBe('inferred');
    expect(wait.lowMean).toBeLessThan(truth);
    expect(wait.highMean).toBeGreaterThan(truth);
    expect(wait.mean / truth).toBeGreaterThan(0.5);
    expect(wait.mean / truth).toBeLessThan(2);
  }
});

it('allows for a queue in each of several processes where the number of slots has divisors', () => {
  let told = 0;
  for (let seed = 950; seed < 956; seed++) {
    const { wait, truth } = waitOf(pool(seed, 'gthread', 2, 2));
    if (wait.method !== 'inferred') continue;
    told++;
    expect(wait.confidence).toBeLessThan(0.9);
    expect(wait.basis).toContain('if they share one queue');
    expect(wait.lowMean).toBeLessThan(truth);
    expect(wait.highMean).toBeGreaterThan(truth);
  }
  expect(told).toBeGreaterThan(0);
});

it('says nothing where the limit is not clear', () => {
  for (let seed = 960; seed < 964; seed++) expect(waitOf(pool(seed, 'gthread', 3, 2)).wait.method).toBe('unknown');
});
