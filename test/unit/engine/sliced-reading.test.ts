import { expect, test } from 'vitest';
import { SlicedReading } from '../../../src/engine/sliced-reading.ts';

const soon = () => new Promise((resume) => setTimeout(resume, 5));

test('who is woken before the beginning waits for it: inputs are still being opened', async () => {
  let steps = 0;
  const reading = new SlicedReading({
    step: async () => {
      steps++;
      return false;
    },
    deliver: () => {},
    idle: () => {},
  });
  reading.wake();
  await soon();
  expect(steps).toBe(0);
  await reading.run();
  expect(steps).toBe(1);
  reading.wake();
  await soon();
  expect(steps).toBe(2);
});
