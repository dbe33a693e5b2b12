/** A limit at which the durations of a route pile up and end, as at a time-out. Durations of real work vary. */
import { medianOf } from '../core/statistics.ts';

/** Usual values of time-outs, seconds. */
const USUAL = [1, 2, 3, 5, 10, 15, 20, 25, 29, 30, 45, 55, 60, 90, 100, 120, 180, 300] as const;
export const MINIMUM = 5;
/** Durations from AT to ABOVE times the limit belong to it: the time-out fired, then the answer was made. */
export const AT = 0.998;
const ABOVE = 1.05;

/** Any other limit needs more durations, in a band too narrow for work, and MOSTLY_FAIL of them must have failed. */
const MINIMUM_UNUSUAL = 10;
const UNUSUAL_ABOVE = 1.01;
const MOSTLY_FAIL = 0.5;
/** A limit is at least FAR times the median duration and at least LEAST µs: requests that end at their usual duration are work. */
const FAR = 3;
const LEAST = 500_000;
/** Longest time to make the answer after the time-out fired, µs. */
const ANSWERING = 20_000;

export interface Edge {
  readonly seconds: number;
  readonly members: readonly number[];
  /** By how much the median of these durations exceeds the limit, relative to it. Decides between close limits (29 s and 30 s). */
  readonly over: number;
}

/**
 * The limit at which a route's durations pile up and end: a usual one, or another that stands out; null: none. `serviceOf`: µs by row;
 * `members`: rows of the route; `median`: its usual duration, µs, NaN: no request was answered without an error.
 */
export function edgeOf(
  serviceOf: (i: number) => number,
  failed: (i: number) => boolean,
  members: readonly number[],
  median: number,
): Edge | null {
  const least = median > 0 ? Math.max(FAR * median, LEAST) : LEAST;
  const usual = USUAL.filter((seconds) => 1e6 * seconds >= least)
    .map((seconds) => pileAt(seconds, ABOVE, serviceOf, members))
    .filter((edge) => edge !== null && edge.members.length >= MINIMUM);
  if (usual.length > 0) return usual.reduce((best, edge) => (edge!.over < best!.over ? edge : best));
  const far = Float64Array.from(members.map(serviceOf).filter((micros) => micros >= least)).sort();
  if (far.length < MINIMUM_UNUSUAL) return null;
  // Time-outs are set in tenths of a second at the finest.
  const unusual = pileAt(Math.floor(densest(far) / 1e5 + 1e-6) / 10, UNUSUAL_ABOVE, serviceOf, members);
  // Work of that length (a report, filling a cache) does not fail when it ends, as a time-out mostly does.
  return unusual &&
    unusual.members.length >= MINIMUM_UNUSUAL &&
    unusual.members.filter(failed).length >= MOSTLY_FAIL * unusual.members.length
    ? unusual
    : null;
}

/** Start of the band with the most durations, µs. @param sorted µs, ascending, at least one */
function densest(sorted: Float64Array): number {
  let best = { count: 0, from: sorted[0] };
  for (let first = 0, next = 0; first < sorted.length; first++) {
    while (next < sorted.length && sorted[next] <= UNUSUAL_ABOVE * sorted[first] + ANSWERING) next++;
    if (next - first > best.count) best = { count: next - first, from: sorted[first] };
  }
  return best.from;
}

/** The requests that end between the limit and `above` times it; null: too many end just below or anywhere above. */
function pileAt(
  seconds: number,
  above: number,
  serviceOf: (i: number) => number,
  members: readonly number[],
): Edge | null {
  const limit = seconds * 1e6;
  const at: number[] = [];
  let [below, beyond] = [0, 0];
  for (const i of members) {
    const micros = serviceOf(i);
    if (micros >= AT * limit && micros <= above * limit + ANSWERING) at.push(i);
    else if (micros > above * limit) beyond++;
    else if (micros > 0.6 * limit) below++;
  }
  if (at.length === 0 || beyond > 0.1 * at.length || below > 0.2 * at.length) return null;
  return { seconds, members: at, over: medianOf(at.map(serviceOf)) / limit - 1 };
}
