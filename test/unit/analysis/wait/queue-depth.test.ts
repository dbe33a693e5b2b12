// waitress says at each arrival that has to wait how many do: how long they wait follows.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { formats } from '../../../../parsers/index.ts';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { queueDepthWaits } from '../../../../src/analysis/wait/queue-depth.ts';
import type { LifecycleEvent } from '../../../../src/core/lifecycle.ts';
import { examine } from '../../../../src/engine/examine.ts';
import { howToLog } from '../../../../src/engine/how-to-log.ts';
import { check } from '../../../../src/findings/check.ts';
import { inferLog, partialOfTexts } from '../../../helpers/infer-log.ts';
import type { Load } from '../../../helpers/load.ts';
import { type PoolSpec, simulatePool, writeLog } from '../../../helpers/simulate-pool.ts';

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

it('bounds the waits of callers whom the server did not take in from below', () => {
  const { told, mean, p95 } = waitsOf(1, { kind: 'poisson', phases: [{ rate: 9, seconds: 40 }] }, 100);
  expect(told.method).toBe('bounded');
  expect(told.basis).toContain('no more connections');
  expect(told.mean).toBeNaN();
  expect(told.highP95).toBeNaN();
  expect(told.lowMean / 1e6).toBeGreaterThan(mean / 3);
  expect(told.lowMean / 1e6).toBeLessThanOrEqual(mean);
  expect(told.lowP95 / 1e6).toBeLessThanOrEqual(p95);
});

it('of a log of which few requests are kept the rate, the share and the mean are those of all of them', () => {
  // Two a second for an hour, and twelve a second, as many as the pool answers, for five minutes in which all wait.
  const requests = Array.from({ length: 3900 }, (_, second) => (second >= 3600 ? 12 : 2));
  const all = 3600 * 2 + 300 * 12;
  const depths = Array.from({ length: 300 * 12 }, (_, k): LifecycleEvent => ({ ...event, value: 1 + (k % 24) }));
  const spec: PoolSpec = {
    seed: 1,
    workers: 1,
    threads: 4,
    queue: 'shared',
    service: { law: 'uniform', mean: 0.3 },
    load: { kind: 'poisson', phases: [{ rate: 12, seconds: 300 }] },
    overhead: 0.0004,
  };
  // Kept is what is busiest.
  const kept = traceOf(writeLog(simulatePool(spec), view, 1).table);
  const told = queueDepthWaits(kept, depths, { step: 1e6, requests })!;
  expect(told.waitingRatio).toBeCloseTo((300 * 12) / all, 10);
  // Little: those who wait find 12.5 before them on average, of whom 12 a second leave.
  expect(told.mean / 1e6).toBeCloseTo((12.5 / 12) * told.waitingRatio, 3);
  expect(told.p50).toBe(0);
  expect(told.max / 1e6).toBeCloseTo(2, 5);
  // More lines than kept requests are no reason to say nothing, and by the kept ones alone nearly all would wait.
  expect(kept.length).toBeLessThan(1.1 * depths.length);
  expect(queueDepthWaits(kept, depths.slice(0, kept.length - 10))!.waitingRatio).toBeGreaterThan(0.9);
});

/** Recorded: 4 threads that take 209 ms, more callers than they can answer, mean wait 3.7 s, p95 6.7 s. */
const overloaded = gunzipSync(readFileSync('test/faults/waitress-overloaded.log.gz')).toString('utf8');

it('an overloaded server tells its service time, and how long callers waited at least', () => {
  const { wait, service } = inferLog(overloaded);
  expect(service.mean / 1e6).toBeCloseTo(0.209, 1);
  expect(wait.method).toBe('bounded');
  expect(wait.lowMean / 1e6).toBeGreaterThan(1.8);
  expect(wait.lowMean / 1e6).toBeLessThan(3.7);
  expect(wait.lowP95 / 1e6).toBeGreaterThan(3);
  expect(wait.lowP95 / 1e6).toBeLessThan(6.7);
});

it('a gate does not let an overloaded server pass, and nobody is told to log what the log has', () => {
  const { summary } = examine(partialOfTexts(overloaded), {
    inputs: [],
    version: '0',
    howToLog: howToLog(formats),
    effort: 'full',
  });
  expect(summary.findings[0]).toMatchObject({ id: 'callers-queue', severity: 'critical' });
  const { ok, results } = check(summary, { maxP95Wait: 1, failOn: 'warning' });
  expect(ok).toBe(false);
  expect(results[0].reason).toContain('at least 3.7 s');
  expect(JSON.stringify(summary.knows.missing)).not.toContain('waitress.queue');
});

it('where no line tells a wait, a full queue is said', () => {
  const lines = overloaded.split('\n').filter((line) => !line.includes('Task queue depth'));
  const { summary } = examine(partialOfTexts(lines.join('\n')), {
    inputs: [],
    version: '0',
    howToLog: howToLog(formats),
    effort: 'full',
  });
  expect(summary.wait.method).toBe('unknown');
  expect(summary.findings[0]).toMatchObject({ id: 'callers-queue', severity: 'warning' });
  expect(summary.findings[0].title).toContain('399 times');
  expect(JSON.stringify(summary.knows.missing)).toContain('waitress.queue');
});

it('lines that name their threads name the slots of waitress', () => {
  const line = (i: number) =>
    `2026-11-28 10:46:${String(10 + Math.floor(i / 4)).padStart(2, '0')},${100 + i} 20821 waitress-${i % 3} INFO [wsgi] 127.0.0.1 - - [28/Nov/2026:10:46:10 +0000] "GET / HTTP/1.1" 200 - "-" "curl"`;
  const { threads, capacity } = inferLog(Array.from({ length: 60 }, (_, i) => line(i)).join('\n'));
  expect(threads).toMatchObject({ value: 3, confidence: 0.9 });
  expect(capacity.value).toBe(3);
});

it.each([12, 16, 24, 36])('of a single burst of %i', (size) => {
  for (let seed = 1; seed <= 8; seed++) {
    const { mean, p95, told } = waitsOf(seed, { kind: 'burst', size });
    expect(told.lowMean / 1e6).toBeLessThanOrEqual(mean);
    expect(told.highMean / 1e6).toBeGreaterThanOrEqual(mean);
    expect(told.lowP95 / 1e6).toBeLessThanOrEqual(p95);
    expect(told.highP95 / 1e6).toBeGreaterThanOrEqual(p95);
    expect(told.mean / 1e6 / mean).toBeGreaterThan(0.4);
    expect(told.mean / 1e6 / mean).toBeLessThan(2.5);
  }
});

it('says nothing of few requests of which few had to wait, or that all left within a tick', () => {
  const { table } = writeLog(
    simulatePool({
      seed: 1,
      workers: 1,
      threads: 4,
      queue: 'shared',
      service: { law: 'uniform', mean: 0.5 },
      load: { kind: 'burst', size: 16 },
      overhead: 0,
    }),
    view,
    1,
  );
  const events = (waiting: number): LifecycleEvent[] =>
    Array.from({ length: waiting }, (_, k) => ({ ...event, value: k + 1 }));
  expect(queueDepthWaits(traceOf(table), events(5))).toBeNull();
  table.start.fill(table.start[0]);
  expect(queueDepthWaits(traceOf(table), events(12))).toBeNull();
});
