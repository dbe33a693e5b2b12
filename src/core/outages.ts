/** Where requests took many times as long for a while, on several routes or on one: what they call was slow, whoever asked. */
import { integersAt } from './columns.ts';
import { type Analysis, isKeptWhole } from './finding.ts';
import { likeliestStretch } from './likeliest-stretch.ts';
import { groupsOf, type Rows, rowsOf } from './rows.ts';
import { countUpTo, medianOf, rankSumTest } from './statistics.ts';
import { routeText } from './text.ts';
import { MICROS_PER_SECOND } from './time.ts';

/** A request is slow from so many times the median of its route on; most of a stretch is, and its median is at least so many times as long. */
export const SLOW = 2.5;
const MOSTLY = 0.6;
const MOST_USUALLY = 0.3;
/** The same of the requests of one route, and of those kept of a long log, its busiest parts: those of a long stretch are more of them. */
const MOST_OF_A_PART = 0.45;
/** Requests of a route that is judged alone, and its share of the slots' time in the stretch. */
const MINIMUM_ALONE = 40;
const MOST_OF_STRETCH = 0.5;
const TIMES = 3;
/** Requests of a route that make a median, and of a stretch that make it one of the route. */
const MINIMUM_OF_ROUTE = 10;
const MINIMUM_INSIDE = 3;
/** Slow requests: a stall of the machine freezes one in each slot. */
const MINIMUM_SLOW = 8;
const PER_SLOT = 1.5;
const SHORTEST = 2e6;
/** As many slow requests at the end of a log are a step that may stay: `latency-step` tells of it. */
const STILL_OPEN = 50;
/** Times that requests which share a core, or a lock, may take longer than by as many as there are of them. */
const BEYOND_SHARING = 3;
/** Requests beside as many others that must have been quick, and the chance that they were so by chance. */
const MINIMUM_BESIDE = 10;
const SURE = 1e-9;
/** Starts before it; a log that begins slow may begin with cold caches. */
const MINIMUM_BEFORE = 20;

/** µs by route: medians of all requests of a log of which the busiest parts are kept, where slow ones may be most; null: all are kept. */
function mediansOfWhole(analysis: Analysis): ((route: number) => number | undefined) | null {
  if (isKeptWhole(analysis)) return null;
  const { summary, names } = analysis;
  const medians = new Map(summary.routes.map(({ route, service_time: { p50 } }) => [route, p50]));
  return (route) => {
    const seconds = medians.get(routeText(names.routes.text(route)));
    return seconds ? seconds * MICROS_PER_SECOND : undefined;
  };
}

/** Service over the median of the route, for rows of routes with enough requests; NaN of others. */
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

/** Something that held slots for longer than usual. */
export interface Holdup {
  /** µs since 1970 UTC */
  readonly from: number;
  readonly to: number;
  /** µs of slots beyond what the same requests usually take. */
  readonly excessMicros: number;
}

/** From the first start of a slow request to the last end of one. */
export interface Outage extends Holdup {
  /** Positions in the rows, in order of their starts. */
  readonly inside: readonly number[];
  /** Those that took SLOW times the median of their route. */
  readonly slow: readonly number[];
}

/** Stretches of `members`, in order of their starts, most of which are slow. */
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

/** Mean number of requests that ran while each did, itself among them: of `members`, which are in order of their starts. */
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
 * Requests that share a core or a lock take longer the more of them run. That is no outage: it takes a stretch that is slower than others
 * were with as many beside them, or slower by far than sharing among all slots makes.
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
    // The stretch was chosen for its slow ones, so what lies at its edges is quicker by chance.
    return (
      beside.length < MINIMUM_BESIDE || medianOf(others) > Math.sqrt(times) || rankSumTest(others, within).p > SURE
    );
  });
}

export interface Outages {
  readonly outages: readonly Outage[];
  /** The one that took most of the slots' time. */
  readonly worst: Outage;
  /** Positions in the rows that lie in none of them. */
  readonly outside: readonly number[];
  /** In the worst one: routes with enough requests to be judged, and those of them that were slow. */
  readonly routes: readonly RouteWithin[];
  readonly affected: readonly RouteWithin[];
  /** The only route that was slow, while others were not; null: several were. */
  readonly only: number | null;
}

export interface RouteWithin {
  readonly route: number;
  readonly members: readonly number[];
}

const known = new WeakMap<Analysis['requests'], Outages | null>();

/** The outages of a pool of `slots`, worked out once per analysis; null: none. */
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

/** µs of slots. */
const costOf = (rows: Rows, { slow }: Outage): number => slow.length * medianOf(slow.map((i) => rows.service[i]));

/** What one route did while it was slow was most of what the server did then: the others hardly show how it would have been else. */
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
  // Where several were judged together, one of them has reasons of its own.
  if (affected.length < Math.min(2, routesOfLog)) return null;
  return { outages, worst, outside, routes, affected, only: null };
}
