/**
 * How long the requests of each route usually take, and how many take much longer. For a log that is only kept in parts, this is taken from
 * the summary, which covers all of its requests.
 */
import { type Analysis, isKeptWhole } from './finding.ts';
import { groupsOf, type Rows } from './rows.ts';
import { medianOf } from './statistics.ts';
import type { RouteSummary } from './summary.ts';
import { routeText } from './text.ts';
import { MICROS_PER_SECOND } from './time.ts';

/** A route needs at least this many requests for a median. */
const MINIMUM_OF_ROUTE = 10;

export interface UsualTimes {
  /** One entry per row: service time / median of its route; NaN for routes with too few requests and rows without a service time. */
  readonly slowness: Float64Array;
  /**
   * Share of all requests on the routes of `members` that take at least `times` times the median of their route. In a log that is kept
   * whole, only `members` are counted. @param members positions in the rows
   */
  shareOfSlow(members: readonly number[], times: number): number;
}

export function usualTimes(rows: Rows, analysis: Analysis): UsualTimes {
  const ofWhole = routesOfWhole(analysis);
  const slowness = new Float64Array(rows.length).fill(Number.NaN);
  for (const [route, members] of groupsOf(rows.route)) {
    const timed = members.filter((i) => rows.service[i] > 0);
    if (timed.length < MINIMUM_OF_ROUTE) continue;
    const median = ofWhole(route)?.median ?? medianOf(timed.map((i) => rows.service[i]));
    for (const i of timed) slowness[i] = rows.service[i] / median;
  }
  return {
    slowness,
    shareOfSlow: (members, times) => {
      const counted = [...new Set(members.map((i) => rows.route[i]))].flatMap((route) => ofWhole(route) ?? []);
      if (counted.length > 0) {
        const requests = counted.reduce((sum, { summary }) => sum + summary.requests, 0);
        return counted.reduce((sum, { summary }) => sum + summary.requests * shareFrom(summary, times), 0) / requests;
      }
      const judged = members.filter((i) => slowness[i] > 0);
      return judged.filter((i) => slowness[i] >= times).length / judged.length;
    },
  };
}

interface RouteOfWhole {
  readonly summary: RouteSummary;
  /** µs */
  readonly median: number;
}

/**
 * Looks up routes in the summary of a log that is only kept in parts. The kept parts are the busiest, and slow requests may be the majority
 * there. The lookup gives undefined if all requests are kept or the summary does not list the route.
 */
function routesOfWhole(analysis: Analysis): (route: number) => RouteOfWhole | undefined {
  if (isKeptWhole(analysis)) return () => undefined;
  const { summary, names } = analysis;
  const byName = new Map(summary.routes.map((one) => [one.route, one]));
  return (route) => {
    const found = byName.get(routeText(names.routes.text(route)));
    const seconds = found?.service_time.p50;
    return found && seconds ? { summary: found, median: seconds * MICROS_PER_SECOND } : undefined;
  };
}

/**
 * Share of the requests of a route that take at least `times` (1 or more) times its median. Between the known quantiles, log(share) is
 * interpolated linearly in log(time).
 */
function shareFrom({ service_time: { p50, p95, p99, max } }: RouteSummary, times: number): number {
  const median = p50 ?? Number.NaN;
  const known = [
    { at: p50, share: 0.5 },
    { at: p95, share: 0.05 },
    { at: p99, share: 0.01 },
  ].flatMap(({ at, share }) => (at === null ? [] : [{ times: at / median, share }]));
  const above = known.findIndex((one) => one.times >= times);
  if (above === 0) return 0.5;
  if (above < 0) return (max ?? 0) >= times * median ? 0.01 : 0.001;
  const [less, more] = [known[above - 1], known[above]];
  const part = Math.log(times / less.times) / Math.log(more.times / less.times);
  return less.share * (more.share / less.share) ** part;
}
