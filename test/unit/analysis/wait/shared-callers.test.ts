/** Processes with a queue each have the same callers: what a calm one shows of them counts for a full one. */
import { describe, expect, it } from 'vitest';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { filteredWaits } from '../../../../src/analysis/wait/filtered-waits.ts';
import { meanOf } from '../../../../src/core/statistics.ts';
import { type SimulatedRequest, simulatePool, writeLog } from '../../../helpers/simulate-pool.ts';

const THREADS = 6;
const MEAN = 0.4;
const VIEW = { stampTick: 1, durationTick: 1e-6, stamp: 'end', pid: true, duration: true } as const;

/** Requests of one process of six threads under callers at random. */
const process = (seed: number, load: number, worker: number): SimulatedRequest[] =>
  simulatePool({
    seed,
    workers: 1,
    threads: THREADS,
    queue: 'per-worker',
    service: { law: 'uniform', mean: MEAN },
    load: { kind: 'poisson', phases: [{ rate: (load * THREADS) / MEAN, seconds: 40 }] },
    overhead: 0.0006,
  }).map((request) => ({ ...request, worker }));

/** |ln(told / true)| of the mean wait in worker 0. */
function errorIn(requests: readonly SimulatedRequest[], seed: number): number {
  const { requests: lines, table } = writeLog(requests, VIEW, seed);
  const pool = { slots: THREADS, queue: 'worker', onLanes: false } as const;
  const found = filteredWaits(traceOf(table), pool, { effort: 'full', callers: 'not-asked' }, false);
  if (!found) throw new Error('nothing found');
  const own = lines.flatMap(({ worker }, i) => (worker === 0 ? [i] : []));
  const told = meanOf(found.samples.map((sample) => meanOf(own.map((i) => sample[i] / 1e6))));
  const was = meanOf(own.map((i) => lines[i].start - lines[i].send));
  return Math.abs(Math.log(told / was));
}

describe('the queue of a process that is hardly ever idle', () => {
  it('is told better beside others that are, under the same callers', () => {
    const seeds = [1, 2, 3, 4, 5, 6];
    const alone = seeds.map((seed) => errorIn(process(seed, 1, 0), seed));
    const inCompany = seeds.map((seed) => {
      const others = [1, 2, 3].flatMap((worker) => process(100 * worker + seed, 0.6, worker));
      return errorIn([...process(seed, 1, 0), ...others], seed);
    });
    expect(meanOf(inCompany)).toBeLessThan(0.75 * meanOf(alone));
  });
});
