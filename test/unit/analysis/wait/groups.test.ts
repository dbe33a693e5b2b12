/** A burst whose lines name neither worker nor duration leaves in groups: how long callers waited shows all the same. */
import { expect, test } from 'vitest';
import { inferLog } from '../../../helpers/infer-log.ts';

/** Lines of a burst of `size` at once on `slots` slots of `service` seconds, in combined form: whole groups in every tick. */
const burstOf = (size: number, slots: number, service: number): string =>
  Array.from({ length: size }, (_, i) => {
    const end = 0.05 + Math.floor(i / slots) * service;
    const second = String(15 + Math.floor(end)).padStart(2, '0');
    return `10.0.0.9 - - [29/Oct/2024:17:04:${second} +0000] "GET /io HTTP/1.1" 200 12 "-" "curl/8.5.0"`;
  }).join('\n');

/** s: mean and 95th percentile of the waits of such a burst. */
function waitsOf(size: number, slots: number, service: number): { mean: number; p95: number } {
  const waits = Array.from({ length: size }, (_, i) => Math.floor(i / slots) * service);
  return { mean: waits.reduce((sum, wait) => sum + wait, 0) / size, p95: waits[Math.ceil(0.95 * size) - 1] };
}

test.each([
  [16, 4, 1],
  [16, 2, 0.5],
  [16, 1, 0.25],
  [32, 4, 1],
  [32, 2, 0.5],
])('%i at once on %i slots of %d s', (size, slots, service) => {
  const { wait, service: served } = inferLog(burstOf(size, slots, service));
  const truth = waitsOf(size, slots, service);
  expect(served.method).toBe('unknown');
  expect(wait.method).toBe('inferred');
  expect(wait.confidence).toBeLessThan(0.6);
  expect(wait.lowMean / 1e6).toBeLessThanOrEqual(truth.mean);
  expect(wait.highMean / 1e6).toBeGreaterThanOrEqual(truth.mean);
  expect(wait.lowP95 / 1e6).toBeLessThanOrEqual(truth.p95);
  expect(wait.highP95 / 1e6).toBeGreaterThanOrEqual(truth.p95);
  expect(wait.mean / 1e6 / truth.mean).toBeGreaterThan(0.75);
});
