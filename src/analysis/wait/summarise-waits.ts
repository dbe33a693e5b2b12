/** Equally likely sets of waits in, estimates with ranges out. */
import type { WaitInference } from '../../core/inference.ts';

/** A wait of which nothing can be said, and why. */
export const unknownWait = (basis: string): WaitInference => ({
  method: 'unknown',
  confidence: 0,
  basis,
  mean: Number.NaN,
  p50: Number.NaN,
  p95: Number.NaN,
  p99: Number.NaN,
  max: Number.NaN,
  lowMean: Number.NaN,
  highMean: Number.NaN,
  lowP95: Number.NaN,
  highP95: Number.NaN,
  waitingRatio: Number.NaN,
  peakQueue: Number.NaN,
  periods: [],
});

/** Of sorted values. */
export const quantile = (sorted: ArrayLike<number>, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];

/**
 * Errors on recorded servers: callers that come back when they are answered wait up to three times less than callers that
 * come at random, callers that come in waves up to three times longer, and the log seldom tells which they are.
 */
const LESS = 3.2;
const MORE = 2.9;
/** Killed requests hold a worker for many times the usual service time and write no line. */
const MORE_HIDDEN = 7;
/** µs */
const FLOOR = 10_000;
/** s: a wait shorter than this is the accepting itself. */
const NO_WAIT = 0.002;

export function summariseWaits(waits: readonly Float64Array[], basis: string, hidden: boolean): WaitInference {
  const more = hidden ? MORE_HIDDEN : MORE;
  const means: number[] = [];
  const p50: number[] = [];
  const p95: number[] = [];
  const p99: number[] = [];
  const max: number[] = [];
  for (const wait of waits) {
    const sorted = wait.slice().sort();
    let sum = 0;
    for (const w of sorted) sum += w;
    means.push(sum / sorted.length);
    p50.push(quantile(sorted, 0.5));
    p95.push(quantile(sorted, 0.95));
    p99.push(quantile(sorted, 0.99));
    max.push(sorted[sorted.length - 1]);
  }
  const at = (values: number[], share: number) =>
    1e6 *
    quantile(
      values.slice().sort((a, b) => a - b),
      share,
    );
  const mean = at(means, 0.5);
  const p95Middle = at(p95, 0.5);
  const waiting = waits.map((wait) => wait.filter((seconds) => seconds > NO_WAIT).length / Math.max(1, wait.length));
  return {
    ...unknownWait(basis),
    method: 'inferred',
    confidence: hidden ? 0.7 : 0.9,
    mean,
    p50: at(p50, 0.5),
    p95: p95Middle,
    p99: at(p99, 0.5),
    max: at(max, 0.5),
    lowMean: Math.max(0, Math.min(at(means, 0.05), mean / LESS) - FLOOR),
    highMean: Math.max(at(means, 0.95), mean * more) + FLOOR,
    lowP95: Math.max(0, Math.min(at(p95, 0.05), p95Middle / LESS) - FLOOR),
    highP95: Math.max(at(p95, 0.95), p95Middle * more) + 3 * FLOOR,
    waitingRatio: waiting.reduce((sum, share) => sum + share, 0) / waiting.length,
  };
}
