/**
 * Which routes of a log with too many of them are listed: those with a thousandth of the requests, or half a percent of the busy time. They
 * are found in the sample and counted by the sketch. The other routes of each method are summed up as "GET (other)".
 */
import { DurationHistogram } from './histogram.ts';
import type { Partial } from './partial.ts';
import { METHODS, methodOf, RouteSketch } from './route-sketch.ts';
import { type RouteTotals, Totals } from './totals.ts';

const SHARE_OF_REQUESTS = 1 / 1000;
const SHARE_OF_BUSY_TIME = 1 / 200;

/** How accurate the numbers of routes are. */
export interface RouteEstimates {
  /** Approximate number of distinct routes. */
  readonly distinct: number;
  /** Requests by which the count of a listed route may be too high; it is never too low. */
  readonly excessRequests: number;
  /** Number of sampled requests from which the times of listed routes come. */
  readonly sampledRequests: number;
}

interface Sampled {
  readonly id: number;
  readonly name: string;
  readonly durations: DurationHistogram;
}

/**
 * Puts the totals of the listed routes into the partial, in an order that depends only on the requests, and renames all other routes in the
 * kept data. Nothing may be added to the partial afterwards. null: every route was counted, nothing is changed.
 */
export function listHeavyRoutes(partial: Partial): RouteEstimates | null {
  const { names } = partial;
  const { sketch } = partial.routeCounts;
  if (!sketch) return null;
  const sample = partial.sample.state();
  const sampled = new Map<number, Sampled>();
  sample.route.forEach((id, row) => {
    if (id < 0) return;
    const known = sampled.get(id) ?? { id, name: names.routes.text(id), durations: new DurationHistogram() };
    sampled.set(id, known);
    known.durations.add(sample.duration[row]);
  });
  const enough = partial.requests * SHARE_OF_REQUESTS;
  const enoughBusy = sketch.durations.sum * SHARE_OF_BUSY_TIME;
  const heavy = [...sampled.values()]
    .map((route) => ({ ...route, ...sketch.estimate(names.routes.hash(route.id)) }))
    .filter(({ requests, busyMicros }) => requests >= enough || (busyMicros > 0 && busyMicros >= enoughBusy))
    .sort((a, b) => b.requests - a.requests || (a.name < b.name ? -1 : 1));
  const others = METHODS.map((method, index) => {
    const rest = Object.assign(new Totals(), sketch.ofMethod(index)) as RouteTotals;
    const isRouted = rest.requests > 0;
    for (const route of heavy) {
      if (methodOf(route.name) !== index) continue;
      rest.requests = Math.max(0, rest.requests - route.requests);
      rest.errors = Math.max(0, rest.errors - route.errors);
      rest.busyMicros = Math.max(0, rest.busyMicros - route.busyMicros);
    }
    return { name: `${method} (other)`, isRouted, rest, durations: new DurationHistogram() };
  });
  const isHeavy = new Set(heavy.map(({ id }) => id));
  for (const { id, name, durations } of sampled.values()) {
    if (!isHeavy.has(id)) others[methodOf(name)].durations.merge(durations);
  }
  const texts = Array.from({ length: names.routes.size }, (_, id) => names.routes.text(id));
  names.routes.clear();
  const newIds = new Map(heavy.map(({ id, name }) => [id, names.routes.add(name)]));
  const otherIds = others.map(({ name, isRouted }) => (isRouted ? names.routes.add(name) : -1));
  partial.renumberRoutes(Int32Array.from(texts, (name, id) => newIds.get(id) ?? otherIds[methodOf(name)]));
  const put = (id: number, totals: RouteTotals, durations: DurationHistogram) =>
    partial.routeCounts.set(id, durations.count > 0 ? Object.assign(totals, { durations }) : totals);
  for (const [id, { requests, errors, busyMicros, durations }] of heavy.entries()) {
    put(id, Object.assign(new Totals(), { requests, errors, busyMicros }), durations);
  }
  others.forEach(({ rest, durations }, index) => {
    if (otherIds[index] >= 0 && rest.requests > 0) put(otherIds[index], rest, durations);
  });
  return {
    distinct: sketch.distinct(),
    excessRequests: RouteSketch.excess(partial.requests),
    sampledRequests: sample.hash.length,
  };
}
