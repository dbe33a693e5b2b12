/** Cache stampedes: windows in which every request of a route takes the long way, from the start of the first one to its end. */
import { max } from 'simple-statistics';
import { floatsAt } from './columns.ts';
import type { Analysis } from './finding.ts';
import { periodOf } from './periods.ts';
import { groupsOf, halfWidths, type Rows, rowsOf } from './rows.ts';
import { isOfNewWorkers, isOfOneClient, LEAST, othersAreSlow, SLOW } from './stampede-look-alikes.ts';
import { countUpTo, logPoissonTail, medianOf, sumOf } from './statistics.ts';

/** Durations of requests that take the long way and of others are separated by a gap of at least this ratio. */
const APART = 1.5;
/** Fewest requests of a route, and largest share of them that may take the long way: what is mostly computed anew is not cached. */
const FEWEST_OF_ROUTE = 60;
const MOST_SLOW = 0.4;
/** Fewest windows with repeats, and fewest repeats. */
const FEWEST_STAMPEDES = 3;
const FEWEST_REPEATED = 10;
const FEWEST_SLOW = FEWEST_STAMPEDES + FEWEST_REPEATED;
/** Share of the requests that must be slow inside the windows, and that may be beside them. */
const NEARLY_ALL = 0.9;
const HARDLY_ANY = 0.1;
/** ln of the largest probability that so many slow requests begin by chance while another one runs. */
const SURE = -18;
/** Least ratio of how much later repeats end to how much later they start: 1 if each takes as long as the first, 0 if all end together. */
const EACH_FOR_ITSELF = 0.5;
/**
 * Largest share, of the quick requests expected in the windows, that may occur there; how many must be expected; and how many times the
 * usual number of requests would be a crowd.
 */
const MOST_QUICK = 0.4;
const FEWEST_QUICK = 10;
const CROWD = 1.5;

export interface Stampedes {
  readonly route: number;
  readonly stampedes: number;
  /** Number of requests that repeated what another one was doing; and the most that did so at once, including that one. */
  readonly repeated: number;
  readonly most: number;
  /** µs: their median duration; the usual duration of the route; from where on durations count as slow; and the total excess of the repeats. */
  readonly took: number;
  readonly usual: number;
  readonly slowFrom: number;
  readonly spentMicros: number;
  /** µs between stampedes; NaN: they are not periodic. */
  readonly period: number;
  /** All requests that took the long way, in order of start, each with those that repeated it. */
  readonly windows: readonly Window[];
  /** Each worker has its own cache. */
  readonly ofEachWorker: boolean;
  /** Those of other routes, costliest first. */
  readonly others: readonly Stampedes[];
  /** µs since 1970 UTC */
  readonly from: number;
  readonly to: number;
}

/** `slow`: positions in the rows, in order of start. `from`, `to`: µs since 1970 UTC; the window ends when the first request in it does. */
export interface Window {
  readonly slow: number[];
  readonly from: number;
  to: number;
}

const known = new WeakMap<Analysis['requests'], Stampedes | null>();

/** The stampedes of the route on which they cost most, computed once per analysis; null: no route has any. */
export function findStampedes(analysis: Analysis): Stampedes | null {
  const before = known.get(analysis.requests);
  if (before !== undefined) return before;
  const found = worstStampedes(analysis);
  known.set(analysis.requests, found);
  return found;
}

function worstStampedes(analysis: Analysis): Stampedes | null {
  const rows = rowsOf(analysis);
  const blur = halfWidths(analysis, rows);
  const all: Stampedes[] = [];
  for (const [route, members] of groupsOf(rows.route)) {
    const timed = members.filter((i) => rows.service[i] >= 0);
    if (timed.length < FEWEST_OF_ROUTE) continue;
    const found = ofRoute(analysis, rows, blur, route, timed);
    if (found && found.spentMicros > 0) all.push(found);
  }
  const [worst, ...others] = all.sort((a, b) => b.spentMicros - a.spentMicros);
  return worst ? { ...worst, others } : null;
}

function ofRoute(
  analysis: Analysis,
  rows: Rows,
  blur: Float64Array,
  route: number,
  members: readonly number[],
): Stampedes | null {
  const usual = medianOf(members.map((i) => rows.service[i]));
  const slowFrom = longWayFrom(rows, members, Math.max(SLOW * usual, LEAST));
  const slow = members.filter((i) => rows.service[i] >= slowFrom);
  if (slow.length < FEWEST_SLOW || slow.length > MOST_SLOW * members.length) return null;
  if (isOfNewWorkers(rows, slow)) return null;
  const byWorker = [...groupsOf(Int32Array.from(members, (i) => rows.worker[i])).values()];
  const shared = [members];
  const ofEach = byWorker.map((places) => places.map((k) => members[k]));
  for (const groups of ofEach.length > 1 ? [shared, ofEach] : [shared]) {
    const windows = groups.map((group) => windowsOf(rows, blur, group, slowFrom));
    const stampedes = windows.flat().filter(({ slow: inside }) => inside.length > 1);
    const repeated = stampedes.flatMap(({ slow: inside }) => inside.slice(1));
    if (stampedes.length < FEWEST_STAMPEDES || repeated.length < FEWEST_REPEATED) continue;
    if (!fits(rows, blur, groups, windows, slowFrom, slow.length)) continue;
    if (isOfOneClient(analysis, rows, members, repeated)) continue;
    if (othersAreSlow(rows, route, stampedes)) continue;
    const began = stampedes.map(({ from }) => from).sort((a, b) => a - b);
    return {
      route,
      stampedes: stampedes.length,
      repeated: repeated.length,
      most: max(stampedes.map(({ slow: inside }) => inside.length)),
      took: medianOf(stampedes.flatMap(({ slow: inside }) => inside.map((i) => rows.service[i]))),
      usual,
      slowFrom,
      spentMicros: repeated.reduce((sum, i) => sum + rows.service[i] - usual, 0),
      period: groups === shared ? periodOf(began) : Number.NaN,
      windows: windows.flat().sort((a, b) => a.from - b.from),
      ofEachWorker: groups !== shared,
      others: [],
      from: began[0],
      to: max(repeated.map((i) => rows.end[i])),
    };
  }
  return null;
}

/**
 * The duration from which requests take the long way: behind the widest gap (as a ratio) above `least`. Quick requests have a tail, but the
 * long way has a duration of its own. Infinity: there is none.
 */
function longWayFrom({ service }: Rows, members: readonly number[], least: number): number {
  const durations = Float64Array.from(members, (i) => service[i]).sort();
  let widest = { ratio: APART, from: Number.POSITIVE_INFINITY };
  // A single request that took even longer is not another way.
  for (let k = durations.length - FEWEST_SLOW; k > 0 && durations[k] >= least; k--) {
    const ratio = durations[k] / Math.max(1, durations[k - 1]);
    if (ratio >= widest.ratio) widest = { ratio, from: durations[k] };
  }
  return widest.from;
}

function windowsOf(
  { start, end, service }: Rows,
  blur: Float64Array,
  group: readonly number[],
  slowFrom: number,
): Window[] {
  const windows: Window[] = [];
  for (const i of group) {
    if (service[i] < slowFrom) continue;
    const last = windows.at(-1);
    // The end of the window is as uncertain as its start.
    if (last && start[i] < last.to + 2 * blur[i]) {
      last.slow.push(i);
      last.to = Math.min(last.to, end[i]);
    } else windows.push({ slow: [i], from: start[i], to: end[i] });
  }
  return windows;
}

interface Tally {
  slow: number;
  all: number;
}

/** What begins in the windows, and in as much time before and after each. */
interface Counted {
  /** Requests that surely begin inside, repeats of the window included; and those that surely do not. */
  readonly inside: Tally;
  readonly beside: Tally;
  /** Number of quick requests that seem to begin inside. */
  quick: number;
  /** Number of slow requests in the windows. */
  began: number;
  /** µs: total length of the windows; and by how much, in total, repeats start and end later than the first request of their window. */
  lasted: number;
  startsLater: number;
  endsLater: number;
}

const nothing = (): Counted => ({
  inside: { slow: 0, all: 0 },
  beside: { slow: 0, all: 0 },
  quick: 0,
  began: 0,
  lasted: 0,
  startsLater: 0,
  endsLater: 0,
});

/** Counts the slow requests of a window: the first one computes the answer, the others repeat that. */
function countOwn(counted: Counted, { start, end }: Rows, { slow, from, to }: Window): void {
  counted.lasted += to - from;
  counted.began += slow.length;
  for (const i of slow.slice(1)) {
    counted.inside.slow++;
    counted.inside.all++;
    counted.startsLater += start[i] - from;
    counted.endsLater += end[i] - to;
  }
}

/** Counts other requests that begin in a window, or in as much time before and after it. @param starts µs of the group, in order */
function countOthers(
  counted: Counted,
  { service }: Rows,
  blur: Float64Array,
  group: readonly number[],
  starts: Float64Array,
  { slow, from, to }: Window,
  slowFrom: number,
): void {
  const { inside, beside } = counted;
  const own = new Set(slow);
  const length = to - from;
  for (let k = countUpTo(starts, from - length); k < group.length && starts[k] < to + length; k++) {
    const [i, at] = [group[k], starts[k]];
    if (own.has(i)) continue;
    const isSlow = service[i] >= slowFrom;
    if (!isSlow && at >= from && at < to) counted.quick++;
    // Uncertainty of the request and of the window.
    const near = 2 * blur[i];
    if (at > from + near && at < to - near) inside.all++;
    if (at > from - near && at < to + near) continue;
    beside.all++;
    if (isSlow) beside.slow++;
  }
}

/** @param windows one list for each group */
function countAround(
  rows: Rows,
  blur: Float64Array,
  groups: readonly (readonly number[])[],
  windows: readonly (readonly Window[])[],
  slowFrom: number,
): Counted {
  const counted = nothing();
  groups.forEach((group, g) => {
    const starts = floatsAt(rows.start, group);
    for (const window of windows[g]) {
      countOwn(counted, rows, window);
      countOthers(counted, rows, blur, group, starts, window, slowFrom);
    }
  });
  return counted;
}

/**
 * Whether nearly all requests in the windows are slow, each for itself and far more often than by chance, while hardly any beside them is;
 * and whether the windows are not simply crowds.
 */
function fits(
  rows: Rows,
  blur: Float64Array,
  groups: readonly (readonly number[])[],
  windows: readonly (readonly Window[])[],
  slowFrom: number,
  slowOfAll: number,
): boolean {
  const counted = countAround(rows, blur, groups, windows, slowFrom);
  const { inside, beside, quick, began, lasted, startsLater, endsLater } = counted;
  if (inside.slow < NEARLY_ALL * inside.all || beside.slow > HARDLY_ANY * beside.all) return false;
  if (endsLater < EACH_FOR_ITSELF * startsLater) return false;
  const span = sumOf(groups.map((group) => rows.start[group[group.length - 1]] - rows.start[group[0]]));
  if (logPoissonTail(inside.slow, (slowOfAll * lasted) / span) > SURE) return false;
  const outside = lasted / Math.max(1, span - lasted);
  const all = sumOf(groups.map(({ length }) => length));
  const quickAtUsualRate = (all - slowOfAll - quick) * outside;
  if (quickAtUsualRate < FEWEST_QUICK || quick > MOST_QUICK * quickAtUsualRate) return false;
  const usual = (all - began) * outside;
  return began <= CROWD * usual + 3 * Math.sqrt(usual) + windows.flat().length;
}
