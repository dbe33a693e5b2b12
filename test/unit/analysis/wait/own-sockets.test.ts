/** Sync workers with a listening socket each (gunicorn --reuse-port): callers queue before one while another is idle. */
import { expect, it } from 'vitest';
import { meanOf } from '../../../../src/core/statistics.ts';
import { inferLog } from '../../../helpers/infer-log.ts';
import { simulatePool } from '../../../helpers/simulate-pool.ts';

const STARTED = Date.UTC(2026, 10, 30, 4);

/** What JSON lines with stamps of a millisecond tell of four sync workers, and the true mean wait in µs. */
function toldOf(queue: 'shared' | 'per-worker', rate: number) {
  const requests = simulatePool({
    seed: 3,
    workers: 4,
    threads: 1,
    queue,
    service: { law: 'exponential', mean: 0.11 },
    load: { kind: 'poisson', phases: [{ rate, seconds: 80 }] },
    overhead: 0.0015,
  }).sort((a, b) => a.end - b.end);
  const lines = requests.map(({ start, end, worker }) => {
    const time = new Date(STARTED + 1000 * end).toISOString();
    const duration = Math.floor(1e6 * (end - start));
    return `{"time":"${time}","method":"GET","path":"/a","status":200,"pid":${100 + worker},"duration_us":${duration}}\n`;
  });
  return { ...inferLog(lines.join('')), truth: 1e6 * meanOf(requests.map(({ start, send }) => start - send)) };
}

it('are told from one socket for all by stamps of a millisecond', () => {
  const own = toldOf('per-worker', 22);
  const shared = toldOf('shared', 22);
  expect(own.queue).toBe('per-worker');
  expect(shared.queue).toBe('shared');
  expect(own.truth).toBeGreaterThan(4 * shared.truth);
  for (const { wait, truth } of [own, shared]) {
    expect(wait.lowMean).toBeLessThanOrEqual(truth);
    expect(wait.highMean).toBeGreaterThan(truth);
    expect(wait.mean).toBeGreaterThan(truth / 2);
    expect(wait.mean).toBeLessThan(2 * truth);
  }
});

it('are not what workers look like who hand over at one moment under more than they can do', () => {
  expect(toldOf('shared', 45).queue).toBe('shared');
});
