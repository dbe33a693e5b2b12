/** What server wrote a log: its kind, workers, slots and queue, and how long callers waited, from whatever the lines carry. */
import type { Names } from '../core/batch.ts';
import { withTimes } from '../core/event-times.ts';
import type { Effort, InferredRequests, LastLook, ServerInference, ServiceInference } from '../core/inference.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import type { Estimate } from '../core/summary.ts';
import { type RequestTable, selectRows } from '../core/table.ts';
import { countText } from '../core/words.ts';
import { type CountedStream, type Pools, poolsOf, restartsOf, withoutWaits } from './pools.ts';
import type { Beginning } from './rows-in-order.ts';
import { toldRegimes, unknownWaits, waitsOfParts, wereWrittenAtOnce, withoutOneQueue } from './several-servers.ts';
import { beatTimes } from './structure/beat-times.ts';
import { withoutClockSteps } from './structure/clock-steps.ts';
import {
  type Concurrency,
  concurrencyIn,
  concurrencyOfParts,
  fullestOf,
  unknownConcurrency,
} from './structure/concurrency.ts';
import { type Declared, declaredBy, mayHaveThreads } from './structure/declared.ts';
import { estimatedTimes, type Times } from './structure/estimated-times.ts';
import { heldWorkers } from './structure/held-workers.ts';
import { fewestInAll } from './structure/lanes.ts';
import { type CountedWorker, livesOf, summariseLives } from './structure/lives.ts';
import { lanesPerWorker, placeOnLanes } from './structure/placed.ts';
import type { Rhythm } from './structure/rhythm.ts';
import { atLeast, type Structure } from './structure/structure.ts';
import { spread, tellingRows } from './structure/telling-rows.ts';
import { rateOf, type Trace, traceOf } from './structure/trace.ts';
import { type ReadLog, type Server, serverOf } from './tell-server.ts';
import { inferWait, type WaitInput, type WaitResult } from './wait/infer-wait.ts';
import { heldToLook } from './wait/last-look.ts';
import { type CountedSteps, rateOfSteps } from './wait/queue-depth.ts';
import type { Elsewhere } from './wait/runs-elsewhere.ts';

export interface ServerInput {
  /** The requests in the order of their lines (several inputs merged by time). */
  readonly table: RequestTable;
  readonly lifecycle: readonly LifecycleEvent[];
  readonly names: Names;
  /** Where logs begin that were appended to another log in their input; missing: there are none. */
  readonly beginnings?: readonly Beginning[];
  /** All workers of a log whose table holds only part of its requests; null or missing: the table holds all. */
  readonly spans?: readonly CountedWorker[] | null;
  /** What the formats say about their own lines: every stream of the log once. */
  readonly streams: readonly CountedStream[];
  /** `live`: a few milliseconds for a window on the screen; `full`: everything. Default full. */
  readonly effort?: Effort;
  /** µs since 1970 UTC: the log goes on, and everything up to this instant is in it; null: it has ended. */
  readonly until?: number | null;
  /** What a longer look at the same live log found a moment ago. */
  readonly lastLook?: LastLook | null;
  /** Of a part of a log: its workers, as the whole log shows them; null or missing: to be inferred here. */
  readonly workers?: Estimate | null;
  /** The same for its slots, if they are those of one process. */
  readonly slots?: Estimate | null;
  /** Of a part of a log: whether its waits are representative of the whole log, in a pool of so many slots; missing: they are. */
  readonly canSpeak?: (slots: number | null) => boolean;
  /** Counts of all requests of a log whose table holds only part of them; missing: the table holds all. */
  readonly counted?: CountedSteps;
  /** Where filter runs are done that may turn out to be needed; missing: here, when they are needed. */
  readonly elsewhere?: Elsewhere;
}

export function inferServer(input: ServerInput): ServerInference {
  return heldToLook(inferContinued(input), input.lastLook?.wait ?? null);
}

/** Infers as if the clock had never been set back. */
function inferContinued(input: ServerInput): ServerInference {
  const steady = withoutClockSteps(input.table, input.lifecycle);
  if (!steady) return inferTelling(input);
  const { table, lifecycle, last, restore } = steady;
  const until = input.until === null || input.until === undefined ? null : input.until + last;
  return restore(inferTelling({ ...input, table, lifecycle, until, spans: null }));
}

/** Uses only the inputs whose lines carry most. */
function inferTelling(input: ServerInput): ServerInference {
  const { table } = input;
  const rows = tellingRows(table);
  if (!rows) return inferFrom(input);
  const telling = selectRows(table, rows);
  const hasWorker = telling.worker[0] >= 0;
  const hasDuration = telling.duration[0] >= 0;
  const streams = input.streams.filter(
    ({ facts }) => facts.fields.worker === hasWorker && facts.fields.duration === hasDuration,
  );
  const inference = inferFrom({
    ...input,
    table: telling,
    streams: streams.length > 0 ? streams : input.streams,
    spans: null,
  });
  const { start, end, uncertainty, wait } = inference.requests;
  const lane = new Int32Array(table.length).fill(-1);
  for (let k = 0; k < rows.length; k++) lane[rows[k]] = inference.requests.lane[k];
  const wide = (column: Float64Array) => spread(column, rows, table.length);
  const requests = {
    start: wide(start),
    end: wide(end),
    uncertainty: wide(uncertainty),
    wait: wide(wait),
    lane,
    ...samplesOf(inference.requests, wide),
  };
  const servers = inference.servers.map((part) => ({ ...part, rows: part.rows.map((k) => rows[k]) }));
  return { ...inference, requests, servers };
}

function inferFrom(input: ServerInput): ServerInference {
  const { table } = input;
  const log = logOf(input);
  const server = serverOf(input, log);
  const { trace, lives, pools } = log;
  const { structure, workers, mixed, service, rhythm } = server;
  const held = structure.model === 'sync' && workers.value !== null ? heldWorkers(trace, workers.value) : null;
  const whole = { ...waitInputOf(input, log, server), held };
  const waited = askForWaits(trace, pools, server.oneEach, whole, input.beginnings ?? []);
  const times = waited.sharpened ? waited.requests : timesWithoutWaits(table, trace, structure, service, rhythm);
  // Durations that include the wait in front of a server do not show what ran, unless the waits were separated from them.
  const running = server.covers !== 'response' || waited.sharpened;
  const { lane, lanes } = placeOnLanes(
    table,
    times.start,
    times.end,
    lanesPerWorker(pools.servers, table, running && !structure.unbounded ? eachHolds(trace, structure) : null),
    input.streams.some(({ facts }) => facts.fields.thread),
  );
  return {
    model: structure.model,
    modelConfidence: structure.confidence,
    modelMethod: structure.method,
    workers: workersTold(server, log.declared),
    threads: structure.threads,
    capacity: structure.capacity,
    unbounded: structure.unbounded,
    servers: pools.servers,
    ...(mixed === null ? {} : { mixed }),
    ...(log.declared.durationCovers === 'response' ? { seenByProxy: true as const } : {}),
    regimes: toldRegimes(pools.regimes, pools.parts, server.slotChanges.length > 0 ? waited : null),
    restarts: restartsOf(workers, pools, Math.max(lives.length, log.declared.boots)),
    queue: server.queue,
    queueOfThreads: server.queueOfThreads,
    lives: summariseLives(lives, trace, times, structure.threads.value, running),
    lanes,
    requests: {
      start: times.start,
      end: times.end,
      uncertainty: times.uncertainty,
      lane,
      wait: waited.requests.wait,
      ...samplesOf(waited.requests),
    },
    held,
    service,
    behindThreads: server.behindThreads,
    concurrency: running ? concurrencyAt(times, input, log, server, waited) : littlesConcurrency(input, trace, service),
    batches: batchesOf(rhythm),
    wait: waited.wait,
  };
}

/** Names in a proxy's log are those of what is behind it (dynos), and each may have several workers. */
function workersTold({ workers, mixed, structure }: Server, { durationCovers }: Declared): Estimate {
  if (durationCovers === 'response' && workers.value !== null)
    return atLeast(
      workers.low ?? 1,
      `${countText(workers.value, 'name')} in the log of a proxy, each perhaps of several workers`,
    );
  return mixed === null ? workers : atLeast(workers.low ?? 1, structure.method);
}

function logOf(input: ServerInput): ReadLog {
  const { table, names, streams } = input;
  const lifecycle = withTimes(input.lifecycle, table);
  const trace = traceOf(table);
  const nameOf = (worker: number) => names.workers.text(worker);
  const lives = trace.hasWorkers ? livesOf(trace, nameOf, lifecycle, input.spans) : [];
  const declared = declaredBy(streams, lifecycle);
  const waitsOfAll = streams.some(({ facts }) => facts.waitsOfAll === true);
  const inferPart = waitsOfAll ? (part: ServerInput) => inferFrom(withoutWaits(part)) : inferFrom;
  const pools = poolsOf({ ...input, lifecycle }, trace, lives, inferPart, mayHaveThreads(declared));
  return { trace, lifecycle, lives, declared, waitsOfAll, pools };
}

function waitInputOf(input: ServerInput, log: ReadLog, server: Server): Omit<WaitInput, 'held'> {
  const { structure, inTurn } = server;
  const { model, capacity, threads, unbounded } = structure;
  return {
    table: input.table,
    model,
    capacity: capacity.value,
    capacityRange: rangeOf(capacity),
    capacityConfidence: capacity.confidence,
    slotsAtLeast: Math.max(capacity.low ?? 0, server.workers.low ?? 0),
    threadsAtLeast: threads.low ?? 0,
    wereBusy: capacity.low ?? 0,
    fewerCallers: server.fewerCallers ?? (inTurn?.sure ? inTurn.callers : null),
    mayTakeTurns: inTurn !== null,
    unbounded,
    slotChanges: server.slotChanges,
    workers: server.workers.value,
    threadsPerWorker: threads.value,
    queue: server.queue,
    durationCovers: server.covers,
    serviceMean: server.service.mean,
    growth: server.growth,
    limitMet: structure.met?.words ?? null,
    rhythm: server.rhythm,
    waitsOfAll: log.waitsOfAll,
    lifecycle: log.lifecycle,
    effort: input.effort ?? 'full',
    ...(input.elsewhere ? { elsewhere: input.elsewhere } : {}),
    canSpeak: () => log.pools.regimes.length > 1 || (input.canSpeak?.(capacity.value) ?? true),
    counted: input.counted ?? null,
    until: input.until ?? null,
    callers: input.lastLook?.wait.callers ?? 'not-asked',
  };
}

/** Requests that a worker runs at once, or the whole pool where no worker is named; null: unknown. */
const eachHolds = (trace: Trace, { threads, capacity }: Structure): number | null =>
  trace.hasWorkers ? threads.value : capacity.value;

function concurrencyAt(
  times: Times,
  input: ServerInput,
  log: ReadLog,
  server: Server,
  waited: WaitResult,
): Concurrency {
  const { trace, pools } = log;
  if (pools.regimes.length > 1) return concurrencyOfParts(times, pools.parts);
  const capacity = server.structure.capacity.value;
  const lanes = () => (input.effort === 'live' || server.growth?.inTurn ? null : fewestInAll(trace));
  const isBlurred = trace.resolution >= COARSE_STAMP;
  const known = { full: waited.wait.full, atMost: server.fewerCallers, lanes, isBlurred };
  const { rhythm, service } = server;
  return fullestOf(pools.parts, concurrencyIn(times, capacity, rhythm, rateOf(trace), service.mean, known));
}

/** Only the mean number of requests at once is known, by Little's law. */
const littlesConcurrency = ({ counted }: ServerInput, trace: Trace, service: ServiceInference): Concurrency => ({
  ...unknownConcurrency,
  mean: (counted ? rateOfSteps(counted) : rateOf(trace)) * service.mean,
});

/** Times where the wait engine, which sharpens stamps, has no answer: from the lanes of the structure, or from the beat. */
function timesWithoutWaits(
  table: RequestTable,
  trace: Trace,
  structure: Structure,
  service: ServiceInference,
  rhythm: Rhythm | null,
): Times {
  const keepsBeat = rhythm !== null && service.mean === rhythm.period && !trace.hasDurations;
  return keepsBeat ? beatTimes(table, trace, rhythm) : estimatedTimes(table, trace, structure);
}

const rangeOf = ({ value, low, high }: Estimate): readonly [number, number] | null =>
  value === null ? null : [low ?? value, high ?? value];

/**
 * Asks for the waits of each queue alone. For a pool with one request per worker (`oneEach`) it asks its generations, if the whole has no
 * answer.
 */
function askForWaits(
  trace: Trace,
  pools: Pools,
  oneEach: boolean,
  whole: WaitInput,
  beginnings: readonly Beginning[],
): WaitResult {
  const { table } = whole;
  const { parts, inWords } = pools;
  const isOneQueue = whole.slotChanges.length > 0;
  if (parts.length > 1 && !whole.waitsOfAll && !isOneQueue) return waitsOfParts(parts, table.length, inWords);
  const found = inferWait(whole, trace);
  // If the whole is not representative of the log, its generations are not either.
  if (oneEach && found.wait.method === 'unknown' && whole.canSpeak()) {
    // At a reload a worker may end its last request while its successor is already running one. No lane can hold both, so the whole may
    // fail.
    const alone = pools.generations();
    if (alone.length > 1)
      return waitsOfParts(alone, table.length, `${alone.length} generations of workers, one after the other`);
  }
  if (pools.doubt !== null && found.wait.method === 'inferred') return unknownWaits(found, pools.doubt);
  const mayBeSeveral = table.worker.every((worker) => worker < 0) && wereWrittenAtOnce(table, beginnings);
  return mayBeSeveral ? withoutOneQueue(found) : found;
}

/** µs: stamps at least this coarse make requests that follow each other look as if they overlapped. */
const COARSE_STAMP = 100_000;
const batchesOf = (rhythm: Rhythm | null): ServerInference['batches'] =>
  rhythm
    ? { detected: true, size: rhythm.size, periodMicros: rhythm.period, count: rhythm.generations }
    : { detected: false, size: Number.NaN, periodMicros: Number.NaN, count: Number.NaN };

/** The sampled histories of the wait, if there are any, each passed through `change`. */
const samplesOf = (
  { waitSamples }: InferredRequests,
  change = (sample: Float64Array): Float64Array => sample,
): Pick<InferredRequests, 'waitSamples'> => (waitSamples ? { waitSamples: waitSamples.map(change) } : {});
