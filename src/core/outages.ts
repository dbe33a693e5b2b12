/** Times when requests took much longer, on several routes or on one: something that they call was slow, whoever the callers were. */
import { integersAt } from './columns.ts';
import { type Analysis, isKeptWhole } from './finding.ts';
import { isGrowthWithLoad } from './growth-with-load.ts';
import type { TimeSpan } from './inference.ts';
import { likeliestStretch } from './likeliest-stretch.ts';
import { groupsOf, type Rows, rowsOf } from './rows.ts';
import { medianOf, sumOf } from './statistics.ts';
import { MICROS_PER_SECOND } from './time.ts';
import { type UsualTimes, usualTimes } from './usual-times.ts';

/**
 * A request is slow if it takes SLOW times the median of its route. Within an outage, about MOSTLY of the requests are slow; in the whole
 * log, at most MOST_USUALLY.
 */
export const SLOW = 2.5;
const MOSTLY = 0.6;
const MOST_USUALLY = 0.3;
/** The same limit for the requests of one route. */
const MOST_OF_ROUTE = 0.45;
/**
 * Fewest requests of a route that is judged alone; its least share of the slots' busy time in the stretch; and least ratio of the medians
 * inside and outside.
 */
const MINIMUM_ALONE = 40;
const MOST_OF_STRETCH = 0.5;
const TIMES = 3;
/** Fewest requests of a route inside a stretch for the route to be judged there. */
const MINIMUM_INSIDE = 3;
/** Share of the requests in a stretch that must be on routes that are slow then; others go on as usual. */
const LEAST_AFFECTED = 1 / 3;
/** Fewest slow requests, absolute and per slot (a stall of the machine freezes one in each slot); and shortest outage in µs. */
const MINIMUM_SLOW = 8;
const PER_SLOT = 1.5;
const SHORTEST = 2e6;
/** So many slow requests at the end of a log are a step that may remain, which `latency-step` reports. */
const STILL_OPEN = 50;
/** Fewest requests behind it that show that it is over. */
const MINIMUM_BEHIND = 10;
/** Fewest starts before it, as a log that begins slow may begin with cold caches. */
const MINIMUM_BEFORE = 20;

/** µs: the timeline of a long log tells edges to half a minute. */
const EDGE = 60e6;

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
  /** Those on routes whose median then was SLOW times the usual one. */
  readonly affected: readonly number[];
}

interface Log {
  readonly analysis: Analysis;
  readonly rows: Rows;
  readonly slots: number;
  readonly usual: UsualTimes;
}

/** Stretches in which most requests are slow. @param members in order of start */
function outagesOf(log: Log, members: readonly number[], mostUsually: number): Outage[] {
  const { rows, slots, analysis } = log;
  const { slowness, shareOfSlow } = log.usual;
  const judged = members.filter((i) => slowness[i] > 0);
  const isSlow = (k: number) => slowness[judged[k]] >= SLOW;
  const usual = shareOfSlow(judged, SLOW);
  if (!(usual > 0 && usual <= mostUsually)) return [];
  const found: Outage[] = [];
  const look = (first: number, last: number) => {
    const stretch = likeliestStretch(isSlow, usual, MOSTLY, first, last);
    if (!stretch) return;
    look(first, stretch.first);
    const inside = judged.slice(stretch.first, stretch.last + 1);
    const slow = inside.filter((i) => slowness[i] >= SLOW);
    const affected = affectedOf(log, inside).flatMap((route) => route.members);
    const to = slow.reduce((latest, i) => Math.max(latest, rows.end[i]), Number.NEGATIVE_INFINITY);
    const excessMicros = slow.reduce((sum, i) => sum + rows.service[i] * (1 - 1 / slowness[i]), 0);
    const outage = { inside, slow, affected, from: rows.start[slow[0]], to, excessMicros };
    const isLast = judged.length - 1 - stretch.last < MINIMUM_BEHIND && !isOverByTimeline(analysis, outage);
    const goesOn = isLast && slow.length >= STILL_OPEN;
    const isFirst = beginsTheLog(log, outage.from, stretch.first);
    const isLong = slow.length >= Math.max(MINIMUM_SLOW, PER_SLOT * slots) && to - outage.from >= SHORTEST;
    if (isLong && !isFirst && !goesOn && affected.length >= LEAST_AFFECTED * inside.length) found.push(outage);
    look(stretch.last + 1, last);
  };
  look(0, judged.length);
  return asInTimeline(found, analysis);
}

/** The routes of these requests that have enough of them to be judged. */
const routesWithin = (rows: Rows, inside: readonly number[]): RouteWithin[] =>
  [...groupsOf(integersAt(rows.route, inside))]
    .map(([route, places]) => ({ route, members: places.map((k) => inside[k]) }))
    .filter(({ members }) => members.length >= MINIMUM_INSIDE);

/** Those of them that are slow. */
const affectedOf = ({ rows, usual: { slowness } }: Log, inside: readonly number[]): RouteWithin[] =>
  routesWithin(rows, inside).filter(({ members }) => medianOf(members.map((i) => slowness[i])) >= SLOW);

/** Whether hardly anything is logged before `from`. @param before requests that began before it, of those that are judged */
function beginsTheLog({ analysis, rows }: Log, from: number, before: number): boolean {
  if (isKeptWhole(analysis)) return from - rows.start[0] < SHORTEST || before < MINIMUM_BEFORE;
  // The first request that is kept of a long log is not its first one.
  const { timeline } = analysis.summary;
  const begin = 1000 * Date.parse(timeline.from ?? '');
  const steps = Math.max(0, Math.floor((from - begin) / (timeline.step_seconds * MICROS_PER_SECOND)));
  return sumOf(timeline.requests.slice(0, steps)) < MINIMUM_BEFORE;
}

const slowInTimeline = ({ inference }: Analysis, { from, to }: Holdup): TimeSpan | undefined =>
  inference.slowStretches?.find((stretch) => stretch.from < to && stretch.to > from);

/** Of a long log requests that came behind the outage may not be kept, but the timeline counts them. */
function isOverByTimeline(analysis: Analysis, outage: Holdup): boolean {
  const stretch = slowInTimeline(analysis, outage);
  const last = 1000 * Date.parse(analysis.summary.window.to ?? '');
  return stretch !== undefined && last - stretch.to >= EDGE;
}

/** What is kept of one slow stretch of a long log is one outage, from the beginning of that stretch to its end. */
function asInTimeline(outages: readonly Outage[], analysis: Analysis): Outage[] {
  const joined = new Map<TimeSpan | Outage, Outage>();
  for (const outage of outages) {
    const stretch = slowInTimeline(analysis, outage);
    const before = joined.get(stretch ?? outage);
    const all = before ? both(before, outage) : outage;
    // Stretches are known to half a minute, requests to their stamps.
    const from = stretch && stretch.from < all.from - EDGE ? stretch.from : all.from;
    const to = stretch && stretch.to > all.to + EDGE ? stretch.to : all.to;
    joined.set(stretch ?? outage, { ...all, from, to });
  }
  return [...joined.values()];
}

/** @param later the one that began later */
const both = (earlier: Outage, later: Outage): Outage => ({
  from: earlier.from,
  to: Math.max(earlier.to, later.to),
  inside: [...earlier.inside, ...later.inside],
  slow: [...earlier.slow, ...later.slow],
  affected: [...earlier.affected, ...later.affected],
  excessMicros: earlier.excessMicros + later.excessMicros,
});

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

/** The outages of the pool that wrote the log, computed once per analysis; null: none. @param slots of that pool, so the same at every call */
export function findOutages(analysis: Analysis, slots: number): Outages | null {
  const before = known.get(analysis.requests);
  if (before !== undefined) return before;
  const found = look(analysis, slots);
  known.set(analysis.requests, found);
  return found;
}

function look(analysis: Analysis, slots: number): Outages | null {
  const rows = rowsOf(analysis);
  const log = { analysis, rows, slots, usual: usualTimes(rows, analysis) };
  const { slowness } = log.usual;
  const isThreaded = analysis.summary.server.model === 'threaded';
  // Of a slow stretch of the timeline it is known that as many requests were quick at other times.
  const within = (members: readonly number[], mostUsually: number): Outage[] =>
    outagesOf(log, members, mostUsually).filter(
      (outage) =>
        slowInTimeline(analysis, outage) !== undefined || !isGrowthWithLoad(isThreaded, rows, slowness, outage, slots),
    );
  const all = Array.from({ length: rows.length }, (_, i) => i);
  const ofSeveral = judge(log, all, within(all, MOST_USUALLY));
  if (ofSeveral) return ofSeveral;
  let worst: Outages | null = null;
  for (const [route, members] of groupsOf(rows.route)) {
    if (members.length < MINIMUM_ALONE || members.length === rows.length) continue;
    const outages = within(members, MOST_OF_ROUTE).filter((outage) => fillsSlots(rows, outage));
    const found = judge(log, members, outages);
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

function judge(log: Log, members: readonly number[], outages: readonly Outage[]): Outages | null {
  const { rows, analysis } = log;
  const { slowness } = log.usual;
  if (outages.length === 0) return null;
  const within = new Set(outages.flatMap(({ inside }) => inside));
  const outside = members.filter((i) => slowness[i] > 0 && !within.has(i));
  const medianTimes = (some: readonly number[]) => medianOf(some.map((i) => slowness[i]));
  const worst = outages.reduce((a, b) => (costOf(rows, b) > costOf(rows, a) ? b : a));
  // By the medians of all requests of a long log, of which the outage may be most of what is kept, the usual is 1.
  const isFew = !isKeptWhole(analysis) && outside.length < MINIMUM_ALONE;
  if (!(medianTimes(worst.affected) >= TIMES * (isFew ? 1 : medianTimes(outside)))) return null;
  const routes = routesWithin(rows, worst.inside);
  const affected = affectedOf(log, worst.inside);
  const routesOfLog = new Set(outside.map((i) => rows.route[i])).size;
  // If several routes were judged together, a single slow one has reasons of its own.
  if (affected.length < Math.min(2, routesOfLog)) return null;
  return { outages, worst, outside, routes, affected, only: null };
}
