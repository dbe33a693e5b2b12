// What an examination costs is the time on a processor: one that waits for it must not be asked for more seldom.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { threadMs } from '../../../src/engine/thread-time.ts';

const isTold = (): boolean => {
  try {
    return readFileSync('/proc/thread-self/schedstat').length > 0;
  } catch {
    return false;
  }
};

it('grows with work, not with waiting', () => {
  const begun = threadMs();
  for (const until = performance.now() + 60; performance.now() < until; );
  const worked = threadMs();
  expect(worked).toBeGreaterThan(begun);
  if (!isTold()) return;
  const asleep = performance.now();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  expect(threadMs() - worked).toBeLessThan((performance.now() - asleep) / 2);
});
