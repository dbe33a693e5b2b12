// Services far shorter than a tick of the stamps: whole congestion periods fit between two of them.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { filteredWaits } from '../../../../src/analysis/wait/filtered-waits.ts';
import { inferLog } from '../../../helpers/infer-log.ts';
import { type PoolSpec, simulatePool, writeLog } from '../../../helpers/simulate-pool.ts';

const view = { stampTick: 1, durationTick: 1e-6, stamp: 'end', pid: true, duration: true } as const;

it('make no queue that was not there: stamps of a second, services of a tenth', () => {
  const ratios = Array.from({ length: 4 }, (_, seed) => {
    const load = { kind: 'poisson', phases: [{ rate: 48, seconds: 30 }] } as const;
    const service = { law: 'uniform', mean: 0.1 } as const;
    const spec: PoolSpec = { seed, workers: 6, threads: 1, queue: 'shared', service, load, overhead: 0.0004 };
    const { requests, table } = writeLog(simulatePool(spec), view, seed);
    const waited = filteredWaits(
      traceOf(table),
      { slots: 6, queue: 'pool', onLanes: true },
      { effort: 'full', callers: 'not-asked' },
      false,
    );
    const truth = requests.reduce((sum, { start, send }) => sum + start - send, 0) / requests.length;
    const { mean, lowMean, highMean } = waited!.summary;
    expect(truth).toBeGreaterThanOrEqual(lowMean / 1e6 - 0.005);
    expect(truth).toBeLessThanOrEqual(highMean / 1e6 + 0.005);
    return (mean / 1e6 + 0.005) / (truth + 0.005);
  });
  expect(Math.max(...ratios)).toBeLessThan(3);
  expect(Math.min(...ratios)).toBeGreaterThan(1 / 3);
});

it('leave together when a long one ends; after a crowd that waited for the workers to boot they are still no bursts', () => {
  const recording = new URL('../../../accuracy/recordings/gunicorn-sync-6-late-boot/', import.meta.url);
  const { wait } = inferLog(readFileSync(new URL('access.log', recording), 'utf8'));
  const truth = JSON.parse(readFileSync(new URL('truth.json', recording), 'utf8')).wait_seconds;
  expect(wait.callers).toBe('alone');
  expect(wait.lowMean / 1e6).toBeLessThan(truth.mean);
  expect(wait.highMean / 1e6).toBeGreaterThan(truth.mean);
});

// Slots that stand idle for a part of each second leave no queue, however many requests a second hides.
it.each([
  { workers: 8, mean: 0.06, rate: 96, seconds: 140, seed: 1 },
  { workers: 2, mean: 0.06, rate: 30, seconds: 267, seed: 1007 },
  { workers: 4, mean: 0.03, rate: 120, seconds: 67, seed: 1015 },
])('build no queue beside idle slots: $workers workers, $rate requests/s', ({ workers, mean, rate, seconds, seed }) => {
  const load = { kind: 'poisson', phases: [{ rate, seconds }] } as const;
  const service = { law: 'lognormal', mean, variation: 0.7 } as const;
  const spec: PoolSpec = { seed, workers, threads: 1, queue: 'shared', service, load, overhead: 0.0008 };
  const { requests, table } = writeLog(simulatePool(spec), view, 1);
  const pool = { slots: workers, queue: 'pool', onLanes: true } as const;
  const waited = filteredWaits(traceOf(table), pool, { effort: 'full', callers: 'not-asked' }, false);
  const truth = requests.reduce((sum, { start, send }) => sum + start - send, 0) / requests.length;
  const found = waited!.summary;
  expect(truth).toBeGreaterThanOrEqual(found.lowMean / 1e6 - 0.005);
  expect(truth).toBeLessThanOrEqual(found.highMean / 1e6 + 0.005);
  expect((found.mean / 1e6 + 0.005) / (truth + 0.005)).toBeGreaterThan(0.5);
  expect((found.mean / 1e6 + 0.005) / (truth + 0.005)).toBeLessThan(2.2);
});

// A machine that is short of CPU takes ten milliseconds from one request to the next, which is no rest between callers.
it.each([
  {
    users: 'more than it can take, from the middle on',
    phases: [30, 70].map((rate) => ({ rate, seconds: 40 })),
    seed: 3,
  },
  { users: 'more than it can take, for a while', phases: [30, 60, 25].map((rate) => ({ rate, seconds: 40 })), seed: 4 },
  { users: 'as many as slots, who take turns', phases: null, seed: 5 },
])('leave a full pool full that answers evenly: $users', ({ phases, seed }) => {
  const load = phases
    ? ({ kind: 'poisson', phases } as const)
    : ({ kind: 'closed', users: 4, think: 0.006, seconds: 80 } as const);
  const service = { law: 'fixed', mean: 0.082 } as const;
  const spec: PoolSpec = {
    seed,
    workers: 4,
    threads: 1,
    queue: 'shared',
    service,
    load,
    overhead: phases ? 0.01 : 0.004,
  };
  const { requests, table } = writeLog(simulatePool(spec), view, seed);
  const pool = { slots: 4, queue: 'pool', onLanes: true } as const;
  const waited = filteredWaits(traceOf(table), pool, { effort: 'full', callers: 'not-asked' }, false);
  const queued = requests.map(({ start, send }) => Math.max(0, start - send - spec.overhead));
  const truth = queued.reduce((sum, seconds) => sum + seconds, 0) / queued.length;
  const { mean, lowMean, highMean } = waited!.summary;
  expect(truth).toBeGreaterThanOrEqual(lowMean / 1e6 - 0.005);
  expect(truth).toBeLessThanOrEqual(highMean / 1e6 + 0.005);
  if (phases) expect(mean / 1e6).toBeGreaterThan(truth / 8);
});

it('tell a recorded pool of short requests among a few long ones about right', () => {
  const recording = new URL('../../../accuracy/recordings/gunicorn-sync-6-short-among-long/', import.meta.url);
  const { wait } = inferLog(readFileSync(new URL('access.log', recording), 'utf8'));
  const truth = JSON.parse(readFileSync(new URL('truth.json', recording), 'utf8')).wait_seconds;
  expect(wait.mean / 1e6).toBeGreaterThan(truth.mean / 1.5);
  expect(wait.mean / 1e6).toBeLessThan(1.5 * truth.mean);
  expect(wait.peakQueue).toBeLessThan(100);
});
