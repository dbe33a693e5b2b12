// Callers who come together: a cron job's, a script's, a page's.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { filteredWaits } from '../../../../src/analysis/wait/filtered-waits.ts';
import { inferLog } from '../../../helpers/infer-log.ts';
import type { Load } from '../../../helpers/load.ts';
import { type PoolSpec, simulatePool, writeLog } from '../../../helpers/simulate-pool.ts';

const view = { stampTick: 1, durationTick: 1e-6, stamp: 'end', pid: true, duration: true } as const;

/** The mean wait of a pool of sync workers with services of half a second, true and inferred, s. */
function waitOf(
  seed: number,
  workers: number,
  load: Load,
  law: 'uniform' | 'exponential',
  how: Parameters<typeof filteredWaits>[2] = { effort: 'full', callers: 'not-asked' },
) {
  const service = { law, mean: 0.5 } as const;
  const spec: PoolSpec = { seed, workers, threads: 1, queue: 'shared', service, load, overhead: 0.0004 };
  const { requests, table } = writeLog(simulatePool(spec), view, seed);
  const waited = filteredWaits(traceOf(table), { slots: workers, queue: 'pool', onLanes: true }, how, false);
  const truth = requests.reduce((sum, { start, send }) => sum + start - send, 0) / requests.length;
  const { mean, lowMean, highMean, callers } = waited!.summary;
  return { truth, mean: mean / 1e6, low: lowMean / 1e6, high: highMean / 1e6, inBursts: callers === 'in-bursts' };
}

describe('bursts of callers', () => {
  for (const [workers, law] of [
    [3, 'uniform'],
    [4, 'exponential'],
  ] as const) {
    it(`to ${workers} workers with ${law} services wait as long as their burst takes`, () => {
      for (let seed = 1; seed <= 3; seed++) {
        const load = { kind: 'batches', rate: 1 / 6, size: 4 * workers, seconds: 90 } as const;
        const { truth, mean, low, high, inBursts } = waitOf(seed, workers, load, law);
        expect(inBursts).toBe(true);
        expect(mean / truth).toBeGreaterThan(0.5);
        expect(mean / truth).toBeLessThan(2);
        expect(low).toBeLessThan(truth);
        expect(high).toBeGreaterThan(truth);
      }
    });
  }

  it('may as well be callers who came about as fast as they were served: the range holds those, too', () => {
    const on = { rate: 4.5, seconds: 20 };
    const off = { rate: 0.001, seconds: 50 };
    const load = { kind: 'poisson', phases: [on, off, on, off, on, off, on, off, on, off] } as const;
    const looked = [1, 2, 3, 4].map((seed) => waitOf(seed, 2, load, 'exponential'));
    expect(looked.filter(({ inBursts, mean, truth }) => inBursts && mean > 3 * truth).length).toBeGreaterThan(0);
    for (const { truth, low, high } of looked) {
      expect(low).toBeLessThan(truth);
      expect(high).toBeGreaterThan(truth);
    }
  });

  it('are not seen where callers come one by one, at random or when they are answered', () => {
    for (let seed = 1; seed <= 3; seed++) {
      const random = { kind: 'poisson', phases: [{ rate: 6, seconds: 60 }] } as const;
      const closed = { kind: 'closed', users: 5, think: 0.3, seconds: 60 } as const;
      expect(waitOf(seed, 4, random, 'exponential').inBursts).toBe(false);
      expect(waitOf(seed, 4, closed, 'exponential').inBursts).toBe(false);
    }
  });

  it('that come once among callers at random wait about as long as they did', () => {
    const logs = [1, 2, 3, 4].map((seed) => {
      const calm = { rate: 3, seconds: 40 };
      const load = { kind: 'poisson', phases: [calm, { rate: 6000, seconds: 0.01 }, calm] } as const;
      const { truth, mean, low, high, inBursts } = waitOf(seed, 4, load, 'exponential');
      expect(inBursts).toBe(false);
      expect(low).toBeLessThan(truth);
      expect(high).toBeGreaterThan(truth);
      return Math.log(mean / truth);
    });
    expect(Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length)).toBeGreaterThan(0.5);
    expect(Math.exp(Math.max(...logs))).toBeLessThan(1.5);
  });

  it('are followed by a live view that was told of them, after a look that found them', () => {
    const load = { kind: 'batches', rate: 1 / 6, size: 16, seconds: 90 } as const;
    for (let seed = 1; seed <= 3; seed++) {
      const looked = waitOf(seed, 4, load, 'uniform', { effort: 'look', callers: 'not-asked' });
      expect(looked.inBursts).toBe(true);
      const untold = waitOf(seed, 4, load, 'uniform', { effort: 'live', callers: 'not-asked' });
      const told = waitOf(seed, 4, load, 'uniform', { effort: 'live', callers: 'in-bursts' });
      expect(untold.inBursts).toBe(false);
      expect(told.mean).toBeGreaterThan(2 * untold.mean);
      expect(told.high).toBeGreaterThan(told.truth);
    }
  });

  it('are told where the filters of the lanes and of the queue speak for them, each too little alone', () => {
    // Two workers, a second that holds sixteen requests. By the views' own clock: 2.207 s on average between the connection and the view.
    const { wait } = inferLog(gunzipSync(readFileSync('test/faults/bursts-in-ticks.log.gz')).toString());
    expect(wait.callers).toBe('in-bursts');
    expect(wait.mean / 1e6).toBeGreaterThan(2.207 * 0.75);
    expect(wait.mean / 1e6).toBeLessThan(2.207 * 1.25);
  });
});
