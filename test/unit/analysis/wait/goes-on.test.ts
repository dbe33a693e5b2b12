// A log that is read while callers queue: the last congestion period has no end in it.
import { expect, it } from 'vitest';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { filteredWaits } from '../../../../src/analysis/wait/filtered-waits.ts';
import { type PoolSpec, simulatePool, writeLog } from '../../../helpers/simulate-pool.ts';
import { EPOCH } from '../../../helpers/simulated-table.ts';

const view = { stampTick: 1, durationTick: 1e-6, stamp: 'end', pid: true, duration: true } as const;
const workers = 4;
const OVERLOADED = 20;
const READ = 34;

it('does not take the queue for empty behind the last line', () => {
  const seeds = Array.from({ length: 6 }, (_, k) => k + 1);
  const found = seeds.map((seed) => {
    const phases = [
      { rate: 9, seconds: OVERLOADED },
      { rate: 20, seconds: 60 },
    ];
    const service = { law: 'exponential', mean: 0.3 } as const;
    const load = { kind: 'poisson', phases } as const;
    const spec: PoolSpec = { seed, workers, threads: 1, queue: 'shared', service, load, overhead: 0.0008 };
    const logged = simulatePool(spec).filter(({ end }) => end < READ);
    const { requests, table } = writeLog(logged, view, seed);
    const truth = requests.reduce((sum, { start, send }) => sum + start - send, 0) / requests.length;
    const told = (until: number | null) =>
      filteredWaits(
        traceOf(table),
        { slots: workers, queue: 'pool', onLanes: true },
        { effort: 'full', callers: 'not-asked', until },
        false,
      )!.summary;
    const goesOn = told(EPOCH + 1e6 * READ);
    expect(truth).toBeGreaterThan(goesOn.lowMean / 1e6);
    expect(truth).toBeLessThan(goesOn.highMean / 1e6);
    const off = ({ mean }: { mean: number }) => Math.log(mean / 1e6 / truth);
    return { goesOn: off(goesOn), ended: off(told(null)) };
  });
  const mean = (of: 'goesOn' | 'ended') => found.reduce((sum, one) => sum + one[of], 0) / found.length;
  expect(Math.abs(mean('goesOn'))).toBeLessThan(0.3);
  expect(mean('goesOn')).toBeGreaterThan(mean('ended') + 0.2);
});
