// Workers that are as busy all along as callers at random never make them: short of CPU, or asked by as few clients.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inferLog } from '../../../helpers/infer-log.ts';
import type { PoolSpec } from '../../../helpers/simulate-pool.ts';
import { toldOf } from '../../../helpers/told-of-pool.ts';

const SUSPECTED = 'a machine short of CPU lets callers queue';

const pool = (seed: number, more: Partial<PoolSpec>): PoolSpec => ({
  seed,
  workers: 4,
  threads: 1,
  queue: 'shared',
  overhead: 0.001,
  service: { law: 'lognormal', mean: 0.5, variation: 0.8 },
  load: { kind: 'poisson', phases: [{ rate: 6.8, seconds: 150 }] },
  ...more,
});

describe('workers that rest for as long after each request all along', () => {
  it('may have been full: 4 workers of gunicorn on a host of two cores with twenty processes', () => {
    // 7 requests/s came for 70 s, 4.3 a second were answered: 20.8 s on average between the connection and the view, by the views' own clock.
    const { wait } = inferLog(gunzipSync(readFileSync('test/faults/starved-sync-4.log.gz')).toString());
    expect(wait.basis).toContain(SUSPECTED);
    expect(wait.lowMean).toBe(0);
    expect(wait.highMean).toBeGreaterThan(20.8e6);
    expect(wait.confidence).toBeLessThanOrEqual(0.5);
  });

  it.each([1, 2, 3])('may have been full: a simulated overload, 70 ms between two requests (seed %i)', (seed) => {
    const load = { kind: 'poisson' as const, phases: [{ rate: 9, seconds: 100 }] };
    const { wait, truth } = toldOf(pool(seed, { overhead: 0.07, load }));
    expect(wait.basis).toContain(SUSPECTED);
    expect(wait.highMean).toBeGreaterThan(truth);
    expect(wait.lowMean).toBeLessThan(truth);
  });

  it.each([4, 5, 6, 7, 8, 9])('is not suspected of callers at random (seed %i)', (seed) => {
    const rate = 8 * (0.75 + 0.03 * seed - 0.12);
    const { wait, truth } = toldOf(pool(seed, { load: { kind: 'poisson', phases: [{ rate, seconds: 150 }] } }));
    expect(wait.basis).not.toContain(SUSPECTED);
    expect(wait.highMean).toBeGreaterThan(truth);
  });
});
