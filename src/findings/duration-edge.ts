/** Where the durations of a route pile up and end: as at a time-out, and not as work does, which varies. */
import { medianOf } from '../core/statistics.ts';

/** Values that people give time-outs, seconds. */
const USUAL = [1, 2, 3, 5, 10, 15, 20, 25, 29, 30, 45, 55, 60, 90, 100, 120, 180, 300] as const;
export const MINIMUM = 5;
/** Durations at the limit, and just above it: the time-out fired, then the answer was made. */
export const AT = 0.998;
const ABOVE = 1.05;

/** Any other limit is taken for one where so many durations lie in a band so narrow that work, which varies, would not. */
const MINIMUM_UNUSUAL = 10;
const UNUSUAL_ABOVE = 1.01;
const MOSTLY_FAIL = 0.5;
/** Times the usual duration, and µs: what ends at its ordinary duration is work; a time-out stands far above it. */
const FAR = 3;
const LEAST = 500_000;
/** µs that making the answer takes at most. */
const ANSWERING = 20_000;

export interface Edge {
  readonly seconds: number;
  readonly members: readonly number[];
  /** Share of the limit by which the durations pass it: 30 s lie within reach of a limit of 29 s as well. */
  readonly over: number;
}

/** The limit at which a route's durations pile up and end: a usual one, or one that stands out by itself. `median` NaN: nobody was answered. */
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
  // People give time-outs in tenths of a second at the finest.
  const unusual = pileAt(Math.floor(densest(far) / 1e5 + 1e-6) / 10, UNUSUAL_ABOVE, serviceOf, members);
  // Work of that length (a report, what fills a cache) does not fail when its time is over.
  return unusual &&
    unusual.members.length >= MINIMUM_UNUSUAL &&
    unusual.members.filter(failed).length >= MOSTLY_FAIL * unusual.members.length
    ? unusual
    : null;
}

/** Where the band with most of them begins. @param sorted at least one */
function densest(sorted: Float64Array): number {
  let best = { count: 0, from: sorted[0] };
  for (let first = 0, next = 0; first < sorted.length; first++) {
    while (next < sorted.length && sorted[next] <= UNUSUAL_ABOVE * sorted[first] + ANSWERING) next++;
    if (next - first > best.count) best = { count: next - first, from: sorted[first] };
  }
  return best.from;
}

/** Those that end at a limit or up to `above` times it, where next to none end just before it or behind it. */
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
