// Precision: pools of every kind without a fault in them never get a finding that names one.
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/findings/diagnose.ts';
import { createPredictor } from '../../../src/simulate/predictor.ts';
import { randomPool } from '../../helpers/random-pool.ts';
import { analysisOfPool } from '../../helpers/stations.ts';

/** What a pool under any load may be told: it is too small, too large, or would be better off elsewhere. */
const aboutSize = new Set([
  'pool-saturated',
  'pool-too-small',
  'callers-queue',
  'overprovisioned',
  'asgi-would-not-queue',
  'threads-would-help',
  'not-enough-data',
]);

const pools = Array.from({ length: 40 }, (_, seed) => randomPool(1000 + seed));

describe('forty random pools', () => {
  const diagnosed = pools.map((spec) => {
    const analysis = analysisOfPool(spec);
    return { spec, found: diagnose({ ...analysis, predictor: createPredictor(analysis) }).map(({ id }) => id) };
  });

  it('are told of no fault that they do not have', () => {
    const wrong = diagnosed.flatMap(({ spec, found }) =>
      found
        .filter((id) => !aboutSize.has(id))
        .filter((id) => !(id === 'head-of-line' && spec.service.law === 'two-routes'))
        .filter((id) => !(id === 'arrival-bursts' && spec.load.kind === 'batches'))
        .map((id) => `${id}: ${JSON.stringify(spec)}`),
    );
    expect(wrong).toEqual([]);
  });

  it('are never told two things that contradict each other', () => {
    const pairs = [
      ['pool-saturated', 'overprovisioned'],
      ['pool-too-small', 'overprovisioned'],
      ['threads-would-help', 'threads-would-not-help'],
      ['threads-would-help', 'threads-cpu-bound'],
      ['asgi-would-not-queue', 'threads-cpu-bound'],
      ['pool-saturated', 'not-enough-data'],
    ];
    for (const { found } of diagnosed) {
      for (const [one, other] of pairs) expect(found.includes(one) && found.includes(other)).toBe(false);
    }
  });
});
