/**
 * The kind of server from requests whose service time is logged. Do the requests of one worker overlap, and if they do, is there a limit?
 * (Durations that include the wait are handled in with-response-times.ts.)
 */
import type { Estimate } from '../../core/summary.ts';
import { variesMoreThanClients } from './clients-in-turn.ts';
import type { Declared } from './declared.ts';
import {
  alwaysFull,
  clientsAreTheLimit,
  clientsMayBeTheLimit,
  clientsMayFillWorkers,
  mayBeOneClient,
  oneClientAsks,
  oneProcess,
} from './few-clients.ts';
import { fewestLanes, misfits } from './lanes.ts';
import { type Limit, limitOf, natsOf } from './limit.ts';
import { FEW_CLIENTS, limitConfidence, natsOfSeamlessness, slotsAt, sureOfOne } from './limit-confidence.ts';
import {
  atLeast,
  exactly,
  type Structure,
  slotsOfAll,
  unboundedStructure,
  unknownStructure,
  within,
} from './structure.ts';
import type { Trace } from './trace.ts';
import { inTurn, turnsOf } from './turns.ts';
import { misfitsWithShuffledWorkers } from './unlimited.ts';

export function structureByWorker(trace: Trace, workers: Estimate, declared: Declared, replicas: number): Structure {
  const limit = limitOf(trace, true, replicas);
  if (limit.lanes === 1) return oneAtATime(trace, limit, workers, declared, replicas);
  return hardlyTwoAtOnce(trace, workers, replicas) ?? manyAtOnce(trace, limit, workers, declared, replicas);
}

/**
 * Late lines and clock jumps explain overlaps of up to this share of the requests, and of the overlaps that chance would give. Workers with
 * several slots show nearly all the overlaps that chance would give.
 */
const HARDLY = 0.15;
const ENOUGH_WOULD = 30;

/**
 * Few requests of one worker overlap by their stamps where many would by chance: it runs one at a time, and some lines are late. null: not
 * so.
 */
function hardlyTwoAtOnce(trace: Trace, workers: Estimate, replicas: number): Structure | null {
  if (trace.workerIds.length < 2) return null;
  const overlap = misfits(trace, trace.worker, trace.workerIds.length, 1).requests;
  if (overlap > HARDLY * trace.length) return null;
  const expected = misfitsWithShuffledWorkers(trace, 1, replicas, overlap).requests;
  if (expected < ENOUGH_WOULD || overlap > HARDLY * expected) return null;
  const method = `${overlap} of ${trace.length} requests of one worker overlap by their stamps, as late lines do; about ${Math.round(expected)} would, had any worker taken any request`;
  return syncWith(workers, 0.75, method);
}

/** The requests of every worker fit one after the other. Would they still, if the worker could run more at once? */
function oneAtATime(trace: Trace, limit: Limit, workers: Estimate, declared: Declared, replicas: number): Structure {
  const n = trace.length;
  const several = trace.workerIds.length > 1;
  const observed = misfits(trace, trace.worker, trace.workerIds.length, 1).requests;
  const shuffled = several ? misfitsWithShuffledWorkers(trace, 1, replicas, observed) : null;
  const expected = shuffled?.requests ?? limit.expected;
  const overlap = natsOf(expected, observed);
  const nats = several ? overlap : overlap + natsOfSeamlessness(trace);
  const oneClient = !several && (oneClientAsks(trace) || mayBeOneClient(trace));
  const isTold = tellsOverlaps(trace, limit) && !oneClient;
  const confidence = isTold ? (shuffled ? sureOfSeveral(nats, shuffled.chance) : sureOfOne(nats)) : 0;
  if (confidence > 0) {
    const dealt = several ? 'had any worker taken any request' : 'had nothing held them back';
    const method = `no two of ${n} requests of one worker overlap; about ${Math.max(1, Math.round(expected))} would, ${dealt}`;
    const structure = syncWith(workers, confidence, method);
    return declared.model === 'async' && nats >= ALTHOUGH_ASYNC && variesMoreThanClients(trace, trace.workerIds.length)
      ? { ...structure, met: { kind: 'one-each', words: method } }
      : structure;
  }
  const turns = turnsOf(trace);
  if (inTurn(turns)) {
    const method = `workers end requests in turn: ${turns.repeats} repeats where chance gives ${Math.round(turns.expected)}`;
    return syncWith(workers, 0.75, method);
  }
  const method = oneClient
    ? `requests run one at a time, ${FEW_CLIENTS}`
    : 'no two requests of one worker overlap, but so few run at once that they hardly could';
  if (!declared.usuallyPool) return unknownStructure(method);
  // One request per worker is the plainest reading if none of several workers was ever seen with two.
  const plain = { ...syncWith(workers, 0.5, method), threads: within(1, 1, 8, 0.5, method) };
  return several ? plain : { ...plain, capacity: atLeast(1, method) };
}

/** Nats from which workers of a kind that can run many requests at once are believed to run one; most of that kind do not. */
const ALTHOUGH_ASYNC = 9;

/**
 * Confidence by evidence in nats, measured on simulated servers (docs/inference-structure.md), and no more than the share of the replays
 * that look like the log allows.
 */
const sureOfSeveral = (nats: number, chance: number): number =>
  Math.min(nats >= 2 ? 0.97 : nats >= 1 ? 0.85 : nats >= 0.5 ? 0.58 : 0, sureByChance(chance));

const sureByChance = (chance: number): number =>
  chance <= 0.1 ? 0.97 : chance <= 0.25 ? 0.85 : chance <= 0.6 ? 0.58 : 0;

const syncWith = (workers: Estimate, confidence: number, method: string): Structure => ({
  model: 'sync',
  confidence,
  method,
  threads: exactly(1, confidence, method),
  capacity:
    workers.value === null
      ? atLeast(1, method)
      : {
          ...workers,
          high: confidence < 0.6 && workers.high !== null ? 8 * workers.high : workers.high,
          confidence: Math.min(workers.confidence, confidence),
          method: 'one request per worker',
        },
  unbounded: false,
});

/**
 * Confidence from which a limit also counts for kinds of server without slots, which may have one too (worker connections, a pool inside).
 * It is the highest that a limit reaches where ticks hide overlaps.
 */
const CLEAR_LIMIT = 0.85;
const MOST_THREADS = 19;

function manyAtOnce(trace: Trace, limit: Limit, workers: Estimate, declared: Declared, replicas: number): Structure {
  const { lanes } = limit;
  const seen = `up to ${lanes} requests of one worker run at once`;
  const sure = limitConfidence(limit, MOST_THREADS);
  if (sure > 0) {
    const method = `${seen}, never more, where ${Math.round(limit.expected)} would without a limit`;
    const clients =
      trace.workerIds.length === 1
        ? alwaysFull(trace, lanes) || clientsMayBeTheLimit(trace, limit, oneProcess, replicas)
        : clientsAreTheLimit(trace, limit, workers.value ?? 1, replicas) ||
          (sure >= 0.6 && clientsMayFillWorkers(trace, limit, replicas));
    if (sure >= 0.6 && clients) {
      const doubt = `${seen}, ${FEW_CLIENTS}`;
      return {
        ...unboundedStructure('async', 0.5, doubt),
        threads: atLeast(lanes, doubt),
        capacity: atLeast(mostAtOnce(trace, lanes), doubt),
        met: { kind: 'some', words: method },
      };
    }
    const threads = sure >= 0.7 ? slotsAt(limit, sure, method) : atLeast(lanes, method);
    return {
      model: 'threaded',
      confidence: sure,
      method,
      threads,
      capacity: slotsOfAll(threads, workers),
      unbounded: false,
      ...(sure >= CLEAR_LIMIT ? { met: { kind: 'some', words: method } } : {}),
    };
  }
  const method = `at least ${lanes} requests of one worker ran at once, and nothing shows a limit`;
  if (lanes <= 6 && declared.usuallyPool) {
    const threads = atLeast(lanes, method);
    return {
      model: 'threaded',
      confidence: 0.5,
      method,
      threads,
      capacity: slotsOfAll(threads, workers),
      unbounded: false,
    };
  }
  const open = unboundedStructure('async', lanes > 40 ? 0.8 : lanes > MOST_THREADS ? 0.65 : 0.5, method);
  // A server that says it has threads has at least as many as ran at once.
  return declared.model === 'threaded'
    ? { ...open, threads: atLeast(lanes, method), capacity: atLeast(mostAtOnce(trace, lanes), method) }
    : open;
}

/** Lower bound of the requests of all workers that ran at once. */
const mostAtOnce = (trace: Trace, lanes: number): number =>
  trace.workerIds.length === 1
    ? lanes
    : Math.max(lanes, fewestLanes(trace, null, 1, lanes * trace.workerIds.length) ?? 0);

/** Requests that each worker runs at once, from this trace alone; null: it shows nothing. */
export function slotsOfEachWorker(trace: Trace, replicas: number): Estimate | null {
  const limit = limitOf(trace, true, replicas);
  if (limit.lanes === 1) {
    if (trace.workerIds.length < 2 || !tellsOverlaps(trace, limit)) return null;
    const observed = misfits(trace, trace.worker, trace.workerIds.length, 1).requests;
    const { requests, chance } = misfitsWithShuffledWorkers(trace, 1, replicas, observed);
    const sure = sureOfSeveral(natsOf(requests, observed), chance);
    return sure >= 0.85 ? exactly(1, sure, 'no two requests of one worker overlap') : null;
  }
  const sure = limitConfidence(limit, MOST_THREADS);
  const method = `up to ${limit.lanes} requests of one worker run at once`;
  return sure >= 0.9 ? slotsAt(limit, sure, method) : atLeast(limit.lanes, method);
}

/** Within a few ticks, many short requests fit one after the other by luck. */
const tellsOverlaps = (trace: Trace, { blurred }: Limit): boolean => !blurred || ticksIn(trace) >= 5;

const ticksIn = (trace: Trace): number => (trace.high[trace.length - 1] - trace.low[0]) / trace.resolution;
