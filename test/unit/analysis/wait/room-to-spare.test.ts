// Pools whose slots are idle for much of the time by the work they log, and stamps of a second that hide hundreds of requests.
import { describe, expect, it } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
import { roomToSpare } from '../../../../src/analysis/wait/room-to-spare.ts';
import type { Stretch } from '../../../../src/analysis/wait/stretch.ts';
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

/** Four processes whose requests take `seconds` each, so many of which end in each second. */
function queue(perSecond: readonly number[], seconds: number): Stretch {
  const low = perSecond.flatMap((count, second) => new Array<number>(count).fill(second));
  return {
    length: low.length,
    index: Int32Array.from(low.keys()),
    origin: 0,
    slots: 4,
    isProcesses: true,
    low: Float64Array.from(low),
    high: Float64Array.from(low, (at) => at + 1),
    duration: new Float64Array(low.length).fill(seconds),
    tick: 1,
    jitter: 0.003,
  };
}

describe('a pool', () => {
  const random = createRandom(7);
  const evenly = Array.from({ length: 40 }, (_, second) => 240 + (second % 3));
  const atRandom = Array.from({ length: 40 }, () => Math.round(240 + Math.sqrt(240) * random.normal()));
  const inBursts = Array.from({ length: 40 }, (_, second) => (second % 4 === 0 ? 600 : 120));

  it('may have been full where it answers evenly, though its requests take a third of the time', () => {
    expect(roomToSpare(queue(evenly, 0.005))).toBeNull();
  });

  it('may have been full where requests take most of the time', () => {
    expect(roomToSpare(queue(atRandom, 0.014))).toBeNull();
  });

  it('had room where it answers as unevenly as callers come, or for too short to tell', () => {
    expect(roomToSpare(queue(atRandom, 0.005))).toEqual({ perhapsInBursts: false });
    expect(roomToSpare(queue(evenly.slice(0, 12), 0.005))).toEqual({ perhapsInBursts: false });
  });

  it('may have callers in bursts where the counts are more uneven than chance makes them', () => {
    expect(roomToSpare(queue(inBursts, 0.005))).toEqual({ perhapsInBursts: true });
  });
});
