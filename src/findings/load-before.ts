/** The arrival rate before an outage, and how many slots that rate keeps busy while the outage lasts. */
import { type Facts, isKeptWhole } from '../core/finding.ts';
import type { Outage } from '../core/outages.ts';
import type { Rows } from '../core/rows.ts';
import { countUpTo, meanOf, sumOf } from '../core/statistics.ts';
import { routeText } from '../core/text.ts';

/** Fewest requests, and shortest time (µs), before the outage that give a rate. */
const MINIMUM_BEFORE = 20;
const BEFORE = 10e6;
const HOUR = 3600e6;

/**
 * `rate`: requests/s on the slow route (`only`; null: on all routes) before the outage. `busy`: slots that this rate keeps busy at the service
 * times within the outage, and the load of the other routes.
 */
export function loadBefore(
  facts: Facts,
  rows: Rows,
  { from, inside }: Outage,
  only: number | null,
): { rate: number; busy: number } {
  const isWhole = isKeptWhole(facts);
  const starts = only === null ? rows.start : rows.start.filter((_, i) => rows.route[i] === only);
  const rate = isWhole ? rateBefore(starts, from) : rateOfTimeline(facts.summary, from) * shareOf(facts, only).requests;
  const busy = (rate * meanOf(inside.map((i) => rows.service[i]))) / 1e6;
  if (only === null) return { rate, busy };
  // The other routes keep their load beside the slow one.
  const others = isWhole
    ? busyWithout(rows, only)
    : (facts.summary.concurrency.mean ?? Number.NaN) * (1 - shareOf(facts, only).busy);
  return { rate, busy: busy + others };
}

/** Mean number of slots that the requests of all other routes keep busy. */
function busyWithout(rows: Rows, route: number): number {
  const span = rows.end[rows.length - 1] - rows.start[0];
  return rows.service.reduce((sum, micros, i) => sum + (rows.route[i] !== route && micros > 0 ? micros : 0), 0) / span;
}

/** Requests per second before `from`, or of the whole log if too few came before. `start`: µs, ascending. */
function rateBefore(start: Float64Array, from: number): number {
  const { length } = start;
  const count = countUpTo(start, from);
  const [n, span] =
    count >= MINIMUM_BEFORE && from - start[0] >= BEFORE
      ? [count, from - start[0]]
      : [length, start[length - 1] - start[0]];
  return (n * 1e6) / span;
}

/** Requests/s in the hour before `from`; for a log that is kept in parts, whose timeline counts all requests. */
function rateOfTimeline({ timeline, requests }: Facts['summary'], from: number): number {
  const begin = 1000 * Date.parse(timeline.from ?? '');
  const stepOf = (instant: number) => Math.max(0, Math.floor((instant - begin) / (timeline.step_seconds * 1e6)));
  const before = timeline.requests.slice(stepOf(from - HOUR), stepOf(from));
  return before.length > 0
    ? sumOf(before) / (before.length * timeline.step_seconds)
    : (requests.rate.mean ?? Number.NaN);
}

/** Share of the route of all requests and of all busy time, 0..1 (NaN: unknown); 1 for null (all routes). */
function shareOf({ summary, names }: Facts, route: number | null): { requests: number; busy: number } {
  if (route === null) return { requests: 1, busy: 1 };
  const found = summary.routes.find((one) => one.route === routeText(names.routes.text(route)));
  return { requests: (found?.requests ?? Number.NaN) / summary.requests.total, busy: found?.busy_ratio ?? Number.NaN };
}
