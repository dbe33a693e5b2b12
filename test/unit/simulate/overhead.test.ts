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

/** The largest overhead, ms, that stamps of a second leave open for so many requests of 6 ms a second on two workers. */
const mostForQuick = (rate: number, overhead: number): number => {
  const quick = analysisOfPool({
    seed: 4,
    workers: 2,
    threads: 1,
    queue: 'shared',
    service: { law: 'uniform', mean: 0.006 },
    load: { kind: 'poisson', phases: [{ rate, seconds: 40 }] },
    overhead,
  });
  const { requests } = quick;
  return (
    traced({ ...quick, requests: { ...requests, resolution: requests.resolution.map(() => 1e6) } }).mostOverhead / 1e3
  );
};

it('is no share of a quick request, and no longer than the busiest time leaves room for', () => {
  expect(mostForQuick(60, 0.001)).toBeCloseTo(5, 3);
  // Full: 2 s for 250 requests of 6 + 2 ms.
  const full = mostForQuick(300, 0.002);
  expect(full).toBeGreaterThan(1.9);
  expect(full).toBeLessThan(2.6);
});
