// Lines that a container's reader stamps, now and then late: that is no proof of two requests at once.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { limitOf } from '../../../src/analysis/structure/limit.ts';
import { traceOf } from '../../../src/analysis/structure/trace.ts';
import { inferLog } from '../../helpers/infer-log.ts';
import { type PoolSpec, simulatePool, writeLog } from '../../helpers/simulate-pool.ts';

const folder = join(import.meta.dirname, '../../accuracy/recordings/gunicorn-sync-4-in-docker');

it('four sync workers in a container are four, and their callers queued', () => {
  const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')).wait_seconds;
  const { model, capacity, wait } = inferLog(readFileSync(join(folder, 'access.log'), 'utf8'));
  expect(model).toBe('sync');
  expect(capacity.value).toBe(4);
  // With the stamps taken at their word: threads, eight slots, and nobody waited.
  expect(wait.mean / 1e6).toBeGreaterThan(truth.mean / 2);
  expect(wait.lowMean / 1e6).toBeLessThan(truth.mean);
  expect(wait.highMean / 1e6).toBeGreaterThan(truth.mean);
});

it('a line in hundreds that is late is no fifth thread, where many requests show a limit of four', () => {
  const spec: PoolSpec = {
    seed: 3,
    workers: 1,
    threads: 4,
    queue: 'shared',
    service: { law: 'uniform', mean: 0.2 },
    load: { kind: 'poisson', phases: [{ rate: 17, seconds: 100 }] },
    overhead: 0.0004,
  };
  const view = { stampTick: 0.001, durationTick: 1e-6, stamp: 'end', pid: true, duration: true } as const;
  const { table } = writeLog(simulatePool(spec), view, 3);
  expect(limitOf(traceOf(table), true, 3).lanes).toBe(4);
  // Six lines of 1700, each 0.2 s late: as it were the last of a tick.
  for (let k = 1; k <= 6; k++) table.end[k * 200] += 200_000;
  const limit = limitOf(traceOf(table), true, 3);
  expect(limit.lanes).toBe(4);
  expect(limit.score).toBeGreaterThan(25);
});
