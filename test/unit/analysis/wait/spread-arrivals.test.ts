// Quick requests under stamps of a second, held against the truth of simulated servers.
import { describe, expect, it } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
import { spreadArrivals } from '../../../../src/analysis/wait/spread-arrivals.ts';
import { coarseQueue } from '../../../helpers/coarse-queue.ts';
import { logOf } from '../../../helpers/server-log.ts';

const random = (rate: number) => ({ kind: 'poisson', phases: [{ rate, seconds: 25 }] }) as const;
const pages = (rate: number, size: number) => ({ kind: 'batches', rate: rate / size, size, seconds: 25 }) as const;

describe('workers that answer hundreds of requests a second and usually have a slot free', () => {
  it.each([
    [4, 0.009, random(250)],
    [4, 0.009, random(340)],
    [2, 0.004, random(260)],
    [8, 0.012, random(480)],
    [4, 0.009, pages(250, 4)],
    [3, 0.005, pages(330, 6)],
  ] as const)('%i workers, %f s, %o: the mean wait is right to a factor of four', (workers, mean, load) => {
    const service = { law: 'exponential', mean } as const;
    const spec = { kind: 'sync', threads: 1, wakes: 'random', seed: workers, workers, service, load } as const;
    const { input, requests } = logOf(spec, { pid: true, duration: true, tick: 1 });
    const { wait } = inferServer(input);
    const truth = (1e6 * requests.reduce((sum, { start, send }) => sum + start - send, 0)) / requests.length;
    expect(wait.mean).toBeLessThan(4 * truth + 2000);
    expect(wait.mean).toBeGreaterThan(truth / 4 - 2000);
    expect(wait.lowMean).toBe(0);
    expect(wait.highMean).toBeGreaterThan(truth);
  });
});

const PLAN = { particles: 8, runs: 2, paths: 2, rounds: 3, draws: 12, quick: false, crowds: false };

describe('arrivals spread over the ticks', () => {
  const calm = Array.from({ length: 20 }, (_, second) => 150 + ((7 * second) % 30));

  it('start in the order in which callers come, no earlier than they come, on no more slots than there are', () => {
    const found = spreadArrivals(coarseQueue(calm, 0.01), PLAN, 1);
    expect(found?.paths).toHaveLength(4);
    for (const { start, queued, arrived } of found?.paths ?? []) {
      expect(queued.every((is, i) => (is === 1) === arrived![i] < start[i])).toBe(true);
      const marks = Array.from(start).flatMap((at) => [
        [at, 1],
        [at + 0.01, -1],
      ]);
      marks.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      let running = 0;
      for (const [, change] of marks) {
        running += change;
        expect(running).toBeLessThanOrEqual(4);
      }
    }
  });

  it('are the same for the same seed', () => {
    const [one, other] = [1, 1].map((seed) => spreadArrivals(coarseQueue(calm, 0.01), PLAN, seed));
    expect(one).toEqual(other);
  });

  it('are refused after two full seconds in a row, or where callers come in bursts shorter than a second', () => {
    expect(spreadArrivals(coarseQueue([...calm, 380, 385, ...calm], 0.01), PLAN, 1)).toBeNull();
    expect(spreadArrivals(coarseQueue([...calm, 385, ...calm], 0.01), PLAN, 1)).not.toBeNull();
    expect(spreadArrivals(coarseQueue([20, 350, 20, 350, 20, 350, 20, 350, 20, 350], 0.01), PLAN, 1)).toBeNull();
  });
});
