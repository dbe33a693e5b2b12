// Workers on a machine short of CPU: between two requests of a queue they stand idle for as long as pools do that rest between callers.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inferLog } from '../../../helpers/infer-log.ts';
import { toldOf } from '../../../helpers/told-of-pool.ts';

const SHORT_OF_CPU = 'so short of CPU';

describe('workers on a machine short of CPU', () => {
  it('may have had a queue ever since one of them surely idled', () => {
    // 3 gunicorn sync workers beside a test run: 40 s at half more requests than they answered, 5.4 s from sending to the view by its own clock.
    const { wait } = inferLog(gunzipSync(readFileSync('test/faults/short-of-cpu.log.gz')).toString());
    expect(wait.basis).toContain(SHORT_OF_CPU);
    expect(wait.lowMean).toBeLessThan(5.37e6);
    expect(wait.highMean).toBeGreaterThan(5.37e6);
    expect(wait.confidence).toBeLessThanOrEqual(0.7);
  });

  it('may have had a queue although their requests take milliseconds, of which stamps of a second say little', () => {
    // 2 gunicorn sync workers beside six builds: 20 s at 190 requests/s of 7.4 ms, which queued for longer and longer.
    const { wait } = inferLog(gunzipSync(readFileSync('test/faults/short-of-cpu-quick.log.gz')).toString());
    expect(wait.basis).toContain(SHORT_OF_CPU);
    expect(wait.lowMean).toBe(0);
    expect(wait.highMean).toBeGreaterThan(1.42e6);
  });

  it.each([30, 31])('are not suspected where a machine has time (%d)', (seed) => {
    const { wait, truth } = toldOf({
      seed,
      workers: 3,
      threads: 1,
      queue: 'shared',
      overhead: 0.0007,
      service: { law: 'lognormal', mean: 0.06, variation: 0.5 },
      load: { kind: 'poisson', phases: [{ rate: 44, seconds: 90 }] },
    });
    expect(wait.basis).not.toContain(SHORT_OF_CPU);
    expect(wait.highMean).toBeGreaterThan(truth);
  });
});
