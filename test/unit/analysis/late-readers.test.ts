// Lines that a container's reader stamps, now and then late: that is no proof of two requests at once.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { limitOf } from '../../../src/analysis/structure/limit.ts';
import { traceOf } from '../../../src/analysis/structure/trace.ts';
import { inferLog } from '../../helpers/infer-log.ts';
import { type PoolSpec, simulatePool, writeLog } from '../../helpers/simulate-pool.ts';

const log = gunzipSync(readFileSync(join(import.meta.dirname, '../../faults/late-reader.log.gz'))).toString('utf8');
/** s: mean of its true waits. */
const TRUE_MEAN = 1.257;

it('four sync workers in a container are four, and their callers queued', () => {
  const { model, capacity, wait } = inferLog(log);
  expect(model).toBe('sync');
  expect(capacity.value).toBe(4);
  // With the stamps taken at their word: threads, eight slots, and nobody waited.
  expect(wait.mean / 1e6).toBeGreaterThan(TRUE_MEAN / 2);
  expect(wait.lowMean / 1e6).toBeLessThan(TRUE_MEAN);
  expect(wait.highMean / 1e6).toBeGreaterThan(TRUE_MEAN);
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
