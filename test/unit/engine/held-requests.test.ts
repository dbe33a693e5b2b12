// What a live view holds of a log that goes on and on.
import { expect, it } from 'vitest';
import { createBatch, type StreamFacts } from '../../../src/core/batch.ts';
import { createNames } from '../../../src/core/names.ts';
import { HeldRequests } from '../../../src/engine/held-requests.ts';

const facts: StreamFacts = {
  format: 'gunicorn',
  envelope: null,
  stampMeaning: 'end',
  resolutionMicros: 1,
  zone: '+00:00',
  durationCovers: 'service',
  fields: { time: true, duration: true, worker: false, thread: false, wait: false, arrival: false },
};
const MILLISECOND = 1000;
const BEGIN = 1_700_000_000_000_000;
const MANY = 210_000;

it('forgets the oldest of too many requests, which are sums from then on, each counted once', () => {
  const held = new HeldRequests(createNames(), () => 'access.log');
  const batch = createBatch(MANY, facts, 0);
  batch.length = MANY;
  for (const column of [batch.wait, batch.arrival]) column.fill(Number.NaN);
  for (const ids of [batch.worker, batch.thread]) ids.fill(-1);
  for (let i = 0; i < MANY; i++) {
    batch.time[i] = BEGIN + i * MILLISECOND;
    batch.duration[i] = MILLISECOND;
    batch.offset[i] = 100 * i;
  }
  expect(held.add(batch)).toBe(BEGIN + (MANY - 1) * MILLISECOND);
  expect(held.past).toBeNull();
  held.forgetOld();
  const { requests } = held.rows.view();
  const { past } = held;
  expect(requests.length).toBeLessThan(MANY);
  expect(past!.requests.reduce((sum, count) => sum + count, 0)).toBe(MANY - requests.length);
  // The sums end where the held requests begin.
  expect(past!.until).toBe(requests.end[0] - MILLISECOND);
});
