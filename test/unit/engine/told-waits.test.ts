// Waits of single requests under a sentence about a full pool: they lie where it says that they lie.
import { expect, it } from 'vitest';
import { unknownWait } from '../../../src/analysis/wait/summarise-waits.ts';
import type { ServerInference } from '../../../src/core/inference.ts';
import { leastNow } from '../../../src/engine/live-pools.ts';
import { toldWaits, waitOfNewest, withToldRange } from '../../../src/engine/told-waits.ts';

const SECOND = 1_000_000;
const start = Float64Array.from([-5, 1, 20, 40, 40], (seconds) => seconds * SECOND);
const full = {
  rows: Int32Array.from([0, 1, 2, 3]),
  since: 0,
  orLonger: false,
  standingSince: 0,
  rate: 10,
  mean: 4 * SECOND,
  low: SECOND,
  high: 40 * SECOND,
  answered: 10,
};

it('are no less than a queue tells that has not run empty, and no more than since the pool is full', () => {
  const told = toldWaits(Float64Array.from([0, 60 * SECOND, 0, 2 * SECOND, 0]), start, full, null);
  expect([...told]).toEqual([0, 4 * SECOND, leastNow(10, 20 * SECOND), 2 * SECOND, 0]);
});

it('are no more than what is told where that is little', () => {
  const told = toldWaits(new Float64Array(5), start, { ...full, mean: 100_000 }, null);
  expect(told[3]).toBe(100_000);
});

it('stay as they were found where nothing is full, nothing was found, or perhaps nobody waits', () => {
  const wait = new Float64Array(5);
  expect(toldWaits(wait, start, null, null)).toBe(wait);
  expect([...toldWaits(wait, start, { ...full, rate: null }, null)]).toEqual([...wait]);
});

it('are as told for the newest, of whom nothing was found, and for no others', () => {
  const wait = Float64Array.from([Number.NaN, Number.NaN, SECOND, Number.NaN, Number.NaN]);
  const none = new Float64Array(5).fill(Number.NaN);
  expect([...toldWaits(wait, start, full, null)]).toEqual([Number.NaN, Number.NaN, SECOND, 4 * SECOND, Number.NaN]);
  expect([...toldWaits(none, start, full, null)].slice(0, 4)).toEqual([Number.NaN, 4 * SECOND, 4 * SECOND, 4 * SECOND]);
});

it('are what a longer look found last where they were found in passing: two such tell a few seconds and many of one queue', () => {
  const wait = Float64Array.from([SECOND, SECOND, 16 * SECOND, 5 * SECOND, Number.NaN]);
  const queues = { ...full, since: -10 * SECOND };
  const look = waitOfNewest(toldWaits(wait, start, queues, null), start, queues);
  expect(look).toBe(5 * SECOND);
  const told = toldWaits(Float64Array.from([SECOND, 2 * SECOND, SECOND, 16 * SECOND, 9]), start, queues, look);
  expect([...told].slice(0, 4)).toEqual([5 * SECOND, 5 * SECOND, 5 * SECOND, 5 * SECOND]);
  const unknown = Float64Array.from([SECOND, Number.NaN, SECOND, SECOND, Number.NaN]);
  expect(toldWaits(unknown, start, full, look)[1]).toBeNaN();
  expect(waitOfNewest(wait, start, null)).toBeNull();
});

it('may be longer where the log begins with a full pool', () => {
  const told = toldWaits(Float64Array.from([0, 60 * SECOND, 0, 0, 0]), start, { ...full, orLonger: true }, null);
  expect(told[1]).toBe(60 * SECOND);
});

it('lie between what the sentence tells, and between what was found where nothing is full', () => {
  const inference = { wait: { ...unknownWait('histories'), mean: SECOND, highMean: 2 * SECOND } } as ServerInference;
  expect(withToldRange(inference, full).wait).toMatchObject({
    mean: full.mean,
    lowMean: full.low,
    highMean: full.high,
  });
  // Right after a reload an examination may find nothing; the queue row stays below a sentence that tells of a queue.
  expect(withToldRange(inference, full).wait.method).toBe('inferred');
  expect(withToldRange(inference, null)).toBe(inference);
  expect(withToldRange(inference, { ...full, mean: 0 })).toBe(inference);
});

it('are bounded by a queue that stood, less so where it perhaps ran empty since', () => {
  const sure = leastNow(10, 20 * SECOND);
  // 200 steps: √200 times the 10 % quantile of a Rayleigh variable, 0.459, at 10 a second.
  expect(sure / SECOND).toBeCloseTo((0.459 * Math.sqrt(200)) / 10, 2);
  const unsure = leastNow(10, 20 * SECOND, 2 * SECOND);
  expect(unsure).toBeGreaterThan(0);
  expect(unsure).toBeLessThan(sure);
  expect(leastNow(10, 20 * SECOND, 20 * SECOND)).toBe(0);
  expect(leastNow(10, 0)).toBe(0);
});

it('are no less than nothing in the queue that may have run empty a second before', () => {
  const drained = { ...full, standingSince: 19 * SECOND };
  const told = toldWaits(Float64Array.from([0, 60 * SECOND, 0, 2 * SECOND, 0]), start, drained, null);
  expect(told[2]).toBe(leastNow(10, SECOND));
});
