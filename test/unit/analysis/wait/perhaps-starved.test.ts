// Threads whose process has hardly time to accept: their slots seem to rest after each request, and callers queue all the same.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inferLog } from '../../../helpers/infer-log.ts';
import type { PoolSpec } from '../../../helpers/simulate-pool.ts';
import { toldOf } from '../../../helpers/told-of-pool.ts';

const FULL_ALL_ALONG = 'the threads were full all along';

/** Six threads of one process, busy for four fifths of the time. */
const threads = (seed: number): PoolSpec => ({
  seed,
  workers: 1,
  threads: 6,
  queue: 'per-worker',
  overhead: 0.001,
  service: { law: 'lognormal', mean: 0.6, variation: 0.5 },
  load: { kind: 'poisson', phases: [{ rate: 8, seconds: 120 }] },
});

describe('threads that are slow to take the next request', () => {
  it('may have been full all along: 8 threads of gunicorn on the processor', () => {
    // 24 requests/s came for 50 s, 12 a second were answered: 22.4 s on average between the connection and the view, by the views' own clock.
    const { wait } = inferLog(gunzipSync(readFileSync('test/faults/gil-starved.log.gz')).toString());
    expect(wait.basis).toContain(FULL_ALL_ALONG);
    expect(wait.highMean).toBeGreaterThan(22.4e6);
    expect(wait.lowMean).toBeLessThan(22.4e6);
    expect(wait.confidence).toBeLessThanOrEqual(0.5);
  });

  it.each([20, 22, 23])('are not suspected where callers at random leave them idle (%d)', (seed) => {
    const { wait, truth } = toldOf(threads(seed));
    expect(wait.basis).not.toContain(FULL_ALL_ALONG);
    expect(wait.lowMean).toBeLessThan(truth);
    expect(wait.highMean).toBeGreaterThan(truth);
  });
});
