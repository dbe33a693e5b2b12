/** What ran the requests of a log, how many at once, and for how long each. */
import type { LoadGrowth, ServerInference, ServiceInference } from '../core/inference.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import { type Estimate, hasNoSlots } from '../core/summary.ts';
import type { RequestTable } from '../core/table.ts';
import { efforts, growthAsked, turnsBehindThreads } from './asked-growth.ts';
import type { ServerInput } from './infer-server.ts';
import { type Pools, workersOf } from './pools.ts';
import { type Declared, withDeclared } from './structure/declared.ts';
import { withoutDisproved } from './structure/disproved.ts';
import { evidencePart } from './structure/evidence-part.ts';
import { fewerCallers } from './structure/fewer-callers.ts';
import type { Life } from './structure/lives.ts';
import { withNamedThreads } from './structure/named-threads.ts';
import { callersInTurn } from './structure/packs-in-turn.ts';
import { queueOf, queueOfThreads } from './structure/queue.ts';
import { slotsOfRegimes, structureOfRegimes } from './structure/regimes.ts';
import { type Rhythm, rhythmOf } from './structure/rhythm.ts';
import { sameIds } from './structure/same-ids.ts';
import { serviceOf } from './structure/service.ts';
import { queueSlotsOf, serviceBoundsOf } from './structure/service-bounds.ts';
import { slotChangesOf } from './structure/slot-changes.ts';
import {
  HEDGED,
  ofSlots,
  type Structure,
  structureOfMixed,
  structureOfServers,
  unknownStructure,
} from './structure/structure.ts';
import { type Trace, traceOf } from './structure/trace.ts';
import { structureByWorker } from './structure/with-durations.ts';
import { poolBehindProxy } from './structure/with-response-times.ts';
import { type Found, structureFromStamps } from './structure/without-durations.ts';
import { structureOfPool } from './structure/without-workers.ts';
import { withQueuedService } from './wait/queue-depth.ts';
import type { SlotChange } from './wait/slot-changes.ts';

/** What is extracted from a log before its server is inferred. */
export interface ReadLog {
  readonly trace: Trace;
  /** Events whose lines had no time have an estimated one. */
  readonly lifecycle: readonly LifecycleEvent[];
  readonly lives: readonly Life[];
  readonly declared: Declared;
  /** The measured waits of one server are those of all servers together. */
  readonly waitsOfAll: boolean;
  readonly pools: Pools;
}

export interface Server {
  readonly structure: Structure;
  readonly workers: Estimate;
  /** Why its requests must come from several servers whose workers share their ids; null: they do not. */
  readonly mixed: ReturnType<typeof sameIds>;
  /** What the durations include. */
  readonly covers: Declared['durationCovers'];
  readonly growth: LoadGrowth | null;
  readonly behindThreads: LoadGrowth | null;
  readonly service: ServiceInference;
  readonly queue: ServerInference['queue'];
  readonly queueOfThreads: ServerInference['queueOfThreads'];
  readonly rhythm: Rhythm | null;
  /** Lines name the worker, and every worker runs one request at a time. */
  readonly oneEach: boolean;
  /** Number of callers, if they are fewer than the slots and keep that many slots busy, never one more; null: not so, or unknown. */
  readonly fewerCallers: number | null;
  /** Callers who may ask in turn, if they are fewer than the slots; null: nothing looks like that. */
  readonly inTurn: ReturnType<typeof callersInTurn>;
  readonly slotChanges: readonly SlotChange[];
}

export function serverOf(input: ServerInput, log: ReadLog): Server {
  const { table, effort = 'full', lastLook } = input;
  const { trace, lifecycle, lives, declared, pools } = log;
  const counted = input.workers ?? workersOf(pools, lives, declared);
  const part = evidencePart(table, efforts[effort].rows);
  const evidence = part === table ? trace : traceOf(part);
  const found = structureOf(evidence, part, counted, declared, efforts[effort].replicas);
  const { structure: told, workers, mixed } = toldServer(input, log, found.structure, counted);
  const { model, capacity, threads } = told;
  const covers = found.timesAreWork ? 'service' : declared.durationCovers;
  const loop = hasNoSlots(model);
  const behindProxy = covers === 'response' && capacity.value === null;
  const growth =
    behindProxy || (loop && covers === 'service')
      ? growthAsked(table, evidence, { effort, known: lastLook?.inTurn ?? 'not-asked' }, behindProxy)
      : null;
  const structure = growth?.inTurn && !behindProxy ? withThreadsInside(told) : told;
  const holdsThreads = model === 'threaded' && covers !== 'response' && mixed === null;
  const queued = withQueuedService(found, trace, lifecycle, capacity.value);
  // A server without slots has no stretch in which all slots were taken.
  const seen = loop && !trace.hasDurations && Number.isNaN(queued.serviceMean) ? { ...queued, ...noService } : queued;
  const service = serviceOf(table, trace, seen, covers, growth);
  const oneEach = trace.hasWorkers && threads.value === 1;
  const fewer = oneEach ? fewerCallers(trace, capacity.value ?? 0) : null;
  return {
    structure,
    workers,
    mixed,
    covers,
    growth,
    behindThreads: holdsThreads ? turnsBehindThreads(evidence, effort) : null,
    service: { ...service, ...boundsOfUntold(trace, { structure, mixed, covers }, seen.serviceRange) },
    queue: queueOf(trace, model, workers.value, threads.value, declared.format),
    queueOfThreads: queueOfThreads(declared.format),
    rhythm: rhythmOf(trace),
    oneEach,
    fewerCallers: fewer,
    inTurn: oneEach && fewer === null ? callersInTurn(trace, capacity.value ?? 0) : null,
    slotChanges: slotChangesOf(trace, lives, pools.regimes, pools.parts),
  };
}

/** An event loop whose requests queue for slots inside the application may only hand them over to threads, which run them. */
const withThreadsInside = (loop: Structure): Structure => ({
  ...loop,
  confidence: Math.min(loop.confidence, HEDGED),
  method: `${loop.method}; what has the slots that requests queue for inside the application, threads or others, no line says`,
});

/** Bounds of service times that no line gives. There are none for a proxy's log, or if lines of several servers share process ids. */
function boundsOfUntold(
  trace: Trace,
  { structure, mixed, covers }: Pick<Server, 'structure' | 'mixed' | 'covers'>,
  range: Found['serviceRange'],
): Pick<ServiceInference, 'bounds'> {
  if (trace.hasDurations || covers === 'response' || mixed !== null) return {};
  const bounds = serviceBoundsOf(trace, queueSlotsOf(structure, trace.hasWorkers), range ?? null);
  return bounds === null ? {} : { bounds };
}

/** The shape of the whole log, as its pools, the server's own lines and thread names correct what the requests alone show. */
function toldServer(
  input: ServerInput,
  { trace, lifecycle, declared, pools }: ReadLog,
  found: Structure,
  counted: Estimate,
): Pick<Server, 'structure' | 'workers' | 'mixed'> {
  const { servers, regimes, parts } = pools;
  const mixed = trace.hasWorkers && servers.length < 2 ? sameIds(lifecycle, found, declared) : null;
  const slots = input.slots ?? slotsOfRegimes(regimes);
  const alike =
    structureOfServers(servers) ??
    structureOfRegimes(regimes, parts) ??
    withNamedThreads(withDeclared(found, declared, counted), input.table, declared.format, counted);
  const told = { structure: slots ? ofSlots(alike, slots) : alike, workers: counted };
  const { structure, workers } = parts.length > 1 ? told : withoutDisproved(told, trace, declared);
  return { structure: mixed === null ? structure : structureOfMixed(mixed, workers), workers, mixed };
}

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
