// How a predicted wait is put into words.
import { expect, it } from 'vitest';
import type { PoolPrediction } from '../../../src/core/prediction.ts';
import type { Summary } from '../../../src/core/summary.ts';
import { allSlotsText, predictedWaitText } from '../../../src/findings/pool-words.ts';

const prediction = (longest: number): PoolPrediction => ({
  pool: { model: 'sync', workers: 6, threads: 1 },
  waitMean: 20_000,
  waitP95: 121_000,
  waitP95Range: [64_000, 169_000],
  latencyP95: 400_000,
  utilisation: 0.3,
  throughputPerSecond: 8,
  wide: {
    waitMean: [10_000, 40_000],
    waitP95: [0, longest],
    latencyP95: [300_000, 600_000],
    throughputPerSecond: [8, 8],
  },
  arrivalsKnown: true,
});

const slotsFull = (workers: number | null, slots: number) => {
  const estimate = (value: number | null) => ({ value, low: value, high: value, confidence: 0.9, method: 'known' });
  const server = { model: 'pool', workers: estimate(workers), threads: estimate(null), capacity: estimate(slots) };
  return allSlotsText(server as unknown as Summary['server'], slots);
};

it('slots that may be workers or threads are their number', () => {
  expect(slotsFull(null, 4)).toBe('All 4 slots were');
  expect(slotsFull(null, 2)).toBe('Both slots were');
  expect(slotsFull(null, 1)).toBe('The only slot was');
});

it('what most repetitions gave is told', () => {
  expect(predictedWaitText(prediction(250_000))).toBe('p95 wait 121 ms, range 64 ms to 169 ms');
});

it('so is a wait far beyond it that the log does not exclude', () => {
  expect(predictedWaitText(prediction(18_000_000))).toBe(
    'p95 wait 121 ms, range 64 ms to 169 ms, or up to 18 s if callers queued for as long as the log allows',
  );
});
