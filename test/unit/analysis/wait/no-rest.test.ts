// A pool that never rests: an overload and a few callers who ask again at once leave the same lines, and the range holds both.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { meanOf } from '../../../../src/core/statistics.ts';
import { callersAreHidden } from '../../../../src/core/wait-range.ts';
import { inferLog } from '../../../helpers/infer-log.ts';
import type { Load } from '../../../helpers/load.ts';
import { type PoolSpec, simulatePool, writeLog } from '../../../helpers/simulate-pool.ts';
import { EPOCH } from '../../../helpers/simulated-table.ts';

const view = { stampTick: 1, durationTick: 1e-6, stamp: 'end', pid: true, duration: true } as const;
const pool = { workers: 4, threads: 1, queue: 'shared', overhead: 0.001 } as const;
const service = { law: 'lognormal', mean: 0.17, variation: 0.8 } as const;

/** What gunicorn would have written, what is inferred from it, and the true mean wait in µs. */
function told(spec: PoolSpec) {
  const { requests } = writeLog(simulatePool(spec), view, spec.seed);
  const lines = requests.map(({ start, end, worker, route }) => {
    const stamp = new Date((EPOCH / 1e6 + Math.floor(end)) * 1000).toISOString();
    const day = `${stamp.slice(8, 10)}/Nov/${stamp.slice(0, 4)}:${stamp.slice(11, 19)}`;
    return `127.0.0.1 - - [${day} +0000] "GET /r${route} HTTP/1.1" 200 5 "-" "-" pid=<${100 + worker}> us=${Math.floor(1e6 * (end - start))}\n`;
  });
  const inference = inferLog(lines.join(''));
  return { ...inference, truth: 1e6 * meanOf(Float64Array.from(requests, ({ start, send }) => start - send)) };
}

const inSeconds = ({ wait, concurrency }: ReturnType<typeof told>) =>
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
  const one = told({ ...pool, seed: 1, service, load });

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
    const { wait } = told({ ...pool, seed: 1, service, load: overload(load, 60) });
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
