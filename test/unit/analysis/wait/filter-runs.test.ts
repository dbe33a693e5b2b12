// Filters that are followed beside others, and given up when they are too far behind.
import { describe, expect, it } from 'vitest';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { aloneOnLanes, followedAlready, runsOfLanes } from '../../../../src/analysis/wait/filter-runs.ts';
import { laneHistories, type Plan } from '../../../../src/analysis/wait/histories.ts';
import { onLanes, stretchOf } from '../../../../src/analysis/wait/stretch.ts';
import { indicesBelow } from '../../../../src/core/columns.ts';
import { sumOf } from '../../../../src/core/statistics.ts';
import type { Load } from '../../../helpers/load.ts';
import { simulatePool, writeLog } from '../../../helpers/simulate-pool.ts';

const plan: Plan = { particles: 16, runs: 2, paths: 2, rounds: 0, draws: 8, quick: false, crowds: false };
const workers = 4;

function lanesOf(load: Load) {
  const service = { law: 'exponential', mean: 0.5 } as const;
  const spec = { seed: 1, workers, threads: 1, queue: 'shared', service, load, overhead: 0.0004 } as const;
  const view = { stampTick: 1, durationTick: 1e-6, stamp: 'end', pid: true, duration: true } as const;
  const trace = traceOf(writeLog(simulatePool(spec), view, 1).table);
  const lanes = onLanes(stretchOf(trace, indicesBelow(trace.length), workers), trace);
  if (!lanes) throw new Error('the pool does not fit its lanes');
  return lanes;
}

describe('bursts that are followed beside callers who come alone', () => {
  it('are told as they are without them, where the log speaks for bursts', () => {
    const lanes = lanesOf({ kind: 'batches', rate: 1 / 6, size: 4 * workers, seconds: 90 });
    const whole = laneHistories(lanes, plan, true);
    const raced = laneHistories(
      lanes,
      plan,
      true,
      runsOfLanes(lanes, plan, true, { rival: aloneOnLanes(lanes, plan), mostBehind: 50 }),
    );
    expect(raced.logEvidence).toEqual(whole.logEvidence);
    expect(raced.tell()).toEqual(whole.tell());
  });

  it('are given up where the log speaks against them, as all of it does', () => {
    const lanes = lanesOf({ kind: 'poisson', phases: [{ rate: 6, seconds: 120 }] });
    const alone = laneHistories(lanes, plan, false).logEvidence;
    const whole = laneHistories(lanes, plan, true).logEvidence;
    expect(sumOf(whole)).toBeLessThan(sumOf(alone) - 50);
    for (const rival of [aloneOnLanes(lanes, plan), followedAlready(alone)]) {
      const raced = laneHistories(lanes, plan, true, runsOfLanes(lanes, plan, true, { rival, mostBehind: 50 }));
      expect(sumOf(raced.logEvidence)).toBe(Number.NEGATIVE_INFINITY);
    }
  });

  it('are held against the evidence that the others have when they are followed to the end', () => {
    const lanes = lanesOf({ kind: 'poisson', phases: [{ rate: 6, seconds: 60 }] });
    const rival = aloneOnLanes(lanes, plan);
    rival.upTo(4);
    expect(rival.all()).toEqual(laneHistories(lanes, plan, false).logEvidence);
  });
});
