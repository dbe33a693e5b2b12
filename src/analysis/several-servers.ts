/**
 * Logs of several servers that are read together, or one log whose pool changed. Each pool has its own queue, so its waits are inferred on
 * their own, and the results are joined.
 */
import type { InferredRequests, PoolRegime, ServerInference, ServerPart, WaitInference } from '../core/inference.ts';
import { meanOf } from '../core/statistics.ts';
import { instantOf, type RequestTable } from '../core/table.ts';
import { serverOfWorker, wereAtOnce } from './join-input.ts';
import { type Beginning, logInInput } from './rows-in-order.ts';
import type { Regime } from './structure/regimes.ts';
import type { ShownOfPool } from './structure/structure.ts';
import type { WaitResult } from './wait/infer-wait.ts';
import { quantile, unknownWait } from './wait/summarise-waits.ts';

/**
 * Name and rows (ascending) of each server, in the order of `workers`, the ids of all workers as first seen. Empty for a single server,
 * unless `evenOne`. Rows without a worker belong to no server.
 */
export function rowsOfServers(
  { length, worker }: RequestTable,
  workers: Int32Array,
  nameOf: (worker: number) => string,
  evenOne = false,
): Pick<ServerPart, 'name' | 'rows'>[] {
  const servers = new Map<string, number[]>();
  const rowsOf = new Map<number, number[]>();
  for (const id of workers) {
    const server = serverOfWorker(nameOf(id));
    const rows = servers.get(server) ?? [];
    servers.set(server, rows);
    rowsOf.set(id, rows);
  }
  if (servers.size < 2 && !evenOne) return [];
  for (let i = 0; i < length; i++) rowsOf.get(worker[i])?.push(i);
  return Array.from(servers, ([name, rows]) => ({ name, rows: Int32Array.from(rows) }));
}

/** The number of an input has 16 bits, so all are below this. */
const MOST_INPUTS = 1 << 16;

/** Whether logs overlap in time. If their lines also name no workers, it is unknown whether their requests share a queue. */
export function wereWrittenAtOnce(table: RequestTable, beginnings: readonly Beginning[]): boolean {
  const spans = new Map<number, { first: number; last: number }>();
  for (let i = 0; i < table.length; i++) {
    const instant = instantOf(table, i);
    const log = MOST_INPUTS * logInInput(table, i, beginnings) + table.source[i];
    const span = spans.get(log);
    if (!span) spans.set(log, { first: instant, last: instant });
    else {
      if (instant < span.first) span.first = instant;
      if (instant > span.last) span.last = instant;
    }
  }
  const all = [...spans.values()].sort((a, b) => a.first - b.first);
  return all.some((span, k) => all.slice(k + 1).some((other) => wereAtOnce(span, other)));
}

export interface PoolPart {
  /** Rows of the whole table. */
  readonly rows: Int32Array;
  /** Inferred from these rows alone. */
  readonly inference: Pick<ServerInference, 'wait' | 'requests' | 'concurrency'> & ShownOfPool;
}

/** Largest share of the requests with unknown waits at which the waits of the others are reported for all. */
const MOST_UNKNOWN = 0.1;

/**
 * @param length rows of the whole table
 * @param what the parts are, in words
 */
export function waitsOfParts(parts: readonly PoolPart[], length: number, what: string): WaitResult {
  const nothing = () => new Float64Array(length).fill(Number.NaN);
  const columns = { start: nothing(), end: nothing(), uncertainty: nothing(), wait: nothing() };
  for (const { rows, inference } of parts) {
    for (let k = 0; k < rows.length; k++) {
      for (const name of ['start', 'end', 'uncertainty', 'wait'] as const)
        columns[name][rows[k]] = inference.requests[name][k];
    }
  }
  const told = parts.filter(({ inference }) => Number.isFinite(inference.wait.mean));
  const requests: InferredRequests = { ...columns, lane: new Int32Array(length).fill(-1) };
  const count = (some: readonly PoolPart[]) => some.reduce((sum, { rows }) => sum + rows.length, 0);
  if (count(told) < (1 - MOST_UNKNOWN) * count(parts)) {
    const silent = parts.find((part) => !told.includes(part)) ?? parts[0];
    const basis = `${what}, and not all of them tell their waits: ${silent.inference.wait.basis}`;
    return { wait: unknownWait(basis), requests: { ...requests, wait: nothing() }, sharpened: true };
  }
  const samples = samplesOf(told, length);
  const waitSamples = samples.length > 1 ? { waitSamples: samples } : {};
  return { wait: waitOf(told, samples, what), requests: { ...requests, ...waitSamples }, sharpened: true };
}

/** The waits in each sampled history of all servers together (µs, by row). A server with fewer histories than others repeats its own. */
function samplesOf(parts: readonly PoolPart[], length: number): Float64Array[] {
  const histories = parts.map(({ inference: { requests } }) => requests.waitSamples ?? [requests.wait]);
  const most = Math.max(...histories.map(({ length: many }) => many));
  return Array.from({ length: most }, (_, h) => {
    const all = new Float64Array(length).fill(Number.NaN);
    parts.forEach(({ rows }, p) => {
      const mine = histories[p][h % histories[p].length];
      for (let k = 0; k < rows.length; k++) all[rows[k]] = mine[k];
    });
    return all;
  });
}

/** The waits of all parts as one. Means, shares and range ends are averages weighted by requests. */
function waitOf(parts: readonly PoolPart[], samples: readonly Float64Array[], what: string): WaitInference {
  const waits = parts.map(({ inference }) => inference.wait);
  const total = parts.reduce((sum, { rows }) => sum + rows.length, 0);
  const mean = (of: (wait: WaitInference) => number) =>
    waits.reduce((sum, wait, p) => sum + of(wait) * parts[p].rows.length, 0) / total;
  const sorted = samples.map((sample) => sample.filter(Number.isFinite).sort());
  const at = (share: number) =>
    quantile(
      sorted.map((values) => quantile(values, share)).sort((a, b) => a - b),
      0.5,
    );
  const p95 = at(0.95);
  // The 95th percentile of all requests is not the mean of the servers' percentiles, so the ends of its range are carried over as ratios.
  const ofP95 = (end: (wait: WaitInference) => number) => {
    const theirs = mean((wait) => wait.p95);
    return theirs > 0 ? p95 * (mean(end) / theirs) : mean(end);
  };
  const busiest = parts.reduce((a, b) => (b.rows.length > a.rows.length ? b : a)).inference.wait;
  const sameCallers = waits.every(({ callers }) => callers === busiest.callers);
  return {
    method: waits.every(({ method }) => method === 'measured') ? 'measured' : 'inferred',
    confidence: Math.min(...waits.map(({ confidence }) => confidence)),
    basis: `${what}: ${busiest.basis}`,
    mean: mean((wait) => wait.mean),
    p50: at(0.5),
    p95,
    p99: at(0.99),
    max: Math.max(at(0.99), ...waits.map(({ max }) => max)),
    lowMean: mean((wait) => wait.lowMean),
    highMean: mean((wait) => wait.highMean),
    lowP95: ofP95((wait) => wait.lowP95),
    highP95: ofP95((wait) => wait.highP95),
    waitingRatio: mean((wait) => wait.waitingRatio),
    peakQueue: Math.max(...waits.map(({ peakQueue }) => peakQueue)),
    full: Number.NaN,
    callers: sameCallers ? busiest.callers : 'not-asked',
  };
}

/**
 * What each pool of one log did.
 * @param oneQueue the waits of all pools, if they share a queue; null: each has its own
 */
export const toldRegimes = (
  regimes: readonly Regime[],
  parts: readonly PoolPart[],
  oneQueue: WaitResult | null,
): PoolRegime[] =>
  regimes.map(({ from, to, workers }, k) => {
    const { rows, inference } = parts[k];
    const waits = oneQueue && Array.from(rows, (row) => oneQueue.requests.wait[row]).filter(Number.isFinite);
    return {
      from,
      to,
      workers: workers.value,
      model: inference.model,
      capacity: inference.capacity.value,
      capacityLow: inference.capacity.low,
      requests: rows.length,
      serviceMean: meanOf(inference.requests.end.map((end, row) => end - inference.requests.start[row])),
      saturatedMicros: inference.concurrency.saturatedMicros,
      waitMean: waits ? (waits.length > 0 ? meanOf(waits) : Number.NaN) : inference.wait.mean,
    };
  });

/** Discards waits inferred for one queue where there may be several. Measured waits stay. */
export function withoutOneQueue(found: WaitResult): WaitResult {
  if (found.wait.method !== 'inferred') return found;
  return unknownWaits(
    found,
    'the logs were written at once and name no workers: whether these share one queue is not known; each log alone tells more',
  );
}

/** The same result with unknown waits, for the reason `basis`. */
export function unknownWaits(found: WaitResult, basis: string): WaitResult {
  const { waitSamples: _, wait, ...requests } = found.requests;
  return { ...found, wait: unknownWait(basis), requests: { ...requests, wait: wait.map(() => Number.NaN) } };
}
