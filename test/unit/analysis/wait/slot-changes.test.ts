// Workers that come and go behind one queue: who waits when they do goes on waiting.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { meanSlots, slotSteps, slotsAt } from '../../../../src/analysis/wait/slot-changes.ts';
import { inferLog } from '../../../helpers/infer-log.ts';

const recordings = join(import.meta.dirname, '../../../accuracy/recordings');
const log = (name: string) => readFileSync(join(recordings, name, 'access.log'), 'utf8');
const truth = (name: string): { mean: number; p95: number } =>
  JSON.parse(readFileSync(join(recordings, name, 'truth.json'), 'utf8')).wait_seconds;

it('a queue outlives the changes of a pool that grows step by step', () => {
  const name = 'uwsgi-2-to-8-cheaper';
  const { regimes, wait } = inferLog(log(name));
  expect(regimes.length).toBeGreaterThan(3);
  // As pools that each begin with an empty queue: 0.15 s, and 0.2 s at most in each of them.
  expect(wait.mean / 1e6).toBeGreaterThan(truth(name).mean / 4);
  expect(wait.lowMean / 1e6).toBeLessThan(truth(name).mean);
  expect(wait.highMean / 1e6).toBeGreaterThan(truth(name).mean);
  // The third and the fourth number of workers met the queue that the two before had left.
  expect(regimes[2].waitMean / 1e6).toBeGreaterThan(1);
});

it('two workers that are added find the queue of the two before them', () => {
  const name = 'gunicorn-sync-2-two-added';
  const { regimes, wait } = inferLog(log(name));
  expect(regimes.map(({ workers }) => workers)).toEqual([2, 4]);
  expect(wait.lowMean / 1e6).toBeLessThan(truth(name).mean);
  expect(wait.highMean / 1e6).toBeGreaterThan(truth(name).mean);
  // Beginning with an empty queue: 33 ms.
  expect(regimes[1].waitMean / 1e6).toBeGreaterThan(0.2);
});

it('slots at an instant, on average, and one by one', () => {
  const changes = [
    { at: 10, slots: 2 },
    { at: 20, slots: 4 },
    { at: 30, slots: 3 },
  ];
  expect([0, 10, 20, 29, 30, 99].map((at) => slotsAt(changes, at))).toEqual([2, 2, 4, 4, 3, 3]);
  expect(meanSlots(changes, 10, 40)).toBeCloseTo(3, 9);
  expect(meanSlots(changes, 22, 24)).toBeCloseTo(4, 9);
  expect(slotSteps(changes)).toEqual([
    { at: 20, comes: true },
    { at: 20, comes: true },
    { at: 30, comes: false },
  ]);
});
