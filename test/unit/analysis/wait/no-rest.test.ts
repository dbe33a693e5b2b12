// A pool that never rests: an overload and a few callers who ask again at once leave the same lines, and the range holds both.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { callersAreHidden } from '../../../../src/core/wait-range.ts';
import { inferLog } from '../../../helpers/infer-log.ts';
import type { Load } from '../../../helpers/load.ts';
import { toldOf } from '../../../helpers/told-of-pool.ts';

const pool = { workers: 4, threads: 1, queue: 'shared', overhead: 0.001 } as const;
const service = { law: 'lognormal', mean: 0.17, variation: 0.8 } as const;

const inSeconds = ({ wait, concurrency }: ReturnType<typeof toldOf>) =>
  ({
    wait: {
      method: wait.method,
      mean: wait.mean / 1e6,
      low: { mean: wait.lowMean / 1e6 },
      high: { mean: wait.highMean / 1e6 },
    },
    concurrency: { saturated_ratio: concurrency.saturatedRatio },
  }) as unknown as Parameters<typeof callersAreHidden>[0];

const closed = (users: number, think = 0.001): Load => ({ kind: 'closed', users, think, seconds: 30 });
const overload = (load: number, seconds = 30): Load => ({
  kind: 'poisson',
  phases: [{ rate: (load * pool.workers) / service.mean, seconds }],
});

describe.each<[string, Load]>([
  ['as many callers in a loop as workers', closed(4)],
  ['one more', closed(5)],
  ['ten times as many', closed(40)],
  ['callers a network away', closed(4, 0.008)],
  ['an overload of a fifth from the first second on', overload(1.2)],
  ['twice what it can do', overload(2, 20)],
])('%s', (_, load) => {
  const one = toldOf({ ...pool, seed: 1, service, load });

  it('lie within the range, which begins at none', () => {
    expect(one.wait.lowMean).toBe(0);
    expect(one.wait.highMean).toBeGreaterThan(one.truth);
    expect(one.wait.basis).toContain('or nobody waited');
  });

  it('are told as a guess, of a pool that was full all the time', () => {
    expect(one.wait.confidence).toBeLessThan(0.6);
    expect(one.concurrency.saturatedRatio).toBeGreaterThan(0.97);
    expect(callersAreHidden(inSeconds(one))).toBe(true);
  });
});

it('callers at random leave a busy pool idle now and then', () => {
  for (const load of [0.7, 0.85]) {
    const { wait } = toldOf({ ...pool, seed: 1, service, load: overload(load, 60) });
    expect(wait.basis).not.toContain('or nobody waited');
  }
});

it('eight callers in a loop on three workers: what a log without worker ids leaves open is no less', () => {
  const log = gunzipSync(readFileSync(new URL('../../../faults/eight-in-a-loop-on-three.log.gz', import.meta.url)));
  for (const text of [`${log}`, `${log}`.replace(/ pid=<\d+>/g, '')]) {
    const { wait, concurrency } = inferLog(text);
    expect(wait.method).toBe('inferred');
    expect(concurrency.saturatedRatio).toBeGreaterThan(0.97);
    expect(wait.lowMean).toBe(0);
  }
});

describe('many callers, each with an address of its own', () => {
  const everyone = (k: number) => `10.0.${(7 * k) % 11}.${(31 * k) % 97}`;

  it('are no few who ask again at once: an overload is a queue', () => {
    for (const load of [1.15, 1.3, 1.6]) {
      const { wait, truth } = toldOf({ ...pool, seed: 1, service, load: overload(load) }, everyone);
      expect(wait.basis).not.toContain('or nobody waited');
      expect(wait.lowMean).toBeGreaterThan(0);
      expect(wait.lowMean).toBeLessThan(truth);
      expect(wait.highMean).toBeGreaterThan(truth);
      expect(wait.mean).toBeGreaterThan(truth / 3);
    }
  });

  it('may wait no longer than forty who take turns', () => {
    const { wait, truth } = toldOf({ ...pool, seed: 1, service, load: closed(40) }, (k) => `10.0.0.${k % 40}`);
    expect(wait.lowMean).toBeGreaterThan(0);
    expect(wait.lowMean).toBeLessThan(truth);
    expect(wait.highMean).toBeGreaterThan(truth);
  });

  it('are as few as may take turns where as many addresses as slots ask', () => {
    const { wait } = toldOf({ ...pool, seed: 1, service, load: closed(4) }, (k) => `10.0.0.${k % 4}`);
    expect(wait.lowMean).toBe(0);
    expect(wait.basis).toContain('or nobody waited');
  });
});
