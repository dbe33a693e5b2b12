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

export function summariseWaits(waits: readonly Float64Array[], basis: string): WaitInference {
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
  return {
    method: 'inferred',
    confidence: 0.9,
    basis,
    mean: at(means, 0.5),
    p50: at(p50, 0.5),
    p95: at(p95, 0.5),
    p99: at(p99, 0.5),
    max: at(max, 0.5),
    lowMean: at(means, 0.05),
    highMean: at(means, 0.95),
    lowP95: at(p95, 0.05),
    highP95: at(p95, 0.95),
    waitingRatio: Number.NaN,
    peakQueue: Number.NaN,
    periods: [],
  };
}
