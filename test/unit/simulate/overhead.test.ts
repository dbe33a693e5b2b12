// How long accepting and parsing hold a slot: measured where stamps are finer than that, and believed nowhere else.
import { expect, it } from 'vitest';
import { traceOf } from '../../../src/simulate/trace.ts';
import { analysisOfPool } from '../../helpers/stations.ts';

const analysis = analysisOfPool({
  seed: 3,
  workers: 2,
  threads: 1,
  queue: 'shared',
  service: { law: 'uniform', mean: 0.1 },
  load: { kind: 'poisson', phases: [{ rate: 12, seconds: 60 }] },
  overhead: 0.02,
});
const traced = (told: typeof analysis) => {
  const result = traceOf(told);
  if ('missing' in result) throw new Error(result.missing);
  return result.trace;
};
const overheadOf = (told: typeof analysis) => traced(told).overhead / 1e6;

it('is the gap before requests that had waited', () => {
  expect(overheadOf(analysis)).toBeCloseTo(0.02, 3);
});

it('is not read from instants that were inferred within coarse stamps, however sure these are', () => {
  const { requests } = analysis;
  const coarse = { ...analysis, requests: { ...requests, resolution: requests.resolution.map(() => 1e6) } };
  expect(overheadOf(coarse)).toBeLessThanOrEqual(0.001);
  // A host without a core to spare takes longer, as far as such services leave room for it.
  expect(traced(coarse).mostOverhead / 1e6).toBeCloseTo(0.01, 3);
  expect(traced(analysis).mostOverhead).toBe(traced(analysis).overhead);
});
