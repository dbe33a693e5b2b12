/**
 * Can workers that run at most k requests at once have written this log? Lanes are filled backwards, last line first. Each request ends as
 * late as its stamp, the order of lines and its lane allow.
 *
 * Interval graphs are perfect, so as many lanes suffice as requests overlap. Greedy filling is optimal when intervals are taken in the
 * order of one endpoint; lines come in the order of their ends, hence backwards.
 */
import { meanOf } from '../../core/statistics.ts';
import type { Trace } from './trace.ts';

type Ends = Pick<Trace, 'length' | 'low' | 'high' | 'duration' | 'ordered'>;
type Lines = Ends & Pick<Trace, 'resolution' | 'jitter'>;

export interface EndBounds {
  /** µs by request: its end if every request runs as early as its lane allows, and if every request runs as late. */
  readonly early: Float64Array;
  readonly late: Float64Array;
}

/** One end per request, µs: within its bounds, and as near to their middle as the lanes allow. */
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

/** The ends if every request runs as late (backwards), and as early (forwards), as `slots` lanes per group allow. */
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

/**
 * The lane that became free last before `earliest`, so that the least idle time is lost; if none is free, the one that becomes free first.
 */
function earliestLane(free: Float64Array, base: number, slots: number, earliest: number): number {
  let best = -1;
  let smallest = base;
  for (let lane = base; lane < base + slots; lane++) {
    if (free[lane] <= earliest && (best < 0 || free[lane] > free[best])) best = lane;
    if (free[lane] < free[smallest]) smallest = lane;
  }
  return best < 0 ? smallest : best;
}

/** The lane whose first request so far starts soonest after `latest`; if none starts later, the one whose first request starts last. */
function latestLane(free: Float64Array, base: number, slots: number, latest: number): number {
  let best = -1;
  let largest = base;
  for (let lane = base; lane < base + slots; lane++) {
    if (free[lane] >= latest && (best < 0 || free[lane] < free[best])) best = lane;
    if (free[lane] > free[largest]) largest = lane;
  }
  return best < 0 ? largest : best;
}

/** Requests that do not fit, and the number of episodes in which they lie. */
export interface Misfits {
  readonly requests: number;
  /** A crowd breaks a limit many times at once: all within a tick and a mean duration are one episode. */
  readonly episodes: number;
}

/** What does not fit if every group (a worker, or the whole log) has `slots` lanes; stops after `limit` requests. */
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

/** Fewest lanes per group that hold all requests but 0.2 %; null: more than `most` are needed. */
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

/** Lanes are counted only for logs of up to so many requests, and up to so many lanes. */
const MOST_PLACED = 20_000;
const MOST_LANES = 256;

/** Fewest lanes that hold the whole log; null: the log is too long, has no durations, or needs too many lanes. */
export const fewestInAll = (trace: Trace): number | null =>
  trace.hasDurations && trace.length <= MOST_PLACED ? fewestLanes(trace, null, 1, MOST_LANES) : null;
