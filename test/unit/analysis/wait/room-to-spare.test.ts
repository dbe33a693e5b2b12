// Pools whose slots are idle for much of the time by the work they log, and stamps of a second that hide hundreds of requests.
import { describe, expect, it } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
import { hasRoomToSpare } from '../../../../src/analysis/wait/room-to-spare.ts';
import type { Stretch } from '../../../../src/analysis/wait/stretch.ts';
import { coarseQueue } from '../../../helpers/coarse-queue.ts';
import { createRandom } from '../../../helpers/random.ts';
import { logOf } from '../../../helpers/server-log.ts';

describe('four sync workers that answer in 5 ms and are asked 240 times a second', () => {
  it.each([1, 2, 3, 4])('queue nobody for sure, and hardly anybody at all (seed %i)', (seed) => {
    const load = { kind: 'poisson', phases: [{ rate: 240, seconds: 20 }] } as const;
    const service = { law: 'exponential', mean: 0.005 } as const;
    const spec = { kind: 'sync', threads: 1, wakes: 'random', seed, workers: 4, service, load } as const;
    const { wait } = inferServer(logOf(spec, { pid: true, duration: true, tick: 1 }).input);
    expect(wait.lowMean).toBe(0);
    expect(wait.mean).toBeLessThan(120_000);
    expect(wait.highMean).toBeLessThan(1_000_000);
  });
});

describe('four sync workers that answer in 9 ms and are asked 280 times a second, by pages that load several things', () => {
  it.each([1, 2, 3])('are not told to be full all the time (seed %i)', (seed) => {
    const load = { kind: 'batches', rate: 70, size: 4, seconds: 30 } as const;
    const service = { law: 'exponential', mean: 0.009 } as const;
    const spec = { kind: 'sync', threads: 1, wakes: 'random', seed, workers: 4, service, load } as const;
    const { input, requests } = logOf(spec, { pid: true, duration: true, tick: 1 });
    const { wait } = inferServer(input);
    const trueMean = requests.reduce((sum, { start, send }) => sum + start - send, 0) / requests.length;
    expect(wait.lowMean).toBe(0);
    expect(wait.mean).toBeLessThan(8e6 * trueMean);
    expect(wait.highMean).toBeGreaterThan(1e6 * trueMean);
  });
});

/** Numbers of requests that four slots answer in each of `seconds` seconds if they always have one to answer, and their service times. */
function alwaysFull(seconds: number, draw: () => number, gap: number): Stretch {
  const perSecond = new Array<number>(seconds).fill(0);
  const durations: number[][] = perSecond.map(() => []);
  for (let slot = 0; slot < 4; slot++)
    for (let at = 0; at < seconds; ) {
      const duration = draw();
      at += gap + duration;
      if (at >= seconds) break;
      perSecond[Math.floor(at)]++;
      durations[Math.floor(at)].push(duration);
    }
  const inOrder = durations.flat().values();
  return coarseQueue(perSecond, () => inOrder.next().value ?? Number.NaN);
}

describe('a pool', () => {
  const random = createRandom(7);
  const evenly = Array.from({ length: 40 }, (_, second) => 240 + (second % 3));
  const atRandom = Array.from({ length: 40 }, () => Math.round(240 + Math.sqrt(240) * random.normal()));
  const inBursts = Array.from({ length: 40 }, (_, second) => (second % 4 === 0 ? 600 : 120));

  it('may have been full where it answers evenly, though its requests take a third of the time', () => {
    expect(hasRoomToSpare(coarseQueue(evenly, 0.005))).toBe(false);
  });

  it('may have been full where its requests take most of the time, and evenly', () => {
    expect(hasRoomToSpare(coarseQueue(evenly, 0.014))).toBe(false);
  });

  it('may have been full where its work is even, though its answers are not', () => {
    const heavy = () => (random.next() < 0.9 ? 0.003 : 0.05);
    expect(hasRoomToSpare(alwaysFull(40, heavy, 0.0007))).toBe(false);
    expect(hasRoomToSpare(alwaysFull(40, heavy, 0.002))).toBe(false);
  });

  it('had room where it answers as unevenly as callers come, or for too short to tell', () => {
    expect(hasRoomToSpare(coarseQueue(atRandom, 0.005))).toBe(true);
    expect(hasRoomToSpare(coarseQueue(atRandom, 0.014))).toBe(true);
    expect(hasRoomToSpare(coarseQueue(evenly.slice(0, 12), 0.005))).toBe(true);
  });

  it('had room where callers come in bursts', () => {
    expect(hasRoomToSpare(coarseQueue(inBursts, 0.005))).toBe(true);
  });
});
