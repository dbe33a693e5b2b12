// Through stamps of a second, two processes of four threads with a queue each tell clients who take turns from callers at random.
import { describe, expect, it } from 'vitest';
import { poolRhythm } from '../../../src/simulate/pool-rhythm.ts';
import type { Trace } from '../../../src/simulate/trace.ts';
import type { Load } from '../../helpers/load.ts';
import { type PoolSpec, simulatePool } from '../../helpers/simulate-pool.ts';

const SECOND = 1e6;
const pool = { workers: 2, threads: 4, queue: 'per-worker' } as const;
const spec = { ...pool, service: { law: 'exponential', mean: 0.5 }, overhead: 0.0006 } as const;

/** Nats for the likeliest number of clients. */
function closedGain(load: Load, seed: number): number {
  const done = simulatePool({ ...spec, load, seed } satisfies PoolSpec);
  const service = Float64Array.from(done, ({ start, end }) => (end - start) * SECOND);
  const start = Float64Array.from(done, ({ end }, i) => (Math.floor(end) + 0.5) * SECOND - service[i]);
  const rhythm = poolRhythm({ start, service, length: done.length, tick: SECOND } as Trace, pool)!;
  return Math.max(...CLIENTS.map(([count, think]) => rhythm.closed(count, think * SECOND)));
}

/** With the pauses that make about 9.5 requests a second. */
const CLIENTS = [
  [10, 0.5],
  [14, 0.9],
  [20, 1.5],
] as const;
const seconds = 240;
const seeds = [1, 2, 3, 4, 5, 6];

describe('the rhythm of a pool with queues', () => {
  it('speaks for clients who wait for their answers', () => {
    const gains = seeds.map((seed) => closedGain({ kind: 'closed', users: 11, think: 0.6, seconds }, seed));
    expect(gains.filter((gain) => gain > 3).length, gains.join(' ')).toBeGreaterThanOrEqual(3);
  });

  it('hardly ever for callers at random, never for those who come together', () => {
    const random = seeds.map((seed) => closedGain({ kind: 'poisson', phases: [{ rate: 9.5, seconds }] }, seed));
    expect(random.filter((gain) => gain > 3).length, random.join(' ')).toBeLessThanOrEqual(1);
    for (const seed of seeds) {
      expect(closedGain({ kind: 'batches', rate: 2.4, size: 4, seconds }, seed)).toBeLessThan(1);
    }
  });
});
