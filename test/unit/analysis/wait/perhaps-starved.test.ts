// Threads whose process has hardly time to accept: their slots seem to rest after each request, and callers queue all the same.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { meanOf } from '../../../../src/core/statistics.ts';
import { inferLog } from '../../../helpers/infer-log.ts';
import { type PoolSpec, simulatePool, writeLog } from '../../../helpers/simulate-pool.ts';
import { EPOCH } from '../../../helpers/simulated-table.ts';

const view = { stampTick: 1, durationTick: 1e-6, stamp: 'end', pid: true, duration: true } as const;
const FULL_ALL_ALONG = 'the threads were full all along';

/** What gunicorn would have written, what is inferred from it, and the true mean wait in µs. */
function told(spec: PoolSpec) {
  const { requests } = writeLog(simulatePool(spec), view, spec.seed);
  const lines = requests.map(({ start, end, worker, route }) => {
    const stamp = new Date((EPOCH / 1e6 + Math.floor(end)) * 1000).toISOString();
    const day = `${stamp.slice(8, 10)}/Nov/${stamp.slice(0, 4)}:${stamp.slice(11, 19)}`;
    return `127.0.0.1 - - [${day} +0000] "GET /r${route} HTTP/1.1" 200 5 "-" "-" pid=<${100 + worker}> us=${Math.floor(1e6 * (end - start))}\n`;
  });
  const truth = 1e6 * meanOf(Float64Array.from(requests, ({ start, send }) => start - send));
  return { wait: inferLog(lines.join('')).wait, truth };
}

/** Six threads of one process, busy for four fifths of the time. */
const threads = (seed: number): PoolSpec => ({
  seed,
  workers: 1,
  threads: 6,
  queue: 'per-worker',
  overhead: 0.001,
  service: { law: 'lognormal', mean: 0.6, variation: 0.5 },
  load: { kind: 'poisson', phases: [{ rate: 8, seconds: 120 }] },
});

describe('threads that are slow to take the next request', () => {
  it('may have been full all along: 8 threads of gunicorn on the processor', () => {
    // 24 requests/s came for 50 s, 12 a second were answered: 22.4 s on average between the connection and the view, by the views' own clock.
    const { wait } = inferLog(gunzipSync(readFileSync('test/faults/gil-starved.log.gz')).toString());
    expect(wait.basis).toContain(FULL_ALL_ALONG);
    expect(wait.highMean).toBeGreaterThan(22.4e6);
    expect(wait.lowMean).toBeLessThan(22.4e6);
    expect(wait.confidence).toBeLessThanOrEqual(0.5);
  });

  it.each([20, 22, 23])('are not suspected where callers at random leave them idle (%d)', (seed) => {
    const { wait, truth } = told(threads(seed));
    expect(wait.basis).not.toContain(FULL_ALL_ALONG);
    expect(wait.lowMean).toBeLessThan(truth);
    expect(wait.highMean).toBeGreaterThan(truth);
  });
});
