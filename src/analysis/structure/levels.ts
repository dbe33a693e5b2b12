/**
 * Requests in service over time: for each level j (requests at once) the time T[j] spent there and the number N[j] of starts that found it.
 * These statistics tell a limit from a lull (filtered ASTA: El-Taha & Stidham, 1992).
 */
import { sortInstants } from '../../core/order.ts';

export interface Levels {
  readonly peak: number;
  /** µs spent at each level, 0..peak. */
  readonly time: Float64Array;
  /** Number of starts that found each level, 0..peak. */
  readonly starts: Float64Array;
  /** µs from the first start to the last end. */
  readonly span: number;
  readonly mean: number;
}

/** Intervals [start, end] in any order, without NaN. An overlap shorter than `tolerance` µs does not count. */
export function levelsOf(starts: Float64Array, ends: Float64Array, tolerance: number): Levels {
  const up = new Float64Array(starts.length);
  const down = new Float64Array(starts.length);
  let n = 0;
  for (let i = 0; i < starts.length; i++) {
    if (ends[i] - starts[i] <= tolerance) continue;
    up[n] = starts[i] + tolerance;
    down[n++] = ends[i];
  }
  return levelsOfSorted(sortInstants(up.subarray(0, n)), sortInstants(down.subarray(0, n)));
}

/** The same, from starts and ends that are each sorted. */
export function levelsOfSorted(up: Float64Array, down: Float64Array): Levels {
  const n = up.length;
  const time: number[] = [0];
  const found: number[] = [0];
  let level = 0;
  let last = n > 0 ? up[0] : 0;
  let area = 0;
  for (let i = 0, j = 0; j < n; ) {
    const starting = i < n && up[i] < down[j];
    const now = starting ? up[i] : down[j];
    time[level] += now - last;
    area += level * (now - last);
    last = now;
    if (starting) {
      found[level]++;
      level++;
      i++;
      if (level === time.length) {
        time.push(0);
        found.push(0);
      }
    } else {
      level--;
      j++;
    }
  }
  const span = n > 0 ? down[n - 1] - up[0] : 0;
  return {
    peak: time.length - 1,
    time: Float64Array.from(time),
    starts: Float64Array.from(found),
    span,
    mean: span > 0 ? area / span : 0,
  };
}

/** The level that is not exceeded for `share` of the time. */
export function levelQuantile(levels: Levels, share: number): number {
  let sum = 0;
  const total = levels.time.reduce((a, b) => a + b, 0);
  for (let j = 0; j < levels.time.length; j++) {
    sum += levels.time[j];
    if (sum >= share * total) return j;
  }
  return levels.peak;
}
