// Pools of a long log, one after the other: each has the requests, the work and the waits of its own time.
import { describe, expect, it } from 'vitest';
import type { Known } from '../../../src/analysis/known-steps.ts';
import type { Partial } from '../../../src/analysis/partial.ts';
import { regimesOfWhole } from '../../../src/analysis/regimes-of-whole.ts';
import { strataOf } from '../../../src/analysis/strata.ts';
import type { TimelineView } from '../../../src/analysis/timeline.ts';
import type { PoolRegime } from '../../../src/core/inference.ts';
import { knownAnalysis } from '../../helpers/known-analysis.ts';

const SECOND = 1_000_000;
const BEGIN = 1_700_000_000 * SECOND;
const STEPS = 100;
/** Requests and µs of work in each step of a second. */
const PER_STEP = 40;
const WORK = 3.8 * SECOND;

const logsServices = { streams: [{ facts: { durationCovers: 'service' }, requests: 1 }] } as unknown as Partial;

/**
 * Two pools of four workers, the second one from `change` (s) on. By the timeline both were always full. The first one ran four requests at
 * once, each of which had waited for half a second; the second one ran two, which had waited for two seconds.
 */
function regimes(change: number) {
  const rows = Array.from({ length: STEPS * PER_STEP }, (_, k) => {
    const end = BEGIN + (k + 0.5) * (SECOND / PER_STEP);
    const isFirst = end - BEGIN < change * SECOND;
    const [atOnce, wait] = isFirst ? [4, 0.5 * SECOND] : [2, 2 * SECOND];
    return { start: end - (atOnce * SECOND) / PER_STEP, end, wait, worker: String(k % 4), route: 'GET /' };
  });
  const { inference } = knownAnalysis(rows, { model: 'sync', workers: 4, threads: 1 });
  const pool = (from: number, to: number): PoolRegime => ({
    from: BEGIN + from * SECOND,
    to: BEGIN + to * SECOND,
    workers: 4,
    model: 'sync',
    capacity: 4,
    capacityLow: 4,
    requests: 0,
    serviceMean: Number.NaN,
    saturatedMicros: Number.NaN,
    waitMean: Number.NaN,
  });
  const view: TimelineView = {
    from: BEGIN,
    stepSeconds: 1,
    requests: new Float64Array(STEPS).fill(PER_STEP),
    errors: new Float64Array(STEPS),
    busyMicros: new Float64Array(STEPS).fill(WORK),
  };
  const known: Known = { strata: strataOf(view, () => 4)!, isKnown: new Uint8Array(STEPS).fill(1) };
  return regimesOfWhole({ ...inference, regimes: [pool(0, change), pool(change, STEPS)] }, logsServices, view, known);
}

describe('each pool of a long log', () => {
  it('has the requests of its time and their mean work', () => {
    expect(regimes(30)).toMatchObject([
      { requests: 30 * PER_STEP, serviceMean: WORK / PER_STEP },
      { requests: 70 * PER_STEP, serviceMean: WORK / PER_STEP },
    ]);
  });

  it('has the step in which it begins or ends if most of that step is in its time', () => {
    const counts = (change: number) => regimes(change).map(({ requests }) => requests / PER_STEP);
    expect(counts(30.4)).toEqual([30, 70]);
    expect(counts(30.6)).toEqual([31, 69]);
  });

  it('was full as long as its own requests show, though the timeline calls it full throughout', () => {
    const [first, second] = regimes(50).map(({ saturatedMicros }) => saturatedMicros / SECOND);
    expect(Math.abs(first - 50)).toBeLessThan(1.5);
    expect(second).toBeLessThan(1.5);
  });

  it('has the waits of its own requests, though those of the other were as busy', () => {
    const [first, second] = regimes(50).map(({ waitMean }) => waitMean / SECOND);
    expect(first).toBeCloseTo(0.5, 6);
    expect(second).toBeCloseTo(2, 6);
  });
});
