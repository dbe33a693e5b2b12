// Lines that a container's reader stamps, now and then late: that is no proof of two requests at once.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inferLog } from '../../helpers/infer-log.ts';

const folder = join(import.meta.dirname, '../../accuracy/recordings/gunicorn-sync-4-in-docker');

it('four sync workers in a container are four, and their callers queued', () => {
  const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')).wait_seconds;
  const { model, capacity, wait } = inferLog(readFileSync(join(folder, 'access.log'), 'utf8'));
  expect(model).toBe('sync');
  expect(capacity.value).toBe(4);
  // With the stamps taken at their word: threads, eight slots, and nobody waited.
  expect(wait.mean / 1e6).toBeGreaterThan(truth.mean / 2);
  expect(wait.lowMean / 1e6).toBeLessThan(truth.mean);
  expect(wait.highMean / 1e6).toBeGreaterThan(truth.mean);
});
