/** Histories that are all as many times too long, or too short: each wait of them, and what is told of them all. */
import type { FilteredWaits } from './filtered-waits.ts';

/** `ofSummary`: the same for its mean and quantiles, where that differs; its range stays. */
export function scaledWaits(found: FilteredWaits, factor: number, ofSummary = factor): FilteredWaits {
  const { summary } = found;
  const times = (column: Float64Array) => column.map((micros) => micros * factor);
  return {
    ...found,
    wait: times(found.wait),
    samples: found.samples.map(times),
    summary: {
      ...summary,
      mean: summary.mean * ofSummary,
      p50: summary.p50 * ofSummary,
      p95: summary.p95 * ofSummary,
      p99: summary.p99 * ofSummary,
      max: summary.max * ofSummary,
      peakQueue: Math.round(summary.peakQueue * ofSummary),
    },
  };
}
