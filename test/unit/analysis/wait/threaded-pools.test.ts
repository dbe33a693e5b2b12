/** The wait of threads that share a queue in each process, from stamps of a second: against simulated pools. */
import { describe, expect, it } from 'vitest';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { filteredWaits } from '../../../../src/analysis/wait/filtered-waits.ts';
import { type PoolSpec, simulatePool, writeLog } from '../../../helpers/simulate-pool.ts';

const MEAN = 0.5;

const pool = (seed: number, workers: number, threads: number, load: number): PoolSpec => ({
  seed,
  workers,
  threads,
  queue: 'per-worker',
  service: { law: seed % 2 ? 'uniform' : 'exponential', mean: MEAN },
  load: { kind: 'poisson', phases: [{ rate: (load * workers * threads) / MEAN, seconds: 40 }] },
  overhead: 0.0004,
});

function analyse(spec: PoolSpec) {
  const view = { stampTick: 1, durationTick: 1e-6, stamp: 'end', pid: true, duration: true } as const;
  const { requests, table } = writeLog(simulatePool(spec), view, spec.seed);
  const found = filteredWaits(
    traceOf(table),
    { slots: spec.threads, queue: 'worker', onLanes: false },
    { effort: 'full', callers: 'not-asked' },
    false,
  );
  if (!found) throw new Error('nothing found');
  const true_ = requests.reduce((sum, { start, send }) => sum + start - send, 0) / requests.length;
  return { found, requests, meanSeconds: true_ };
}

const analyses = new Map<number, ReturnType<typeof analyse>>();
/** Worked out once for each seed. */
function analysed(spec: PoolSpec): ReturnType<typeof analyse> {
  const found = analyses.get(spec.seed) ?? analyse(spec);
  analyses.set(spec.seed, found);
  return found;
}

describe('waits of threaded pools, stamps of one second', () => {
  it('are in the range, and right on the average, where the load is high', () => {
    const ratios: number[] = [];
    for (const [seed, workers, threads] of [
      [1, 1, 4],
      [2, 2, 4],
      [3, 4, 3],
      [4, 1, 4],
      [5, 2, 4],
      [6, 4, 3],
      [7, 1, 4],
    ]) {
      const { found, meanSeconds } = analysed(pool(seed, workers, threads, 0.9));
      const { mean, lowMean, highMean } = found.summary;
      ratios.push(mean / 1e6 / meanSeconds);
      expect(lowMean / 1e6).toBeLessThanOrEqual(meanSeconds);
      expect(highMean / 1e6).toBeGreaterThanOrEqual(meanSeconds);
    }
    const average = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
    expect(average).toBeGreaterThan(0.75);
    expect(average).toBeLessThan(1.6);
  });

  it('place the starts nearer than the middles of the stamps do', () => {
    const { found, requests } = analysed(pool(3, 4, 3, 0.9));
    const starts = found.times?.start ?? new Float64Array();
    const errors = requests.map(({ start }, i) => starts[i] / 1e6 - 1_700_000_000 - start);
    const rms = Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length);
    expect(rms).toBeLessThan(0.8 / Math.sqrt(12));
  });

  it('are never negative, and end after they start', () => {
    const { found, requests } = analysed(pool(2, 2, 4, 0.9));
    const { start = new Float64Array(), end = new Float64Array() } = found.times ?? {};
    expect(start.length).toBe(requests.length);
    expect(found.samples.every((sample) => sample.every((wait) => wait >= 0))).toBe(true);
    expect(end.every((at, i) => at > start[i])).toBe(true);
  });

  it('are the same each time they are asked', () => {
    const spec = pool(7, 1, 2, 0.7);
    expect(analyse(spec).found.summary).toEqual(analyse(spec).found.summary);
  });

  it('say how many waited at once at the most', () => {
    const { found, requests } = analysed(pool(3, 4, 3, 0.9));
    const edges = requests.flatMap(({ send, start }) => [
      [send, 1],
      [start, -1],
    ]);
    edges.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    let [now, most] = [0, 0];
    for (const [, step] of edges) {
      now += step;
      most = Math.max(most, now);
    }
    expect(found.summary.peakQueue).toBeGreaterThan(most / 2);
    expect(found.summary.peakQueue).toBeLessThan(most * 2.5);
  });
});
