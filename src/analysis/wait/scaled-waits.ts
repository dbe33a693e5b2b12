/** Scales histories whose waits are all too long or too short by the same factor: each of their waits, and the estimates. */
import type { FilteredWaits } from './filtered-waits.ts';

/** `ofSummary`: the factor for the summary's mean and quantiles, where it differs. The range of the summary stays. */
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
