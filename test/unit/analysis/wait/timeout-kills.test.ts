// Workers that are killed with a request that took too long: no longer than their silence, so their other requests still fit.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { inferLog } from '../../../helpers/infer-log.ts';

const log = gunzipSync(readFileSync('test/faults/timeout-kills.log.gz')).toString('utf8');

it('callers of four sync workers of which eighteen were killed waited', () => {
  const { capacity, wait } = inferLog(log);
  expect(capacity.value).toBe(4);
  expect(wait.method).toBe('inferred');
  // 495 ms and 1.97 s.
  expect(wait.mean / 1e6).toBeGreaterThan(0.2);
  expect(wait.lowMean / 1e6).toBeLessThan(0.495);
  expect(wait.highMean / 1e6).toBeGreaterThan(0.495);
  expect(wait.lowP95 / 1e6).toBeLessThan(1.97);
  expect(wait.highP95 / 1e6).toBeGreaterThan(1.97);
});
