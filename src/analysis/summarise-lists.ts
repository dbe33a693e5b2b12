/** The lists of the summary: workers in order of time, routes in the order of the time for which they kept the server busy. */
import type { ServerInference, ServiceBounds } from '../core/inference.ts';
import type { RouteSummary, WorkerSummary } from '../core/summary.ts';
import { printable, routeText } from '../core/text.ts';
import { isoInstant, secondsOrNull } from '../core/time.ts';
import type { DurationHistogram } from './histogram.ts';
import type { OwnDurations } from './own-durations.ts';
import type { Partial } from './partial.ts';

const MAX_ROUTES = 500;
const MAX_WORKERS = 1000;

/** Compares character codes: the same in every locale, and without ICU's tables, which take 5 ms to load. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function summariseWorkers(partial: Partial, inference: ServerInference): WorkerSummary[] {
  const lives = new Map(inference.lives.map((life) => [life.worker, life]));
  const slots = inference.unbounded ? null : inference.threads.value;
  return partial.workers
    .map((totals, id) => {
      const life = lives.get(id);
      const micros = totals.last - totals.first;
      return {
        first: Number.isFinite(totals.first) ? totals.first : Number.NEGATIVE_INFINITY,
        id: printable(partial.names.workers.text(id), 200),
        from: isoInstant(totals.first),
        to: isoInstant(totals.last),
        requests: totals.requests,
        busy_ratio:
          totals.busyMicros > 0 && slots !== null && micros > 0
            ? Math.min(1, totals.busyMicros / (micros * slots))
            : null,
        peak_concurrency: life && Number.isFinite(life.peakConcurrency) ? life.peakConcurrency : null,
        fate: life?.fate ?? 'running',
      };
    })
    .filter(Boolean)
    .sort((a, b) => (a.first === b.first ? byText(a.id, b.id) : a.first - b.first))
    .slice(0, MAX_WORKERS)
    .map(({ first: _, ...worker }) => worker);
}

const timesOf = (of: DurationHistogram | undefined) => ({
  mean: of ? secondsOrNull(of.mean) : null,
  p50: of ? secondsOrNull(of.quantile(0.5)) : null,
  p95: of ? secondsOrNull(of.quantile(0.95)) : null,
  p99: of ? secondsOrNull(of.quantile(0.99)) : null,
  max: of ? secondsOrNull(of.max) : null,
});

const highOf = (bound: Pick<ServiceBounds, 'highMean' | 'highP95'> | undefined) => ({
  mean: secondsOrNull(bound?.highMean ?? Number.NaN),
  p95: secondsOrNull(bound?.highP95 ?? Number.NaN),
});

/** Whether durations, or some of them, are a proxy's: from the request to the answer. */
export const isOfProxy = ({ streams }: Partial): boolean =>
  streams.some(({ facts }) => facts.durationCovers === 'response');

export function summariseRoutes(
  partial: Partial,
  own: OwnDurations | null,
  all: DurationHistogram,
  bounds?: ServiceBounds,
): RouteSummary[] {
  const busy = (own?.all ?? all).sum;
  const service = own !== null || !isOfProxy(partial);
  const hasStatus = partial.status.some((count, code) => code > 0 && count > 0);
  return partial.routeCounts.routes
    .map((totals, id) => {
      const of = own ? own.routes.get(id) : service ? totals.durations : undefined;
      const busyMicros = own ? (of?.sum ?? 0) : totals.busyMicros;
      return {
        busyMicros,
        route: routeText(partial.names.routes.text(id)),
        requests: totals.requests,
        error_ratio: hasStatus ? totals.errors / totals.requests : null,
        busy_ratio: service && busy > 0 ? busyMicros / busy : null,
        service_time: { ...timesOf(of), high: highOf(bounds?.routes.get(id)) },
        ...(service ? {} : { response_time: timesOf(totals.durations) }),
      };
    })
    .filter(Boolean)
    .sort((a, b) => b.busyMicros - a.busyMicros || b.requests - a.requests || (a.route < b.route ? -1 : 1))
    .slice(0, MAX_ROUTES)
    .map(({ busyMicros: _, ...route }) => route);
}
