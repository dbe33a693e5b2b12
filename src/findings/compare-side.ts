/**
 * The figures of one of the two compared logs. For a log too long to be kept whole they are taken from the summary of all its requests: the
 * kept requests are its busiest parts, and an incident of one hour may be most of them.
 */
import { type Analysis, isKeptWhole } from '../core/finding.ts';
import { groupsOf, type Rows, rowsOf } from '../core/rows.ts';
import { meanOf, quantileOf, sumOf } from '../core/statistics.ts';
import type { FindingSummary, RouteSummary } from '../core/summary.ts';
import { routeText } from '../core/text.ts';
import type { TimedSide } from './compare-measures.ts';

/** One of the two logs: its analysis and its findings. */
export interface Side {
  readonly path: string;
  readonly analysis: Analysis;
  readonly findings: readonly FindingSummary[];
}

/** All times in µs. */
export interface Figures {
  readonly requests: number;
  readonly errors: number;
  readonly service: TimedSide;
  /** p95 of the service time; null: unknown. */
  readonly serviceP95: number | null;
  readonly wait: TimedSide;
}

export interface Figured {
  readonly all: Pick<Figures, 'service' | 'wait'> & { readonly latency: TimedSide };
  /** Keyed by route name. */
  readonly routes: ReadonlyMap<string, Figures>;
}

export function figuresOf({ analysis }: Side): Figured {
  const rows = rowsOf(analysis);
  const all = [...rows.service.keys()];
  const { names, summary } = analysis;
  const counted = new Map(isKeptWhole(analysis) ? [] : summary.routes.map((one) => [one.route, one]));
  const routes = [...groupsOf(rows.route)].map(([id, members]): [string, Figures] => {
    const name = names.routes.text(id);
    const own = ofRows(analysis, rows, members);
    const found = counted.get(routeText(name));
    return [name, found ? ofAllRequests(own, found) : own];
  });
  const [service, wait] = [serviceOfLog(analysis, rows), waitsOf(analysis, rows, all)];
  return { all: { service, wait, latency: latencyOf(rows, service, wait) }, routes: new Map(routes) };
}

function ofRows(analysis: Analysis, rows: Rows, members: readonly number[]): Figures {
  const values = members.map((i) => rows.service[i]).filter(Number.isFinite);
  return {
    requests: members.length,
    errors: members.filter((i) => rows.status[i] >= 500).length,
    service: { values },
    serviceP95: values.length > 0 ? quantileOf(values, 0.95) : null,
    wait: waitsOf(analysis, rows, members),
  };
}

/** Figures of all requests of a route, from the summary; the values of its kept requests serve only the tests. */
function ofAllRequests({ service, wait }: Figures, { requests, error_ratio, ...route }: RouteSummary): Figures {
  const { mean, p95 } = route.response_time ?? route.service_time;
  return {
    requests,
    errors: Math.round((error_ratio ?? 0) * requests),
    service: mean === null ? service : { ...service, mean: 1e6 * mean },
    serviceP95: p95 === null ? null : 1e6 * p95,
    wait,
  };
}

/** Service times. For a log that is kept in parts: the mean of each timeline step as values, and the mean of all requests. */
function serviceOfLog(analysis: Analysis, rows: Rows): TimedSide {
  const values = Array.from(rows.service).filter(Number.isFinite);
  if (isKeptWhole(analysis)) return { values };
  const { timeline, service_time, response_time } = analysis.summary;
  const { mean } = response_time ?? service_time;
  if (mean === null) return { values };
  const steps = timeline.requests.flatMap((requests, k) => {
    const busy = timeline.busy[k];
    return requests > 0 && busy !== null ? [(1e6 * busy * timeline.step_seconds) / requests] : [];
  });
  return { values: steps.length > 0 ? steps : values, mean: 1e6 * mean };
}

/**
 * Waits of these requests (positions in the rows). Their mean is the median over the sampled histories of the mean within each, as everywhere
 * else. The mean over all histories would be a different number: a few histories with long waits would make it far larger.
 */
function waitsOf({ inference }: Analysis, { row, wait }: Rows, members: readonly number[]): TimedSide {
  const values = members.map((i) => wait[i]).filter(Number.isFinite);
  const { waitSamples, weight } = inference.requests;
  if (!waitSamples || values.length === 0) return { values };
  const weightAt = (at: number) => (weight ? weight[at] : 1);
  const known = members.map((i) => row[i]).filter((at) => Number.isFinite(waitSamples[0][at] * weightAt(at)));
  const total = sumOf(known.map(weightAt));
  const means = waitSamples.map((sample) => sumOf(known.map((at) => weightAt(at) * sample[at])) / total);
  return { values, mean: means.sort((x, y) => x - y)[means.length >> 1] };
}

/** Latency of each request: service time plus wait. The mean is built from the better means of both where these are known. */
function latencyOf({ service, wait }: Rows, ofLog: TimedSide, waits: TimedSide): TimedSide {
  const values = Array.from(service, (micros, i) => micros + wait[i]).filter(Number.isFinite);
  if (ofLog.mean !== undefined && waits.mean !== undefined) return { values, mean: ofLog.mean + waits.mean };
  return waits.mean === undefined ? { values } : { values, mean: meanOf(values) - meanOf(waits.values) + waits.mean };
}
