/**
 * Service times for a repetition: each request draws one from its own route, so that the order in one log is not taken for a law. Where
 * service times drift, a request draws from its neighbours in time, so that slow hours stay slow.
 */
import { quantileRankSorted, sampleStandardDeviation } from 'simple-statistics';
import { floatsAt } from '../core/columns.ts';
import type { Random } from '../core/random.ts';
import { meanOf } from '../core/statistics.ts';

/** Requests of a route per block when drift is tested, and around a request to draw from when there is drift. */
const BLOCK = 16;
/** z score of the scatter of block means from which there is drift. */
const DRIFT_Z = 4;

export interface ServiceTimes {
  readonly drifts: boolean;
  /** Standard error of the mean service time, relative to it. */
  readonly meanError: number;
  /** Row whose service time row `i` takes. */
  draw(i: number, random: Random): number;
}

/** `service` (µs) and `route` per row, in order of time; a row draws from its route. */
export function serviceTimes(service: Float64Array, route: Int32Array): ServiceTimes {
  const n = service.length;
  // Rows grouped by route, in order of time within: group[first[r] + k] is the k-th request of route r.
  const counts = new Map<number, number>();
  for (let i = 0; i < n; i++) counts.set(route[i], (counts.get(route[i]) ?? 0) + 1);
  const first = new Map<number, number>();
  let at = 0;
  for (const [id, count] of counts) {
    first.set(id, at);
    at += count;
  }
  const group = new Int32Array(n);
  const place = new Int32Array(n);
  const from = new Int32Array(n);
  const size = new Int32Array(n);
  const filled = new Map(first);
  for (let i = 0; i < n; i++) {
    const id = route[i];
    place[i] = filled.get(id)!;
    filled.set(id, place[i] + 1);
    group[place[i]] = i;
    from[i] = first.get(id)!;
    size[i] = counts.get(id)!;
  }
  const groups = [...counts].map(([id, count]) => group.subarray(first.get(id)!, first.get(id)! + count));
  const drifts = drifting(service, groups);
  return {
    drifts,
    meanError: n > 1 ? sampleStandardDeviation(service as unknown as number[]) / meanOf(service) / Math.sqrt(n) : 0,
    draw(i, random) {
      if (!drifts) return group[from[i] + Math.floor(random() * size[i])];
      const low = Math.max(from[i], place[i] - BLOCK / 2);
      const high = Math.min(from[i] + size[i], place[i] + BLOCK / 2);
      return group[low + Math.floor(random() * (high - low))];
    },
  };
}

/**
 * Do the means of consecutive blocks scatter more than those of independent draws would? Ranks are used instead of values, so that a heavy
 * tail is not taken for drift: with ranks uniform in 0..1, BLOCK × 12 × (mean - 1/2)² has mean 1 and variance 2 per block.
 */
function drifting(service: Float64Array, groups: readonly Int32Array[]): boolean {
  let sum = 0;
  let blocks = 0;
  for (const rows of groups) {
    if (rows.length < 4 * BLOCK) continue;
    const sorted = floatsAt(service, rows).sort() as unknown as number[];
    if (sorted[0] === sorted[sorted.length - 1]) continue;
    for (let start = 0; start + BLOCK <= rows.length; start += BLOCK) {
      let total = 0;
      for (let k = 0; k < BLOCK; k++) total += quantileRankSorted(sorted, service[rows[start + k]]);
      sum += BLOCK * 12 * (total / BLOCK - 0.5) ** 2;
      blocks++;
    }
  }
  return blocks > 0 && (sum - blocks) / Math.sqrt(2 * blocks) > DRIFT_Z;
}
