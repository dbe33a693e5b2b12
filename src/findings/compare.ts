/** What changed between two logs. The tests are valid for autocorrelated samples, so noise is not reported as a change. */

import { DIFF_SCHEMA, type Diff, type DiffRoute, type DiffRouteAlone, isOtherModel } from '../core/diff.ts';
import { meanOf } from '../core/statistics.ts';
import { type FindingSummary, HEDGED, type Summary } from '../core/summary.ts';
import { type ServiceWords, serviceWords } from '../core/words.ts';
import { errorMeasure, type TimedSide, timeMeasure, type WaitRange, waitRanges } from './compare-measures.ts';
import { type Figured, figuresOf, type Side } from './compare-side.ts';
import { diffVerdict } from './compare-verdict.ts';

/** Significance level of all tests of a comparison together (Bonferroni). */
const LEVEL = 0.01;
const MOST_ROUTES = 50;

export function compare(before: Side, after: Side): Diff {
  const [left, right] = [figuresOf(before), figuresOf(after)];
  const shared = sharedRoutes(left, right);
  // Three tests per route, four for the whole log.
  const level = LEVEL / (4 + 3 * shared.length);
  const waits = waitRanges(before.analysis.summary, after.analysis.summary);
  const routes = shared.map(
    ({ route, a, b }): DiffRoute => ({
      route,
      requests: { before: a.requests, after: b.requests },
      service_time_mean: timeMeasure(a.service, b.service, level),
      service_time_p95: { before: inSeconds(a.serviceP95), after: inSeconds(b.serviceP95) },
      wait_mean: timeMeasure(a.wait, b.wait, level, waits),
      error_ratio: errorMeasure(a.errors, a.requests, b.errors, b.requests, level),
    }),
  );
  const diff = {
    schema: DIFF_SCHEMA,
    inputs: { before: inputOf(before), after: inputOf(after) },
    server: serverOf(before.analysis.summary, after.analysis.summary),
    service_time_mean: timeMeasure(left.all.service, right.all.service, level),
    service_time_is: serviceIs(before.analysis.summary, after.analysis.summary),
    wait_mean: timeMeasure(left.all.wait, right.all.wait, level, waits),
    wait_mean_range: { before: waits.before, after: waits.after },
    latency_mean: timeMeasure(left.all.latency, right.all.latency, level, {
      ...waits,
      before: beyond(waits.before, left.all),
      after: beyond(waits.after, right.all),
    }),
    error_ratio: errorMeasure(...answersOf(before), ...answersOf(after), level),
    level,
    routes,
    routes_alone: { before: routesAlone(before, after), after: routesAlone(after, before) },
    findings: findingsOf(before.findings, after.findings),
  } as const;
  const compared = ({ analysis, findings }: Side) => ({ server: analysis.summary.server, findings });
  return { ...diff, verdict: diffVerdict(diff, compared(before), compared(after)) };
}

const inSeconds = (micros: number | null): number | null => (micros === null ? null : micros / 1e6);

/** Range of the mean latency, seconds: that of the wait plus the mean service time, which is known. */
function beyond(range: WaitRange | null, { wait, latency }: Figured['all']): WaitRange | null {
  const mean = ({ values, mean: told = meanOf(values) }: TimedSide) => told / 1e6;
  const service = mean(latency) - mean(wait);
  return range && Number.isFinite(service) ? [range[0] + service, range[1] + service] : range;
}

/** Routes that are in both logs, those with the most requests first. */
const sharedRoutes = (before: Figured, after: Figured) =>
  [...before.routes]
    .flatMap(([route, a]) => {
      const b = after.routes.get(route);
      return b ? [{ route, a, b }] : [];
    })
    .sort((x, y) => y.a.requests + y.b.requests - x.a.requests - x.b.requests)
    .slice(0, MOST_ROUTES);

/** Routes of one log that are not in the other, those with the most requests first. */
function routesAlone(of: Side, other: Side): DiffRouteAlone[] {
  const { routes } = other.analysis.names;
  return of.analysis.summary.routes
    .filter(({ route }) => routes.find(route) < 0)
    .map(({ route, requests }) => ({ route, requests }))
    .sort((x, y) => y.requests - x.requests)
    .slice(0, MOST_ROUTES);
}

/** Number of server errors, and of requests with a status, from all lines: also those that were not kept or have no time. */
function answersOf({ analysis: { summary } }: Side): [errors: number, requests: number] {
  const { status, error_ratio: ratio } = summary.requests;
  const known = Object.values(status).reduce((sum, count) => sum + count, 0);
  return [Math.round((ratio ?? 0) * known), known];
}

const serviceIs = (...sides: readonly Omit<Summary, 'findings'>[]): ServiceWords => {
  if (sides.some(({ response_time }) => response_time)) return 'response time';
  const words = sides.map(({ server, service_time: { grows_with_load } }) => serviceWords(server, grows_with_load));
  return words.find((word) => word !== 'service time') ?? 'service time';
};

const inputOf = ({ path, analysis: { summary } }: Side): Diff['inputs']['before'] => ({
  path,
  requests: summary.requests.total,
  seconds: summary.window.seconds,
  rate: summary.requests.rate.mean,
});

function serverOf(before: Omit<Summary, 'findings'>, after: Omit<Summary, 'findings'>): Diff['server'] {
  const pair = <T>(read: (summary: Omit<Summary, 'findings'>) => T) => ({ before: read(before), after: read(after) });
  // A model that was inferred with low confidence may differ between logs without a change of the server.
  const model = pair(({ server }) => (server.model_confidence < HEDGED ? 'unknown' : server.model));
  const workers = pair(({ server }) => server.workers.value);
  const threads = pair(({ server }) => server.threads.value);
  const capacity = pair(({ server }) => server.capacity.value);
  const counts = [workers, threads, capacity];
  const differs = ({ before: x, after: y }: (typeof counts)[number]) => x !== null && y !== null && x !== y;
  return {
    model,
    workers,
    threads,
    capacity,
    changed: isOtherModel(model.before, model.after) || counts.some(differs),
  };
}

function findingsOf(before: readonly FindingSummary[], after: readonly FindingSummary[]): Diff['findings'] {
  const left = new Set(before.map(({ id }) => id));
  const right = new Set(after.map(({ id }) => id));
  return {
    gone: [...left].filter((id) => !right.has(id)),
    new: [...right].filter((id) => !left.has(id)),
    still: [...right].filter((id) => left.has(id)),
  };
}
