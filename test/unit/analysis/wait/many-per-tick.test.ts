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
