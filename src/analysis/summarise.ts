/** Turns a partial and its inference into the summary, the document that `analyze --json` prints. */
import { clockSteps, continuedTable, shiftsOf } from '../core/clock-steps.ts';
import type { ServerInference, ServiceBounds } from '../core/inference.ts';
import { MOST_ROUTES } from '../core/names.ts';
import { type Distribution, type InputSummary, type Knows, SUMMARY_SCHEMA, type Summary } from '../core/summary.ts';
import type { RequestTable } from '../core/table.ts';
import { isoInstant, MICROS_PER_SECOND, secondsOrNull } from '../core/time.ts';
import type { RouteEstimates } from './heavy-routes.ts';
import type { DurationHistogram } from './histogram.ts';
import { type OwnDurations, ownDurations } from './own-durations.ts';
import type { Partial } from './partial.ts';
import { isOfProxy, summariseRoutes, summariseWorkers } from './summarise-lists.ts';
import { summariseTimeline } from './summarise-timeline.ts';
import { meanConcurrency } from './whole-log.ts';

export interface SummariseInput {
  readonly partial: Partial;
  readonly requests: RequestTable;
  readonly inference: ServerInference;
  readonly knows: Knows;
  readonly inputs: readonly InputSummary[];
  readonly version: string;
  /** How sure the numbers of routes are; null: they are exact. */
  readonly estimates: RouteEstimates | null;
}

export function summarise(input: SummariseInput): Omit<Summary, 'findings'> {
  const { partial, inference, knows, inputs, version } = input;
  const all = partial.routeCounts.durations();
  const window = windowOf(input, all);
  const timeline = summariseTimeline(input);
  const { wait, batches } = inference;
  const own = ownDurations(partial, input.requests, inference);
  const service = serviceTime(inference, own, all);
  const capacity = inference.capacity.value;
  return {
    schema: SUMMARY_SCHEMA,
    generator: { name: 'logscope', version },
    inputs: inputs.map((item) => ({ ...item })),
    knows,
    window: {
      from: isoInstant(window.from),
      to: isoInstant(window.to),
      seconds: secondsOrNull(window.to - window.from + window.setBack),
    },
    requests: {
      total: partial.requests,
      error_ratio: errorRatio(partial),
      status: statusClasses(partial.status),
      rate: { mean: window.rate, peak: timeline.peakRate },
      bytes: partial.bytesKnown > 0 ? partial.bytes : null,
    },
    server: {
      model: inference.model,
      model_confidence: inference.modelConfidence,
      model_method: inference.modelMethod,
      workers: inference.workers,
      threads: inference.threads,
      capacity: inference.capacity,
      restarts: inference.restarts,
      ...(inference.servers.length > 0 ? { servers: inference.servers.length } : {}),
      ...regimes(inference),
    },
    service_time: service,
    ...(own === null && isOfProxy(partial) ? { response_time: distributionOf(all) } : {}),
    concurrency: concurrency(partial, inference, window, all),
    batches: {
      detected: batches.detected,
      size: numberOrNull(batches.size),
      period_seconds: secondsOrNull(batches.periodMicros),
      count: numberOrNull(batches.count),
    },
    wait: {
      method: wait.method,
      mean: secondsOrNull(wait.mean),
      p50: secondsOrNull(wait.p50),
      p95: secondsOrNull(wait.p95),
      p99: secondsOrNull(wait.p99),
      max: secondsOrNull(wait.max),
      waiting_ratio: numberOrNull(wait.waitingRatio),
      peak_queue: numberOrNull(wait.peakQueue),
      low: { mean: secondsOrNull(wait.lowMean), p95: secondsOrNull(wait.lowP95) },
      high: { mean: secondsOrNull(wait.highMean), p95: secondsOrNull(wait.highP95) },
      confidence: wait.confidence,
      basis: wait.basis,
    },
    throughput: {
      // Of pools one after the other, each has its own ceiling.
      ceiling_per_second:
        capacity !== null && inference.regimes.length === 0 && service.mean !== null && service.mean > 0
          ? capacity / service.mean
          : null,
    },
    workers: summariseWorkers(partial, inference),
    routes: summariseRoutes(partial, own, all, inference.service.bounds),
    ...routeEstimates(input.estimates),
    timeline: timeline.timeline,
  };
}

function routeEstimates(estimates: RouteEstimates | null): Pick<Summary, 'route_estimates'> {
  if (!estimates) return {};
  const { distinct, excessRequests, sampledRequests } = estimates;
  return {
    route_estimates: {
      distinct_routes: distinct,
      excess_requests: excessRequests,
      sampled_requests: sampledRequests,
      basis: `more than ${MOST_ROUTES} routes: listed are those with a thousandth of the requests or more; their numbers are never too low, and too high by at most ${excessRequests} requests in 98 of 100 cases; their times are those of ${sampledRequests} requests, drawn at random`,
    },
  };
}

const numberOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

interface Window {
  readonly from: number;
  readonly to: number;
  /** µs by which the log lasted longer than its stamps say, because the clock was set back meanwhile. */
  readonly setBack: number;
  /** Requests per second over the window; null where the log has no clock. */
  readonly rate: number | null;
}

/** From the first start to the last end, as sharpened by the inference where it could. */
function windowOf({ partial, requests, inference }: SummariseInput, all: DurationHistogram): Window {
  if (partial.first > partial.last) return { from: Number.NaN, to: Number.NaN, setBack: 0, rate: null };
  let { first: from, last: to } = partial;
  let startsKnown = false;
  if (partial.retained.complete) {
    const { first, last, anyDuration } = extentOf(inference.requests, requests.length);
    startsKnown = first < last && anyDuration;
    if (startsKnown) [from, to] = [first, last];
  } else startsKnown = all.count > 0;
  // Stamps alone span one tick more than their difference: four lines stamped 15, 16, 17 and 18 took four seconds.
  const resolution = Math.max(0, ...partial.streams.map(({ facts }) => facts.resolutionMicros));
  const lasted = lastedMicros(requests);
  const setBack = lasted > 0 ? lasted - (partial.last - partial.first) : 0;
  const micros = to - from + setBack + (startsKnown ? 0 : resolution);
  // No pool is busy for longer than the log lasts: without durations, its first round began before the first stamp.
  const { saturatedMicros } = inference.concurrency;
  if (!startsKnown && saturatedMicros > to - from) from = to - saturatedMicros;
  return { from, to, setBack, rate: micros > 0 ? (partial.requests * MICROS_PER_SECOND) / micros : null };
}

/** µs from the first stamp to the last as if the clock had never been set back; 0: it was not. */
function lastedMicros(requests: RequestTable): number {
  const steps = clockSteps(requests);
  if (steps.length === 0) return 0;
  const { first, last } = extentOf(continuedTable(requests, shiftsOf(requests, steps)), requests.length);
  return last - first;
}

/** The first and the last known instant of any request. Some lines may have a duration and others none. */
function extentOf(
  { start, end }: Pick<RequestTable, 'start' | 'end'>,
  length: number,
): { first: number; last: number; anyDuration: boolean } {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let anyDuration = false;
  for (let row = 0; row < length; row++) {
    anyDuration ||= start[row] <= end[row];
    first = Math.min(first, Number.isNaN(start[row]) ? end[row] : start[row]);
    last = Math.max(last, Number.isNaN(end[row]) ? start[row] : end[row]);
  }
  return { first, last, anyDuration };
}

function errorRatio(partial: Partial): number | null {
  let known = 0;
  let errors = 0;
  for (let code = 1; code < partial.status.length; code++) {
    known += partial.status[code];
    if (code >= 500) errors += partial.status[code];
  }
  return known > 0 ? errors / known : null;
}

function statusClasses(status: Float64Array): Record<string, number> {
  const classes: Record<string, number> = {};
  for (let code = 1; code < status.length; code++) {
    if (status[code] === 0) continue;
    const name = `${Math.floor(code / 100)}xx`;
    classes[name] = (classes[name] ?? 0) + status[code];
  }
  return classes;
}

const distributionOf = (histogram: DurationHistogram): Distribution => ({
  mean: secondsOrNull(histogram.mean),
  p50: secondsOrNull(histogram.quantile(0.5)),
  p90: secondsOrNull(histogram.quantile(0.9)),
  p95: secondsOrNull(histogram.quantile(0.95)),
  p99: secondsOrNull(histogram.quantile(0.99)),
  max: histogram.count > 0 ? secondsOrNull(histogram.max) : null,
});

const regimes = ({ regimes }: ServerInference): Pick<Summary['server'], 'regimes'> =>
  regimes.length === 0
    ? {}
    : {
        regimes: regimes.map(({ from, to, workers, model, capacity, capacityLow, saturatedMicros, waitMean }) => ({
          from: isoInstant(from),
          to: isoInstant(to),
          workers,
          model,
          capacity,
          capacity_at_least: capacityLow,
          saturated_seconds: secondsOrNull(saturatedMicros),
          wait_mean: secondsOrNull(waitMean),
        })),
      };

/** Logged durations come from all requests, inferred ones from the inference. */
function serviceTime(
  { service, seenByProxy }: ServerInference,
  own: OwnDurations | null,
  all: DurationHistogram,
): Summary['service_time'] {
  // The growth of a proxy's times is not that of service times.
  // If the queue inside was separated from the work, it is the queue that grew.
  const { growth, bounds } = service;
  const growsWithLoad = !growth || growth.behindProxy ? null : growth.grows && !(growth.inTurn && service.mean > 0);
  if (service.method === 'logged') {
    const basis = own && !seenByProxy ? "durations in the server's own lines" : service.basis;
    return {
      method: 'logged',
      basis,
      ...distributionOf(own?.all ?? all),
      grows_with_load: growsWithLoad,
      ...boundsOf(),
    };
  }
  return {
    method: service.method,
    basis: service.basis,
    mean: secondsOrNull(service.mean),
    p50: secondsOrNull(service.p50),
    p90: secondsOrNull(service.p90),
    p95: secondsOrNull(service.p95),
    p99: secondsOrNull(service.p99),
    max: secondsOrNull(service.max),
    grows_with_load: growsWithLoad,
    ...boundsOf(bounds),
  };
}

const boundsOf = (bounds?: ServiceBounds): Pick<Summary['service_time'], 'low' | 'high' | 'busiest'> => ({
  low: { mean: secondsOrNull(bounds?.lowMean ?? Number.NaN) },
  high: { mean: secondsOrNull(bounds?.highMean ?? Number.NaN), p95: secondsOrNull(bounds?.highP95 ?? Number.NaN) },
  busiest: bounds?.busiest
    ? {
        from: isoInstant(bounds.busiest.from),
        to: isoInstant(bounds.busiest.to),
        high_mean: secondsOrNull(bounds.busiest.highMean),
      }
    : null,
});

function concurrency(
  partial: Partial,
  inference: ServerInference,
  window: Window,
  all: DurationHistogram,
): Summary['concurrency'] {
  const { p95, peak, peakAtLeast, saturatedMicros, saturatedRatio } = inference.concurrency;
  const seen = inference.concurrency.mean;
  const mean = partial.retained.complete ? seen : meanConcurrency(partial, seen, window.to - window.from, all.sum);
  return {
    mean: numberOrNull(mean),
    p95: numberOrNull(p95),
    peak: numberOrNull(peak),
    peak_at_least: numberOrNull(peakAtLeast),
    saturated_seconds: secondsOrNull(saturatedMicros),
    saturated_ratio: numberOrNull(saturatedRatio),
  };
}
