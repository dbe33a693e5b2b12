/** What server wrote this log: its kind, workers, slots and queue, from whatever the lines carry. */
import type { Names } from '../core/batch.ts';
import { withTimes } from '../core/event-times.ts';
import type { Effort, InferredRequests, LastLook, ServerInference, ServiceInference } from '../core/inference.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import { type Estimate, hasNoSlots } from '../core/summary.ts';
import { type RequestTable, selectRows } from '../core/table.ts';
import { efforts, growthAsked } from './asked-growth.ts';
import { type CountedStream, type Pools, poolsOf, restartsOf, withoutWaits, workersOf } from './pools.ts';
import { toldRegimes, unknownWaits, waitsOfParts, wereWrittenAtOnce, withoutOneQueue } from './several-servers.ts';
import { beatTimes } from './structure/beat-times.ts';
import {
  type Concurrency,
  concurrencyIn,
  concurrencyOfParts,
  fullestOf,
  unknownConcurrency,
} from './structure/concurrency.ts';
import { type Declared, declaredBy, mayHaveThreads, withDeclared } from './structure/declared.ts';
import { withoutDisproved } from './structure/disproved.ts';
import { estimatedTimes, type Times } from './structure/estimated-times.ts';
import { evidencePart } from './structure/evidence-part.ts';
import { fewerCallers } from './structure/fewer-callers.ts';
import { fewestInAll } from './structure/lanes.ts';
import { livesOf, summariseLives } from './structure/lives.ts';
import { withNamedThreads } from './structure/named-threads.ts';
import { callersInTurn } from './structure/packs-in-turn.ts';
import { lanesPerWorker, placeOnLanes } from './structure/placed.ts';
import { queueOf } from './structure/queue.ts';
import { slotsOfRegimes, structureOfRegimes } from './structure/regimes.ts';
import { type Rhythm, rhythmOf } from './structure/rhythm.ts';
import { sameIds } from './structure/same-ids.ts';
import { serviceOf } from './structure/service.ts';
import { slotChangesOf } from './structure/slot-changes.ts';
import {
  atLeast,
  ofSlots,
  type Structure,
  structureOfMixed,
  structureOfServers,
  unknownStructure,
} from './structure/structure.ts';
import { spread, tellingRows } from './structure/telling-rows.ts';
import { rateOf, type Trace, traceOf } from './structure/trace.ts';
import { structureByWorker, structureOfPool } from './structure/with-durations.ts';
import { poolBehindProxy } from './structure/with-response-times.ts';
import { type Found, structureFromStamps } from './structure/without-durations.ts';
import { inferWait, type WaitInput, type WaitResult } from './wait/infer-wait.ts';
import { heldToLook } from './wait/last-look.ts';
import { withQueuedService } from './wait/queue-depth.ts';

export interface ServerInput {
  /** The requests in the order of their lines (several inputs merged by time). */
  readonly table: RequestTable;
  readonly lifecycle: readonly LifecycleEvent[];
  readonly names: Names;
  /** What the formats say of their own lines: every stream of the log once. */
  readonly streams: readonly CountedStream[];
  /** `live`: a few milliseconds for a window on the screen; `full`: everything. Default full. */
  readonly effort?: Effort;
  /** µs since 1970 UTC: the log goes on, and everything up to here is in it; null: it has ended. */
  readonly until?: number | null;
  /** What a longer look at the same log has found a moment ago, for a `live` one. */
  readonly lastLook?: LastLook | null;
  /** Workers of a part of a log, as the whole tells; null or missing: this log has to tell. */
  readonly workers?: Estimate | null;
  /** The same of its slots, where they are those of one process. */
  readonly slots?: Estimate | null;
  /** Of a part of a log: whether its waits can speak for all of it, in a pool of so many slots; missing: they can. */
  readonly canSpeak?: (slots: number | null) => boolean;
}

export function inferServer(input: ServerInput): ServerInference {
  return heldToLook(inferTelling(input), input.lastLook?.wait ?? null);
}

/** From the inputs whose lines tell most. */
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
  const inference = inferFrom({ ...input, table: telling, streams: streams.length > 0 ? streams : input.streams });
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
  const { table, names, effort = 'full', lastLook, until = null } = input;
  const lifecycle = withTimes(input.lifecycle, table);
  const trace = traceOf(table);
  const nameOf = (worker: number) => names.workers.text(worker);
  const lives = trace.hasWorkers ? livesOf(trace, (w) => nameOf(trace.workerIds[w]), lifecycle) : [];
  const declared = declaredBy(input.streams, lifecycle);
  const waitsOfAll = input.streams.some(({ facts }) => facts.waitsOfAll === true);
  const inferPart = waitsOfAll ? (part: ServerInput) => inferFrom(withoutWaits(part)) : inferFrom;
  const pools = poolsOf({ ...input, lifecycle }, trace, lives, inferPart, mayHaveThreads(declared));
  const { servers, regimes, parts } = pools;
  const counted = input.workers ?? workersOf(pools, lives, declared);
  const part = evidencePart(table, efforts[effort].rows);
  const evidence = part === table ? trace : traceOf(part);
  const found = structureOf(evidence, part, counted, declared, efforts[effort].replicas);
  const covers = found.timesAreWork ? 'service' : declared.durationCovers;
  const mixed = trace.hasWorkers && servers.length < 2 ? sameIds(lifecycle, found.structure, declared) : null;
  const slots = input.slots ?? slotsOfRegimes(regimes);
  const alike =
    structureOfServers(servers) ??
    structureOfRegimes(regimes, parts) ??
    withNamedThreads(withDeclared(found.structure, declared, counted), table, declared.format, counted);
  const told = { structure: slots ? ofSlots(alike, slots) : alike, workers: counted };
  const { structure: ofOne, workers } = parts.length > 1 ? told : withoutDisproved(told, trace, declared);
  const structure = mixed === null ? ofOne : structureOfMixed(mixed, workers);
  const loop = hasNoSlots(structure.model);
  const behindProxy = covers === 'response' && structure.capacity.value === null;
  const growth =
    behindProxy || (loop && covers === 'service')
      ? growthAsked(table, evidence, { effort, known: lastLook?.inTurn ?? 'not-asked' }, behindProxy)
      : null;
  const queued = withQueuedService(found, trace, lifecycle, structure.capacity.value);
  // A server without slots has no stretch in which they were all taken.
  const seen = loop && !trace.hasDurations && Number.isNaN(queued.serviceMean) ? { ...queued, ...noService } : queued;
  const service = serviceOf(table, trace, seen, covers, growth);
  const queue = queueOf(trace, structure.model, workers.value, structure.threads.value, declared.format);
  const rhythm = rhythmOf(trace);
  const oneEach = trace.hasWorkers && structure.threads.value === 1;
  const callersBelow = oneEach ? fewerCallers(trace, structure.capacity.value ?? 0) : null;
  const inTurn = oneEach && callersBelow === null ? callersInTurn(trace, structure.capacity.value ?? 0) : null;
  const slotChanges = slotChangesOf(trace, lives, regimes, parts);
  const waited = askForWaits(table, pools, oneEach, {
    table,
    model: structure.model,
    capacity: structure.capacity.value,
    capacityRange: rangeOf(structure.capacity),
    capacityConfidence: structure.capacity.confidence,
    slotsAtLeast: Math.max(structure.capacity.low ?? 0, workers.low ?? 0),
    threadsAtLeast: structure.threads.low ?? 0,
    wereBusy: structure.capacity.low ?? 0,
    fewerCallers: callersBelow ?? (inTurn?.sure ? inTurn.callers : null),
    mayTakeTurns: inTurn !== null,
    unbounded: structure.unbounded,
    slotChanges,
    workers: workers.value,
    threadsPerWorker: structure.threads.value,
    queue,
    durationCovers: covers,
    serviceMean: service.mean,
    growth,
    limitMet: structure.met?.words ?? null,
    rhythm,
    waitsOfAll,
    lifecycle,
    effort,
    canSpeak: () => regimes.length > 1 || (input.canSpeak?.(structure.capacity.value) ?? true),
    until,
    callers: lastLook?.wait.callers ?? 'not-asked',
  });
  const capacity = structure.capacity.value;
  const times = waited.sharpened ? waited.requests : timesWithoutWaits(table, trace, structure, service, rhythm);
  const eachHolds = trace.hasWorkers ? structure.threads.value : capacity;
  const threads = input.streams.some(({ facts }) => facts.fields.thread);
  const running = covers !== 'response' || waited.sharpened;
  const { lane, lanes } = placeOnLanes(
    table,
    times.start,
    times.end,
    lanesPerWorker(servers, table, running && !structure.unbounded ? eachHolds : null),
    threads,
  );
  const concurrencyOf = (): Concurrency => {
    const rate = rateOf(trace);
    // Where durations hold the time in a proxy's queue nobody saw what ran; by Little's law that much did on average.
    if (!running) return { ...unknownConcurrency, mean: rate * service.mean };
    if (regimes.length > 1) return concurrencyOfParts(times, parts);
    const lanes = () => (effort === 'live' || growth?.inTurn ? null : fewestInAll(trace));
    const isBlurred = trace.resolution >= COARSE_STAMP;
    const known = { full: waited.wait.full, atMost: callersBelow, lanes, isBlurred };
    return fullestOf(parts, concurrencyIn(times, capacity, rhythm, rate, service.mean, known));
  };
  return {
    model: structure.model,
    modelConfidence: structure.confidence,
    modelMethod: structure.method,
    workers: mixed === null ? workers : atLeast(workers.low ?? 1, structure.method),
    threads: structure.threads,
    capacity: structure.capacity,
    unbounded: structure.unbounded,
    servers,
    ...(mixed === null ? {} : { mixed }),
    ...(declared.durationCovers === 'response' ? { seenByProxy: true as const } : {}),
    regimes: toldRegimes(regimes, parts, slotChanges.length > 0 ? waited : null),
    restarts: restartsOf(workers, pools, Math.max(lives.length, declared.boots)),
    queue,
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
    service,
    concurrency: concurrencyOf(),
    batches: batchesOf(rhythm),
    wait: waited.wait,
  };
}

/** Where the wait engine, which sharpens stamps, says nothing: the lanes of the structure place the requests, or their beat. */
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

/** Each queue is asked alone; of a pool with one request a worker, `oneEach`, its generations where the whole tells nothing. */
function askForWaits(table: RequestTable, pools: Pools, oneEach: boolean, whole: WaitInput): WaitResult {
  const { parts, inWords } = pools;
  const isOneQueue = whole.slotChanges.length > 0;
  if (parts.length > 1 && !whole.waitsOfAll && !isOneQueue) return waitsOfParts(parts, table.length, inWords);
  const found = inferWait(whole);
  if (oneEach && found.wait.method === 'unknown') {
    // At a reload a worker may end its last request while the one in its place already runs: no lane holds both.
    const alone = pools.generations();
    if (alone.length > 1)
      return waitsOfParts(alone, table.length, `${alone.length} generations of workers, one after the other`);
  }
  if (pools.doubt !== null && found.wait.method === 'inferred') return unknownWaits(found, pools.doubt);
  const mayBeSeveral = table.worker.every((worker) => worker < 0) && wereWrittenAtOnce(table);
  return mayBeSeveral ? withoutOneQueue(found) : found;
}

/** µs: stamps from which requests that follow each other look as if they ran at once. */
const COARSE_STAMP = 100_000;
const batchesOf = (rhythm: Rhythm | null): ServerInference['batches'] =>
  rhythm
    ? { detected: true, size: rhythm.size, periodMicros: rhythm.period, count: rhythm.generations }
    : { detected: false, size: Number.NaN, periodMicros: Number.NaN, count: Number.NaN };

function structureOf(
  trace: Trace,
  table: RequestTable,
  workers: Estimate,
  declared: Declared,
  replicas: number,
): Found {
  if (trace.length < 3) return { structure: unknownStructure('fewer than three requests with a time'), ...noService };
  if (!trace.hasDurations) return structureFromStamps(trace, workers, declared);
  if (declared.durationCovers === 'response') return poolBehindProxy(trace, table, declared, replicas);
  const structure = trace.hasWorkers
    ? structureByWorker(trace, workers, declared, replicas)
    : structureOfPool(trace, declared, replicas);
  return { structure, ...noService };
}

const noService = { serviceMean: Number.NaN, serviceBasis: 'no durations in the lines' };

/** The histories of the wait, where there are some, each through `change`. */
const samplesOf = (
  { waitSamples }: InferredRequests,
  change = (sample: Float64Array): Float64Array => sample,
): Pick<InferredRequests, 'waitSamples'> => (waitSamples ? { waitSamples: waitSamples.map(change) } : {});
