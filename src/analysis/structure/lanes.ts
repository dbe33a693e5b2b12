/**
 * Can the log have been written by workers that run at most k requests at once? Lanes are filled backwards, latest line
 * first, each request as late as its stamp, the order of lines and its lane allow.
 *
 * Interval graphs are perfect, so as many lanes suffice as requests overlap, and greedy filling is optimal when
 * intervals are taken in the order of one endpoint; lines come in the order of their ends, hence backwards.
 */
import { type Trace, WRITE_JITTER_MICROS } from './trace.ts';

/** Requests that do not fit when every group (a worker, or the whole log) has `slots` lanes; stops after `limit`. */
export function misfits(trace: Trace, group: Int32Array | null, groups: number, slots: number, limit: number): number {
  const free = new Float64Array(groups * slots).fill(Number.POSITIVE_INFINITY);
  let later = Number.POSITIVE_INFINITY;
  let failed = 0;
  for (let i = trace.length - 1; i >= 0; i--) {
    const base = (group ? group[i] : 0) * slots;
    const latest = Math.min(trace.high[i], trace.ordered ? later + WRITE_JITTER_MICROS : Number.POSITIVE_INFINITY);
    let best = -1;
    let largest = base;
    for (let lane = base; lane < base + slots; lane++) {
      if (free[lane] >= latest && (best < 0 || free[lane] < free[best])) best = lane;
      if (free[lane] > free[largest]) largest = lane;
    }
    if (best < 0) best = largest;
    const end = Math.min(latest, free[best]);
    if (end < trace.low[i] - WRITE_JITTER_MICROS) {
      failed++;
      if (failed > limit) return failed;
      free[best] = trace.low[i] - trace.duration[i];
      later = Math.min(later, trace.high[i]);
      continue;
    }
    free[best] = end - trace.duration[i];
    if (end < later) later = end;
  }
  return failed;
}

/** The fewest lanes per group that fit, up to `most`; null when more are needed. */
export function fewestLanes(trace: Trace, group: Int32Array | null, groups: number, most: number): number | null {
  const limit = Math.floor(0.002 * trace.length);
  const fits = (slots: number) => misfits(trace, group, groups, slots, limit) <= limit;
  let high = 1;
  while (!fits(high)) {
    if (high >= most) return null;
    high = Math.min(high * 2, most);
  }
  let low = high >> 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) high = middle;
    else low = middle;
  }
  return high;
}
