/** Times when requests took much longer, on several routes or on one: something that they call was slow, whoever the callers were. */
import { integersAt } from './columns.ts';
import { type Analysis, isKeptWhole } from './finding.ts';
import { likeliestStretch } from './likeliest-stretch.ts';
import { groupsOf, type Rows, rowsOf } from './rows.ts';
import { countUpTo, medianOf, rankSumTest } from './statistics.ts';
import { routeText } from './text.ts';
import { MICROS_PER_SECOND } from './time.ts';

/**
 * A request is slow if it takes SLOW times the median of its route. Within an outage, about MOSTLY of the requests are slow; in the whole
 * log, at most MOST_USUALLY.
 */
export const SLOW = 2.5;
const MOSTLY = 0.6;
const MOST_USUALLY = 0.3;
/** The same limit for the requests of one route, and for the busiest parts of a long log, in which long outages have a larger share. */
const MOST_OF_A_PART = 0.45;
/**
 * Fewest requests of a route that is judged alone; its least share of the slots' busy time in the stretch; and least ratio of the medians
 * inside and outside.
 */
const MINIMUM_ALONE = 40;
const MOST_OF_STRETCH = 0.5;
const TIMES = 3;
/** Fewest requests of a route for a median, and inside a stretch for the route to be judged there. */
const MINIMUM_OF_ROUTE = 10;
const MINIMUM_INSIDE = 3;
/** Fewest slow requests, absolute and per slot (a stall of the machine freezes one in each slot); and shortest outage in µs. */
const MINIMUM_SLOW = 8;
const PER_SLOT = 1.5;
const SHORTEST = 2e6;
/** So many slow requests at the end of a log are a step that may remain, which `latency-step` reports. */
const STILL_OPEN = 50;
/** Requests that share a core or a lock take longer by at most their number; an outage must exceed that by this factor. */
const BEYOND_SHARING = 3;
/** Fewest requests with as many others in flight for a comparison, and p below which they were quicker. */
const MINIMUM_BESIDE = 10;
const SURE = 1e-9;
/** Fewest starts before it, as a log that begins slow may begin with cold caches. */
const MINIMUM_BEFORE = 20;

/**
 * µs by route: median of all requests of a log of which only the busiest parts are kept (in these, slow requests may be the majority);
 * null: all requests are kept.
 */
function mediansOfWhole(analysis: Analysis): ((route: number) => number | undefined) | null {
  if (isKeptWhole(analysis)) return null;
  const { summary, names } = analysis;
  const medians = new Map(summary.routes.map(({ route, service_time: { p50 } }) => [route, p50]));
  return (route) => {
    const seconds = medians.get(routeText(names.routes.text(route)));
    return seconds ? seconds * MICROS_PER_SECOND : undefined;
  };
}

/** Service time divided by the median of the route; NaN for routes with too few requests. */
function slownessOf(rows: Rows, analysis: Analysis): Float64Array {
  const ofWhole = mediansOfWhole(analysis);
  const slowness = new Float64Array(rows.length).fill(Number.NaN);
  for (const [route, members] of groupsOf(rows.route)) {
    const timed = members.filter((i) => rows.service[i] > 0);
    if (timed.length < MINIMUM_OF_ROUTE) continue;
    const median = ofWhole?.(route) ?? medianOf(timed.map((i) => rows.service[i]));
    for (const i of timed) slowness[i] = rows.service[i] / median;
  }
  return slowness;
}

/** Something that kept slots busy for longer than usual. */
export interface Holdup {
  /** µs since 1970 UTC */
  readonly from: number;
  readonly to: number;
  /** Slot time beyond what the same requests usually take, µs. */
  readonly excessMicros: number;
}

/** From the first start of a slow request to the last end of one. */
export interface Outage extends Holdup {
  /** Positions in the rows, in order of start. */
  readonly inside: readonly number[];
  /** Those that took SLOW times the median of their route. */
  readonly slow: readonly number[];
}

/** Stretches in which most requests are slow. @param members in order of start */
function outagesOf(
  rows: Rows,
  slowness: Float64Array,
  slots: number,
  members: readonly number[],
  mostUsually: number,
): Outage[] {
  const judged = members.filter((i) => slowness[i] > 0);
  const isSlow = (k: number) => slowness[judged[k]] >= SLOW;
  const usual = judged.filter((_, k) => isSlow(k)).length / judged.length;
  if (!(usual > 0 && usual <= mostUsually)) return [];
  const found: Outage[] = [];
  const look = (first: number, last: number) => {
    const stretch = likeliestStretch(isSlow, usual, MOSTLY, first, last);
    if (!stretch) return;
    look(first, stretch.first);
    const inside = judged.slice(stretch.first, stretch.last + 1);
    const slow = inside.filter((i) => slowness[i] >= SLOW);
    const to = slow.reduce((latest, i) => Math.max(latest, rows.end[i]), Number.NEGATIVE_INFINITY);
    const excessMicros = slow.reduce((sum, i) => sum + rows.service[i] * (1 - 1 / slowness[i]), 0);
    const outage = { inside, slow, from: rows.start[slow[0]], to, excessMicros };
    const goesOn = judged.length - 1 - stretch.last < MINIMUM_BESIDE && slow.length >= STILL_OPEN;
    const isFirst = outage.from - rows.start[0] < SHORTEST || stretch.first < MINIMUM_BEFORE;
    const isLong = slow.length >= Math.max(MINIMUM_SLOW, PER_SLOT * slots) && to - outage.from >= SHORTEST;
    if (isLong && !isFirst && !goesOn && 2 * slow.length >= inside.length) found.push(outage);
    look(stretch.last + 1, last);
  };
  look(0, judged.length);
  return found;
}

/** For each request: mean number of requests running while it ran, itself included. Only `members`, in order of start, are counted. */
function levelsDuring(rows: Rows, members: readonly number[], levels: Float64Array): void {
  const events = new Float64Array(2 * members.length);
  const step = new Map<number, number>();
  members.forEach((i, k) => {
    events[2 * k] = rows.start[i];
    events[2 * k + 1] = rows.end[i];
    step.set(rows.start[i], (step.get(rows.start[i]) ?? 0) + 1);
    step.set(rows.end[i], (step.get(rows.end[i]) ?? 0) - 1);
  });
  const at = Float64Array.from(new Set(events)).sort();
  const area = new Float64Array(at.length);
  let level = 0;
  for (let k = 0; k < at.length; k++) {
    if (k > 0) area[k] = area[k - 1] + level * (at[k] - at[k - 1]);
    level += step.get(at[k]) ?? 0;
  }
  const areaAt = (instant: number) => area[countUpTo(at, instant) - 1];
  for (const i of members) {
    const took = rows.end[i] - rows.start[i];
    if (took > 0) levels[i] = (areaAt(rows.end[i]) - areaAt(rows.start[i])) / took;
  }
}

/**
 * Whether the slowness is only growth with load: requests that share a core or a lock take longer when more of them run. An outage must be
 * slower than other times with as many requests in flight, or much slower than sharing among all slots explains.
 */
function isGrowthWithLoad(
  isThreaded: boolean,
  rows: Rows,
  slowness: Float64Array,
  { inside, slow, from, to }: Outage,
  slots: number,
): boolean {
  const times = medianOf(inside.map((i) => slowness[i]));
  if (times > BEYOND_SHARING * slots) return false;
  const within = inside.map((i) => slowness[i]);
  const chosen = new Set(inside);
  const all = Array.from({ length: rows.length }, (_, i) => i);
  const columns = [[all]];
  if (isThreaded) columns.push([...groupsOf(rows.worker).values()]);
  return columns.some((groups) => {
    const levels = new Float64Array(rows.length);
    for (const members of groups) levelsDuring(rows, members, levels);
    const usualLevel = medianOf(slow.map((i) => levels[i]));
    const beside = all.filter(
      (i) =>
        slowness[i] > 0 &&
        !chosen.has(i) &&
        levels[i] >= 0.9 * usualLevel &&
        (rows.start[i] > to || rows.end[i] < from),
    );
    const others = beside.map((i) => slowness[i]);
    // The stretch was chosen for its slow requests, so those next to it are quicker by chance.
    return (
      beside.length < MINIMUM_BESIDE || medianOf(others) > Math.sqrt(times) || rankSumTest(others, within).p > SURE
    );
  });
}

export interface Outages {
  readonly outages: readonly Outage[];
  /** The one that took the most slot time. */
  readonly worst: Outage;
  /** Positions in the rows that are in none of them. */
  readonly outside: readonly number[];
  /** Within the worst one: the routes with enough requests to be judged, and those of them that were slow. */
  readonly routes: readonly RouteWithin[];
  readonly affected: readonly RouteWithin[];
  /** The only route that was slow while others were not; null: several were slow. */
  readonly only: number | null;
}

export interface RouteWithin {
  readonly route: number;
  readonly members: readonly number[];
}

const known = new WeakMap<Analysis['requests'], Outages | null>();

/** The outages of a pool with `slots` slots, computed once per analysis; null: none. */
export function findOutages(analysis: Analysis, slots: number): Outages | null {
  const before = known.get(analysis.requests);
  if (before !== undefined) return before;
  const found = look(analysis, slots);
  known.set(analysis.requests, found);
  return found;
}

function look(analysis: Analysis, slots: number): Outages | null {
  const rows = rowsOf(analysis);
  const slowness = slownessOf(rows, analysis);
  const isThreaded = analysis.summary.server.model === 'threaded';
  const within = (members: readonly number[], mostUsually: number): Outage[] =>
    outagesOf(rows, slowness, slots, members, mostUsually).filter(
      (outage) => !isGrowthWithLoad(isThreaded, rows, slowness, outage, slots),
    );
  const all = Array.from({ length: rows.length }, (_, i) => i);
  const ofSeveral = judge(rows, slowness, all, within(all, isKeptWhole(analysis) ? MOST_USUALLY : MOST_OF_A_PART));
  if (ofSeveral) return ofSeveral;
  let worst: Outages | null = null;
  for (const [route, members] of groupsOf(rows.route)) {
    if (members.length < MINIMUM_ALONE || members.length === rows.length) continue;
    const outages = within(members, MOST_OF_A_PART).filter((outage) => fillsSlots(rows, outage));
    const found = judge(rows, slowness, members, outages);
    if (found && costOf(rows, found.worst) > (worst ? costOf(rows, worst.worst) : 0)) worst = { ...found, only: route };
  }
  return worst;
}

/** Slot time, µs. */
const costOf = (rows: Rows, { slow }: Outage): number => slow.length * medianOf(slow.map((i) => rows.service[i]));

/**
 * Whether the slow requests of one route took most of the slot time then. If so, the other routes hardly show how it would have been
 * otherwise.
 */
function fillsSlots(rows: Rows, { slow, from, to }: Outage): boolean {
  let all = 0;
  for (let i = 0; i < rows.length && rows.start[i] <= to; i++) if (rows.end[i] >= from) all += rows.service[i] || 0;
  return slow.reduce((sum, i) => sum + rows.service[i], 0) >= MOST_OF_STRETCH * all;
}

function judge(
  rows: Rows,
  slowness: Float64Array,
  members: readonly number[],
  outages: readonly Outage[],
): Outages | null {
  if (outages.length === 0) return null;
  const within = new Set(outages.flatMap(({ inside }) => inside));
  const outside = members.filter((i) => slowness[i] > 0 && !within.has(i));
  const medianTimes = (some: readonly number[]) => medianOf(some.map((i) => slowness[i]));
  const worst = outages.reduce((a, b) => (costOf(rows, b) > costOf(rows, a) ? b : a));
  if (!(medianTimes(worst.inside) >= TIMES * medianTimes(outside))) return null;
  const routes = [...groupsOf(integersAt(rows.route, worst.inside))]
    .map(([route, places]) => ({ route, members: places.map((k) => worst.inside[k]) }))
    .filter((one) => one.members.length >= MINIMUM_INSIDE);
  const affected = routes.filter((one) => medianTimes(one.members) >= SLOW);
  const routesOfLog = new Set(outside.map((i) => rows.route[i])).size;
  // If several routes were judged together, a single slow one has reasons of its own.
  if (affected.length < Math.min(2, routesOfLog)) return null;
  return { outages, worst, outside, routes, affected, only: null };
}
