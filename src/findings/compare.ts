/** What changed between two logs, with tests that a knotted sample cannot fool: noise is not reported as progress. */

import { DIFF_SCHEMA, type Diff, type DiffRoute, type DiffRouteAlone, isOtherModel } from '../core/diff.ts';
import type { Analysis } from '../core/finding.ts';
import { groupsOf, orNull, type Rows, rowsOf } from '../core/rows.ts';
import { meanOf, quantileOf } from '../core/statistics.ts';
import { type FindingSummary, HEDGED, type Summary } from '../core/summary.ts';
import { type ServiceWords, serviceWords } from '../core/words.ts';
import { errorMeasure, type TimedSide, timeMeasure, type WaitRange, waitRanges } from './compare-measures.ts';
import { diffVerdict } from './compare-verdict.ts';

/** A log, examined: its analysis and its findings. */
export interface Side {
  readonly path: string;
  readonly analysis: Analysis;
  readonly findings: readonly FindingSummary[];
}

/** Chance up to which a difference counts, over all tests of a comparison together (Bonferroni). */
const LEVEL = 0.01;
const MOST_ROUTES = 50;

export function compare(before: Side, after: Side): Diff {
  const a = rowsOf(before.analysis);
  const b = rowsOf(after.analysis);
  const shared = sharedRoutes(before, after, a, b);
  // Every route brings three tests, the whole log four.
  const level = LEVEL / (4 + 3 * shared.length);
  const waits = waitRanges(before.analysis.summary, after.analysis.summary);
  const routes = shared.map(({ route, left, right }): DiffRoute => {
    const of = (members: readonly number[], column: Float64Array) => ({
      values: members.map((i) => column[i]).filter(Number.isFinite),
    });
    const serviceLeft = of(left, a.service);
    const serviceRight = of(right, b.service);
    return {
      route,
      requests: { before: left.length, after: right.length },
      service_time_mean: timeMeasure(serviceLeft, serviceRight, level),
      service_time_p95: {
        before: orNull(quantileOf(serviceLeft.values, 0.95) / 1e6),
        after: orNull(quantileOf(serviceRight.values, 0.95) / 1e6),
      },
      wait_mean: timeMeasure(waitsOf(before, a, left), waitsOf(after, b, right), level, waits),
      error_ratio: errorMeasure(errorsOf(a, left), left.length, errorsOf(b, right), right.length, level),
    };
  });
  const finite = (column: Float64Array) => ({ values: Array.from(column).filter(Number.isFinite) });
  const [waitBefore, waitAfter] = [waitsOf(before, a), waitsOf(after, b)];
  const [latencyBefore, latencyAfter] = [latencyOf(a, waitBefore), latencyOf(b, waitAfter)];
  const diff = {
    schema: DIFF_SCHEMA,
    inputs: { before: inputOf(before), after: inputOf(after) },
    server: serverOf(before.analysis.summary, after.analysis.summary),
    service_time_mean: timeMeasure(finite(a.service), finite(b.service), level),
    service_time_is: serviceIs(before.analysis.summary, after.analysis.summary),
    wait_mean: timeMeasure(waitBefore, waitAfter, level, waits),
    wait_mean_range: { before: waits.before, after: waits.after },
    latency_mean: timeMeasure(latencyBefore, latencyAfter, level, {
      ...waits,
      before: beyond(waits.before, waitBefore, latencyBefore),
      after: beyond(waits.after, waitAfter, latencyAfter),
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

/**
 * Waits of all rows, or of some. Each of the possible histories has a mean, and the one in the middle is told, as everywhere else: the
 * mean of them all would be another number, and a few long histories would make it far larger.
 */
function waitsOf({ analysis }: Side, { row, wait }: Rows, members: readonly number[] = [...row.keys()]): TimedSide {
  const values = members.map((i) => wait[i]).filter(Number.isFinite);
  const { waitSamples } = analysis.inference.requests;
  if (!waitSamples || values.length === 0) return { values };
  const means = waitSamples.map((sample) => meanOf(members.map((i) => sample[row[i]]).filter(Number.isFinite)));
  return { values, mean: means.sort((x, y) => x - y)[means.length >> 1] };
}

function latencyOf({ service, wait }: Rows, { values: waits, mean }: TimedSide): TimedSide {
  const values = Array.from(service, (micros, i) => micros + wait[i]).filter(Number.isFinite);
  return mean === undefined ? { values } : { values, mean: meanOf(values) - meanOf(waits) + mean };
}

/** Seconds: the range of the wait, with the service time, which is known, on top of both ends. */
function beyond(range: WaitRange | null, wait: TimedSide, latency: TimedSide): WaitRange | null {
  const mean = ({ values, mean: told = meanOf(values) }: TimedSide) => told / 1e6;
  const service = mean(latency) - mean(wait);
  return range && Number.isFinite(service) ? [range[0] + service, range[1] + service] : range;
}

/** Routes of both logs, busiest first. */
function sharedRoutes(before: Side, after: Side, a: Rows, b: Rows) {
  const names = after.analysis.names.routes;
  const right = groupsOf(b.route);
  return [...groupsOf(a.route)]
    .map(([id, left]) => {
      const route = before.analysis.names.routes.text(id);
      return { route, left, right: right.get(names.find(route)) ?? [] };
    })
    .filter((pair) => pair.right.length > 0)
    .sort((x, y) => y.left.length + y.right.length - x.left.length - x.right.length)
    .slice(0, MOST_ROUTES);
}

/** Routes of one log that the other has not, busiest first. */
function routesAlone(of: Side, other: Side): DiffRouteAlone[] {
  const { routes } = other.analysis.names;
  return of.analysis.summary.routes
    .filter(({ route }) => routes.find(route) < 0)
    .map(({ route, requests }) => ({ route, requests }))
    .sort((x, y) => y.requests - x.requests)
    .slice(0, MOST_ROUTES);
}

const errorsOf = (rows: Rows, members: readonly number[]): number =>
  members.filter((i) => rows.status[i] >= 500).length;

/** Errors of the server, and requests with a status: of all lines, also of those that were not kept or have no time. */
function answersOf({ analysis: { summary } }: Side): [errors: number, requests: number] {
  const { status, error_ratio: ratio } = summary.requests;
  const known = Object.values(status).reduce((sum, count) => sum + count, 0);
  return [Math.round((ratio ?? 0) * known), known];
}

const serviceIs = (...sides: readonly Omit<Summary, 'findings'>[]): ServiceWords => {
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
  // That another log reads otherwise is no change.
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
