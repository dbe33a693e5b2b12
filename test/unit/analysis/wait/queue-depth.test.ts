// waitress says at each arrival that has to wait how many do: how long they wait follows.
import { expect, it } from 'vitest';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { queueDepthWaits } from '../../../../src/analysis/wait/queue-depth.ts';
import type { LifecycleEvent } from '../../../../src/core/lifecycle.ts';
import { inferLog } from '../../../helpers/infer-log.ts';
import { type Load, type PoolSpec, simulatePool, writeLog } from '../../../helpers/simulate-pool.ts';

const view = { stampTick: 1, durationTick: 1, stamp: 'start', pid: false, duration: false } as const;
const event: LifecycleEvent = {
  kind: 'queued',
  time: Number.NaN,
  offset: 0,
  source: 0,
  worker: null,
  value: null,
  text: null,
};

/** Four threads under a load: the true waits, s, and what the depths tell. */
function waitsOf(seed: number, load: Load, refused = 0) {
  const service = { law: 'uniform', mean: 0.5 } as const;
  const spec: PoolSpec = { seed, workers: 1, threads: 4, queue: 'shared', service, load, overhead: 0.0004 };
  const { requests, table } = writeLog(simulatePool(spec), view, seed);
  const depths = requests.flatMap(({ send, start }) => {
    if (start - send < 0.01) return [];
    return [requests.filter((other) => other.send <= send && other.start > send + 1e-9).length];
  });
  const events = depths.map((value): LifecycleEvent => ({ ...event, value }));
  const full = Array.from({ length: refused }, (): LifecycleEvent => ({ ...event, kind: 'queue-full' }));
  const waits = requests.map(({ send, start }) => start - send).sort((a, b) => a - b);
  return {
    mean: waits.reduce((sum, wait) => sum + wait, 0) / waits.length,
    p95: waits[Math.floor(0.95 * waits.length)],
    told: queueDepthWaits(traceOf(table), [...events, ...full])!,
  };
}

it.each<[string, Load, number]>([
  ['at random', { kind: 'poisson', phases: [{ rate: 7.2, seconds: 90 }] }, 1.25],
  ['in a ramp', { kind: 'poisson', phases: [4, 7, 9].map((rate) => ({ rate, seconds: 30 })) }, 1.25],
  ['in batches', { kind: 'batches', rate: 1 / 6, size: 16, seconds: 120 }, 1.8],
  ['when they are answered', { kind: 'closed', users: 8, think: 0.5, seconds: 60 }, 1.4],
])('of callers who come %s', (_, load, factor) => {
  for (let seed = 1; seed <= 4; seed++) {
    const { mean, p95, told } = waitsOf(seed, load);
    expect(told.mean / 1e6 / mean).toBeGreaterThan(1 / factor);
    expect(told.mean / 1e6 / mean).toBeLessThan(factor);
    expect(told.lowMean / 1e6).toBeLessThanOrEqual(mean);
    expect(told.highMean / 1e6).toBeGreaterThanOrEqual(mean);
    expect(told.lowP95 / 1e6).toBeLessThanOrEqual(p95);
    expect(told.highP95 / 1e6).toBeGreaterThanOrEqual(p95);
  }
});

it('says nothing of callers whom the server did not take in', () => {
  const { told } = waitsOf(1, { kind: 'poisson', phases: [{ rate: 9, seconds: 40 }] }, 100);
  expect(told.method).toBe('unknown');
  expect(told.basis).toContain('no more connections');
});

it('lines that name their threads name the slots of waitress', () => {
  const line = (i: number) =>
    `2026-11-28 10:46:${String(10 + Math.floor(i / 4)).padStart(2, '0')},${100 + i} 20821 waitress-${i % 3} INFO [wsgi] 127.0.0.1 - - [28/Nov/2026:10:46:10 +0000] "GET / HTTP/1.1" 200 - "-" "curl"`;
  const { threads, capacity } = inferLog(Array.from({ length: 60 }, (_, i) => line(i)).join('\n'));
  expect(threads).toMatchObject({ value: 3, confidence: 0.9 });
  expect(capacity.value).toBe(3);
});
