// How long callers can have waited at most: since a slot was idle, also where a live view follows the newest requests only.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
import { serverInput } from '../../../helpers/infer-log.ts';

it('a live view of a pool that is full all along its part bounds waits by when it became full', () => {
  // 54 s of 3 sync workers, idle at first: callers wait 18 s in the end.
  const text = readFileSync('sample-logs/gunicorn-sync-3-slow-route-starves-fast.log', 'utf8');
  const { wait } = inferServer({ ...serverInput(text), effort: 'live' });
  expect(wait.method).toBe('inferred');
  expect(wait.highMean).toBeGreaterThan(4e6);
  expect(wait.highMean).toBeLessThan(46e6);
});
