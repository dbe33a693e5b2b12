/** The mean number of requests running, in bins of time. */

/**
 * Bin k covers [k, k + 1) widths from the origin; what lies beyond the last bin is left out. No row may begin before the origin. Instants
 * and width have the same unit.
 */
export function binLevels(
  start: ArrayLike<number>,
  service: ArrayLike<number>,
  origin: number,
  width: number,
  bins: number,
): Float64Array {
  const levels = new Float64Array(bins);
  for (let i = 0; i < start.length; i++) {
    const from = start[i] - origin;
    const to = from + service[i];
    const last = Math.min(bins - 1, Math.floor(to / width));
    for (let bin = Math.floor(from / width); bin <= last; bin++) {
      levels[bin] += Math.max(0, Math.min(to, (bin + 1) * width) - Math.max(from, bin * width)) / width;
    }
  }
  return levels;
}
