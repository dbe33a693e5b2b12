/**
 * Can the log have been written by workers that run at most k requests at once? Lanes are filled backwards, latest line
 * first, each request as late as its stamp, the order of lines and its lane allow.
 *
 * Interval graphs are perfect, so as many lanes suffice as requests overlap, and greedy filling is optimal when
 * intervals are taken in the order of one endpoint; lines come in the order of their ends, hence backwards.
 */
import { meanOf } from '../../core/statistics.ts';
import type { Trace } from './trace.ts';

type Ends = Pick<Trace, 'length' | 'low' | 'high' | 'duration' | 'ordered'>;
type Lines = Ends & Pick<Trace, 'resolution' | 'jitter'>;

export interface EndBounds {
  /** µs: each end when every request runs as early as its lane allows, and as late. */
  readonly early: Float64Array;
  readonly late: Float64Array;
}

/** One end for each request within its bounds: as near to their middle as the lanes allow, µs. */
export function endsInLanes(
  trace: Ends,
  group: Int32Array | null,
  groups: number,
  slots: number,
  bounds = endBounds(trace, group, groups, slots),
): Float64Array {
  const n = trace.length;
  const ends = new Float64Array(n);
  const free = new Float64Array(groups * slots).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < n; i++) {
    const middle = (bounds.early[i] + bounds.late[i]) / 2;
    const lane = earliestLane(free, (group ? group[i] : 0) * slots, slots, middle - trace.duration[i]);
    const end = Math.max(middle, Math.min(bounds.late[i], free[lane] + trace.duration[i]));
    free[lane] = Math.max(free[lane], end);
    ends[i] = end;
  }
  return ends;
}

/** Ends when every request runs as late (backwards) and as early (forwards) as `slots` lanes per group allow. */
export function endBounds(trace: Ends, group: Int32Array | null, groups: number, slots: number): EndBounds {
  const n = trace.length;
  const late = new Float64Array(n);
  const early = new Float64Array(n);
  const free = new Float64Array(groups * slots).fill(Number.POSITIVE_INFINITY);
  let bound = Number.POSITIVE_INFINITY;
  for (let i = n - 1; i >= 0; i--) {
    const lane = latestLane(free, (group ? group[i] : 0) * slots, slots, Math.min(trace.high[i], bound));
    const end = Math.max(trace.low[i], Math.min(trace.high[i], bound, free[lane]));
    free[lane] = end - trace.duration[i];
    if (trace.ordered) bound = Math.min(bound, end);
    late[i] = end;
  }
  free.fill(Number.NEGATIVE_INFINITY);
  bound = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    const earliest = Math.max(trace.low[i], bound);
    const base = (group ? group[i] : 0) * slots;
    const best = earliestLane(free, base, slots, earliest - trace.duration[i]);
    const end = Math.min(trace.high[i], Math.max(earliest, free[best] + trace.duration[i]));
    free[best] = end;
    if (trace.ordered) bound = Math.max(bound, end);
    early[i] = end;
  }
  return { early, late };
}

/** The lane whose latest end so far leaves the least room below `earliest`, else the one that is free first. */
function earliestLane(free: Float64Array, base: number, slots: number, earliest: number): number {
  let best = -1;
  let smallest = base;
  for (let lane = base; lane < base + slots; lane++) {
    if (free[lane] <= earliest && (best < 0 || free[lane] > free[best])) best = lane;
    if (free[lane] < free[smallest]) smallest = lane;
  }
  return best < 0 ? smallest : best;
}

/** The lane whose earliest start so far leaves the least room above `latest`, else the one that is free longest. */
function latestLane(free: Float64Array, base: number, slots: number, latest: number): number {
  let best = -1;
  let largest = base;
  for (let lane = base; lane < base + slots; lane++) {
    if (free[lane] >= latest && (best < 0 || free[lane] < free[best])) best = lane;
    if (free[lane] > free[largest]) largest = lane;
  }
  return best < 0 ? largest : best;
}

/** Requests that do not fit, and the stretches of time in which they lie. */
export interface Misfits {
  readonly requests: number;
  /** A crowd breaks a limit many times at once: all within a tick and a mean duration are one episode. */
  readonly episodes: number;
}

/** What does not fit when every group (a worker, or the whole log) has `slots` lanes; stops after `limit` requests. */
export function misfits(
  trace: Lines,
  group: Int32Array | null,
  groups: number,
  slots: number,
  limit = Number.POSITIVE_INFINITY,
): Misfits {
  const free = new Float64Array(groups * slots).fill(Number.POSITIVE_INFINITY);
  let later = Number.POSITIVE_INFINITY;
  let requests = 0;
  let episodes = 0;
  let episodeFrom = Number.POSITIVE_INFINITY;
  const apart = trace.resolution + meanOf(trace.duration);
  for (let i = trace.length - 1; i >= 0; i--) {
    const base = (group ? group[i] : 0) * slots;
    const latest = Math.min(trace.high[i], trace.ordered ? later + trace.jitter : Number.POSITIVE_INFINITY);
    const best = latestLane(free, base, slots, latest);
    const end = Math.min(latest, free[best]);
    if (end < trace.low[i] - trace.jitter) {
      requests++;
      if (episodeFrom - trace.low[i] > apart) {
        episodes++;
        episodeFrom = trace.low[i];
      }
      if (requests > limit) break;
      free[best] = trace.low[i] - trace.duration[i];
      later = Math.min(later, trace.high[i]);
      continue;
    }
    free[best] = end - trace.duration[i];
    if (end < later) later = end;
  }
  return { requests, episodes };
}

/** The fewest lanes per group that fit, up to `most`; null when more are needed. */
export function fewestLanes(trace: Lines, group: Int32Array | null, groups: number, most: number): number | null {
  const limit = Math.floor(0.002 * trace.length);
  const fits = (slots: number) => misfits(trace, group, groups, slots, limit).requests <= limit;
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

/** Lanes are counted for logs of up to so many requests, and so many lanes. */
const MOST_PLACED = 20_000;
const MOST_LANES = 256;

/** null: the log is too long, or has no durations. */
export const fewestInAll = (trace: Trace): number | null =>
  trace.hasDurations && trace.length <= MOST_PLACED ? fewestLanes(trace, null, 1, MOST_LANES) : null;
