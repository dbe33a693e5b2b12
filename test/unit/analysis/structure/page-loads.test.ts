// Recorded: browsers that load a page and then its scripts and pictures, six connections at once, from gunicorn's threads.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { inferLog } from '../../../helpers/infer-log.ts';

const logOf = (name: string): string =>
  gunzipSync(readFileSync(new URL(`../../../faults/${name}.log.gz`, import.meta.url))).toString();

for (const [name, threads] of [
  ['page-loads-threads-2x4', 4],
  ['page-loads-threads-3x2', 2],
] as const)
  for (const [view, cut] of [
    ['pid and duration', / never /],
    ['pid', / us=\d+/g],
  ] as const)
    it(`${name}, ${view}: page loads on threads are no workers that surely run one request at a time`, () => {
      const { model, modelConfidence, threads: told } = inferLog(logOf(name).replace(cut, ''));
      if (model === 'sync') expect(modelConfidence).toBeLessThan(0.6);
      if (told.confidence >= 0.6) expect(told.high).toBeGreaterThanOrEqual(threads);
    });
