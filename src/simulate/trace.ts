/** The requests of a log as the simulation replays them: when each arrived, and for how long it held a slot. */
import { clockSteps, continuedTable, putForward, shiftsOf } from '../core/clock-steps.ts';
import { floatsAt, integersAt } from '../core/columns.ts';
import type { Analysis } from '../core/finding.ts';
import type { HeldWorkers } from '../core/inference.ts';
import { ascendingOrder } from '../core/order.ts';
import type { Random } from '../core/random.ts';
import { medianOf } from '../core/statistics.ts';
import type { RequestTable } from '../core/table.ts';
import { clumpsOf, NO_CLUMPS } from './callers-together.ts';
import type { ClumpSize } from './clumps.ts';
import { overheadOf } from './overhead.ts';
import { drawWithinTicks, keepEntries, type Ticks, ticksOf } from './ticks.ts';
import { heldStarts, longestWaits, waitHistories } from './wait-histories.ts';

export interface Trace {
  readonly length: number;
  /** Row of the request table per entry. */
  readonly table: Int32Array;
  /** When the request got its slot (best estimate), µs since 1970 UTC; rows ascend by it. */
  readonly start: Float64Array;
  /** Time for which the request held its slot, µs. */
  readonly service: Float64Array;
  /** Half-width of the uncertainty of `start`, µs. */
  readonly uncertainty: Float64Array;
  /** Requests whose place within their tick is not known. */
  readonly ticks: Ticks;
  readonly route: Int32Array;
  /** Slots of the pool that wrote the log, if all of them take from one queue; null: not so, or not known. */
  readonly sharedSlots: number | null;
  /** Dense index of the worker, in the order of first sight; -1 unknown. */
  readonly worker: Int32Array;
  readonly workers: number;
  /** Possible histories of the wait before `start`, each µs per row: posterior samples, or one estimate. */
  readonly waits: readonly Float64Array[];
  /** For each history, per row: 1 if the history fixes `start`, 0 if `start` is drawn within its uncertainty. */
  readonly held: (history: number) => Uint8Array;
  /** Range of the factor on the waits that repetitions draw from; [1, 1] where the samples already carry the uncertainty. */
  readonly stretch: readonly [low: number, high: number];
  /** Factors on the waits for the most extreme readings. */
  readonly extremes: readonly [low: number, high: number];
  /** Median resolution of the stamps, µs. */
  readonly tick: number;
  /** Size of groups of callers that come together more closely than the stamps show; size 1: none. */
  readonly clumps: ClumpSize;
  /** Time (µs) between the end of a request and the start of the next from the queue: accepting and parsing hold the slot too. */
  readonly overhead: number;
  /** The largest overhead that is possible, µs. */
  readonly mostOverhead: number;
  /**
   * Time (µs per row) for which a worker that runs one request at a time stays taken after its answer (HeldWorkers); null: nothing shows
   * that it does.
   */
  readonly lingers: Float64Array | null;
  /** true: most lines have no duration and get the mean service time that the rhythm of the log shows. */
  readonly constantService: boolean;
  /** true: waits are not known, and `waits` are upper bounds. */
  readonly waitUnknown: boolean;
}

/** Number of stretches, evenly spread, that stand for a log too long to replay whole. */
const STRETCHES = 8;
const MINIMUM_FOLLOWED = 100;

/**
 * The trace of a log, or the reason why there is none. A log of more than `most` requests is replayed in stretches. The time between
 * stretches (these, or those that the analysis kept of a very long log) is left out.
 */
export function traceOf(told: Analysis, most = Number.POSITIVE_INFINITY): { trace: Trace } | { missing: string } {
  const analysis = onOneClock(told);
  const { requests, inference, summary } = analysis;
  const inferred = inference.requests;
  const mean = inference.service.mean;
  if (inference.servers.length > 0) {
    return { missing: `${inference.servers.length} servers wrote these logs, each with a queue of its own` };
  }
  if (requests.length === 0) return { missing: 'there is no request in the log' };
  const { begin, hold, placed, without } = slotsHeld(analysis);
  if (placed.length === 0) {
    return Number.isFinite(mean)
      ? { missing: 'the lines carry no time' }
      : { missing: 'the lines carry no duration, and no rhythm shows the service time' };
  }
  // Waits may have been inferred for only a part of a long log; the rest would seem never to have waited.
  const followed = placed.filter((i) => Number.isFinite(inferred.wait[i]));
  const replayable = followed.length >= MINIMUM_FOLLOWED ? followed : placed;
  let rows = Array.from(integersAt(replayable, ascendingOrder(floatsAt(begin, replayable))));
  const sampled = rows.length > most || rows.length < summary.requests.total;
  if (rows.length > most) rows = stretchesOf(rows, most);

  const n = rows.length;
  const pick = (from: Float64Array, missing: number): Float64Array => {
    const to = new Float64Array(n);
    for (let i = 0; i < n; i++) to[i] = Number.isFinite(from[rows[i]]) ? from[rows[i]] : missing;
    return to;
  };
  const route = integersAt(requests.route, rows);
  const { worker, workers } = denseWorkers(rows, requests.worker);
  const start = pick(begin, Number.NaN);
  const service = pick(hold, Number.NaN);
  const uncertainty = pick(inferred.uncertainty, 0);
  const { waits, stretch, extremes, unknown } = waitHistories(analysis, rows, start, service, uncertainty);
  const tick = medianOf(rows.map((row) => requests.resolution[row]));
  const overhead = overheadOf(rows, requests, inferred, begin, hold, mean, inference.capacity.value);
  const replayed = sampled ? withoutGaps(start, 20 * mean) : start;
  const trace: Trace = {
    length: n,
    table: Int32Array.from(rows),
    start: replayed,
    service,
    uncertainty,
    ticks: ticksOf(requests, rows, inferred, inference.wait.method === 'inferred'),
    route,
    sharedSlots: inference.queue !== 'per-worker' ? inference.capacity.value : null,
    worker,
    workers,
    waits,
    held: whenAsked(waits, (wait) => heldStarts(replayed, wait)),
    stretch,
    extremes,
    tick,
    clumps: NO_CLUMPS,
    overhead: overhead.likely,
    mostOverhead: overhead.most,
    lingers: inference.held && lingersOf(inference.held, route),
    constantService: without * 2 > requests.length,
    waitUnknown: unknown,
  };
  // Waits that are only upper bounds pile arrivals up where each full stretch began: no clumps.
  const clumps = unknown && inference.capacity.value !== null ? NO_CLUMPS : clumpsOf(trace, mean);
  return { trace: { ...trace, clumps } };
}

/**
 * The requests that can be placed in time, by row of the table: when each got its slot (`begin`) and for how long it held it (`hold`), µs.
 */
function slotsHeld({ requests, inference }: Analysis) {
  const { start, end } = inference.requests;
  const begin = new Float64Array(requests.length);
  const hold = new Float64Array(requests.length);
  const placed: number[] = [];
  // Number of requests without a duration of their own.
  let without = 0;
  for (let i = 0; i < requests.length; i++) {
    let service = end[i] - start[i];
    if (!(service >= 0)) {
      service = inference.service.mean;
      without++;
    }
    const at = Number.isFinite(start[i]) ? start[i] : end[i] - service;
    if (!Number.isFinite(at) || !(service >= 0)) continue;
    begin[i] = at;
    hold[i] = service;
    placed.push(i);
  }
  return { begin, hold, placed, without };
}

/** Renumbers workers in the order of first sight. */
function denseWorkers(rows: readonly number[], ids: RequestTable['worker']): { worker: Int32Array; workers: number } {
  const dense = new Map<number, number>();
  const worker = integersAt(ids, rows);
  for (let k = 0; k < worker.length; k++) {
    const id = worker[k];
    if (id >= 0 && !dense.has(id)) dense.set(id, dense.size);
    worker[k] = dense.get(id) ?? -1;
  }
  return { worker, workers: dense.size };
}

const lingersOf = (held: HeldWorkers, route: Int32Array): Float64Array =>
  Float64Array.from(route, (id) => (id === held.route ? held.median : 0));

/** Undoes steps of the clock: where it was set back, later requests are moved forward so that time only ascends. */
function onOneClock(analysis: Analysis): Analysis {
  const steps = clockSteps(analysis.requests);
  if (steps.length === 0) return analysis;
  const { requests: table, inference } = analysis;
  const shift = shiftsOf(table, steps);
  const { start, end } = inference.requests;
  const requests = { ...inference.requests, start: putForward(start, shift), end: putForward(end, shift) };
  return { ...analysis, requests: continuedTable(table, shift), inference: { ...inference, requests } };
}

/** Computes and keeps a part only when asked for: few of the many histories are ever drawn. */
function whenAsked<Part, Whole>(parts: readonly Part[], make: (part: Part, i: number) => Whole): (i: number) => Whole {
  const made: Whole[] = [];
  return (i) => (made[i] ??= make(parts[i], i));
}

function stretchesOf(rows: readonly number[], most: number): number[] {
  const length = Math.floor(most / STRETCHES);
  return Array.from({ length: STRETCHES }, (_, k) => {
    const from = Math.floor((k * (rows.length - length)) / (STRETCHES - 1));
    return rows.slice(from, from + length);
  }).flat();
}

/** Instants moved together so that no two neighbours are further apart than `longest` µs (at least 10 s). */
function withoutGaps(start: Float64Array, longest: number): Float64Array {
  const most = Math.max(10e6, longest || 0);
  let left = 0;
  return start.map((at, i) => {
    if (i > 0 && at - start[i - 1] > most) left += at - start[i - 1] - most;
    return at - left;
  });
}

/** One possible set of starts, µs per row. */
export function drawStarts({ start, uncertainty, ticks }: Trace, random: Random): Float64Array {
  const begun = start.slice();
  const drawn = new Uint8Array(start.length);
  drawWithinTicks(ticks, begun, random);
  for (const group of ticks.groups) for (const i of group) drawn[i] = 1;
  for (let i = 0; i < begun.length; i++) if (drawn[i] === 0) begun[i] += (2 * random() - 1) * uncertainty[i];
  return begun;
}

/** The same log if its server has only `slots` slots and callers may have come at any time since these were full. */
export function asIfFull(trace: Trace, slots: number): Trace {
  const waits = [longestWaits(trace.start, trace.service, trace.uncertainty, slots)];
  return {
    ...trace,
    waits,
    held: whenAsked(waits, (wait) => heldStarts(trace.start, wait)),
    stretch: [0, 1],
    extremes: [0, 1],
    clumps: NO_CLUMPS,
    waitUnknown: true,
  };
}

/** The trace of some of its rows; `rows` ascends. */
export function keepRows(trace: Trace, rows: Int32Array): Trace {
  const pick = (values: Float64Array): Float64Array => floatsAt(values, rows);
  return {
    ...trace,
    length: rows.length,
    table: integersAt(trace.table, rows),
    start: pick(trace.start),
    service: pick(trace.service),
    uncertainty: pick(trace.uncertainty),
    ticks: keepEntries(trace.ticks, rows),
    route: integersAt(trace.route, rows),
    worker: integersAt(trace.worker, rows),
    waits: trace.waits.map(pick),
    lingers: trace.lingers && pick(trace.lingers),
    held: whenAsked(trace.waits, (_, history) => {
      const held = trace.held(history);
      return Uint8Array.from(rows, (row) => held[row]);
    }),
  };
}
