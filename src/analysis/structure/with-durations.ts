/**
 * The kind of server from requests whose time in the application is known: do those of one worker overlap, and if they
 * do, is there a limit? (Durations that include the wait are read in with-response-times.ts.)
 */
import { meanOf } from '../../core/statistics.ts';
import type { Estimate } from '../../core/summary.ts';
import { variesMoreThanClients } from './clients-in-turn.ts';
import type { Declared } from './declared.ts';
import {
  alwaysFull,
  clientsAreTheLimit,
  clientsMayBeTheLimit,
  clientsMayFillWorkers,
  oneClientAsks,
  oneProcess,
  wholePool,
} from './few-clients.ts';
import { fewestLanes, misfits } from './lanes.ts';
import { type Limit, limitOf, natsOf } from './limit.ts';
import { rhythmOfGroups } from './rhythm.ts';
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

/** Of the requests that would overlap, so few do where lines are late or clocks jump; workers that run several show nearly all. */
const HARDLY = 0.15;
const ENOUGH_WOULD = 30;

/** A few requests of one worker overlap by their stamps, where many would: it runs one at a time, and lines are late. */
function hardlyTwoAtOnce(trace: Trace, workers: Estimate, replicas: number): Structure | null {
  if (trace.workerIds.length < 2) return null;
  const overlap = misfits(trace, trace.worker, trace.workerIds.length, 1).requests;
  if (overlap > HARDLY * trace.length) return null;
  const expected = misfitsWithShuffledWorkers(trace, 1, replicas);
  if (expected < ENOUGH_WOULD || overlap > HARDLY * expected) return null;
  const method = `${overlap} of ${trace.length} requests of one worker overlap by their stamps, as late lines do; about ${Math.round(expected)} would, had any worker taken any request`;
  return syncWith(workers, 0.75, method);
}

/** The requests of every worker fit one after the other. Would they, if the worker could run more? */
function oneAtATime(trace: Trace, limit: Limit, workers: Estimate, declared: Declared, replicas: number): Structure {
  const n = trace.length;
  const several = trace.workerIds.length > 1;
  const expected = several ? misfitsWithShuffledWorkers(trace, 1, replicas) : limit.expected;
  const overlap = natsOf(expected, misfits(trace, trace.worker, trace.workerIds.length, 1).requests);
  const nats = several ? overlap : overlap + natsOfSeamlessness(trace);
  const oneClient = !several && oneClientAsks(trace);
  const isTold = tellsOverlaps(trace, limit) && !oneClient;
  const confidence = isTold ? (several ? sureOfSeveral(nats) : sureOfOne(nats)) : 0;
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
  // One each is the plainest reading of several workers of which none was ever seen with two.
  const plain = { ...syncWith(workers, 0.5, method), threads: within(1, 1, 8, 0.5, method) };
  return several ? plain : { ...plain, capacity: atLeast(1, method) };
}

/** Nats from which workers of a kind that runs many at once are believed to run one: most of that kind do not. */
const ALTHOUGH_ASYNC = 9;

/** Confidence by evidence in nats; measured on simulated servers (docs/inference-structure.md). */
const sureOfSeveral = (nats: number): number => (nats >= 2 ? 0.97 : nats >= 1 ? 0.85 : nats >= 0.5 ? 0.58 : 0);
const sureOfOne = (nats: number): number => (nats >= 3 ? 0.9 : nats >= 2 ? 0.7 : 0);

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
 * Requests of one worker that are much longer than a tick and follow each other without a gap: each time the chance that
 * an unrelated request begins within a tick of the last one's end is about tick / duration.
 */
function natsOfSeamlessness(trace: Trace): number {
  const n = trace.length;
  let busy = 0;
  for (let i = 0; i < n; i++) busy += trace.duration[i];
  const span = trace.end[n - 1] - (trace.end[0] - trace.duration[0]);
  return busy >= 0.95 * span ? (n - 1) * Math.max(0, Math.log(busy / n / trace.resolution)) : 0;
}

/**
 * How sure a limit is, by its score; measured on simulated pools and servers without a limit (docs/inference-structure.md). Ticks
 * that hide overlaps, and more lanes than a worker usually has threads, ask for more.
 */
function limitConfidence(limit: Limit, usualLanes: number): number {
  const sure = confidenceByScore(limit, usualLanes);
  const filled = limit.fill >= FILLED && limit.lanes <= MOST_FILLED;
  return limit.episodes >= FEWEST_EPISODES || filled ? sure : Math.min(sure, 0.58);
}

/** Crowds on an event loop: of simulated ones a third of the limits that were found lay below so many, of pools of threads a tenth. */
const FEWEST_EPISODES = 4;
/** Lanes that are as full as this are the limit of a pool. */
const FILLED = 0.8;
const MOST_FILLED = 12;

function confidenceByScore({ score, lanes, blurred, fill, expected }: Limit, usualLanes: number): number {
  if (lanes > usualLanes) return score >= 25 ? 0.58 : 0;
  if (blurred) return score >= 40 ? 0.85 : score >= 6 ? 0.55 : 0;
  if (score >= 25) return 0.94;
  if (score >= 12) return 0.9;
  if (score >= 6 || (fill >= FILLED && lanes <= MOST_FILLED && expected > 0.2)) return 0.75;
  return score >= 3 ? 0.58 : 0;
}

/** As sure as a limit can be where ticks hide overlaps: servers of a kind without slots have it as well (worker connections, a pool inside). */
const CLEAR_LIMIT = 0.85;
const FEW_CLIENTS = 'but that may as well be the number of clients as a limit of the server';
const MOST_THREADS = 19;
const MOST_SLOTS = 19;

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
  // A server that says it has threads has as many as ran at once.
  return declared.model === 'threaded'
    ? { ...open, threads: atLeast(lanes, method), capacity: atLeast(mostAtOnce(trace, lanes), method) }
    : open;
}

/** Requests of all workers that ran at once, at least. */
const mostAtOnce = (trace: Trace, lanes: number): number =>
  trace.workerIds.length === 1
    ? lanes
    : Math.max(lanes, fewestLanes(trace, null, 1, lanes * trace.workerIds.length) ?? 0);

/** Requests that each worker runs at once, as these alone show it; null: they show nothing. */
export function slotsOfEachWorker(trace: Trace, replicas: number): Estimate | null {
  const limit = limitOf(trace, true, replicas);
  if (limit.lanes === 1) {
    if (trace.workerIds.length < 2 || !tellsOverlaps(trace, limit)) return null;
    const expected = misfitsWithShuffledWorkers(trace, 1, replicas);
    const sure = sureOfSeveral(natsOf(expected, misfits(trace, trace.worker, trace.workerIds.length, 1).requests));
    return sure >= 0.85 ? exactly(1, sure, 'no two requests of one worker overlap') : null;
  }
  const sure = limitConfidence(limit, MOST_THREADS);
  const method = `up to ${limit.lanes} requests of one worker run at once`;
  return sure >= 0.9 ? slotsAt(limit, sure, method) : atLeast(limit.lanes, method);
}

/** The number of lanes is a lower bound; it falls short where ticks hide overlaps, and by one or two where lanes are many. */
function slotsAt({ lanes, blurred, score }: Limit, sure: number, method: string): Estimate {
  if (blurred) return within(lanes, lanes, Math.ceil(lanes * 1.5) + 1, lanes <= 6 ? 0.75 : 0.55, method);
  // A score this clear is as good as exact; below, one slot that is hardly ever needed may be missing.
  const exact = score >= 25 ? (lanes >= 12 ? 0.7 : 0.92) : 0.58;
  return within(lanes, lanes, lanes + Math.ceil(lanes / 6), Math.min(exact, sure), method);
}

/**
 * Of a pool that may be several processes, each with threads and a queue of its own, not all are full at once: from some
 * number on, a slot that is never needed beside all others says little. Where the score is low, more may be missing.
 */
function slotsOfPool(limit: Limit, sure: number, method: string): Estimate {
  const slots = slotsAt(limit, sure, method);
  if (slots.value === null || slots.high === null) return slots;
  const doubtful = limit.blurred || limit.lanes > FEW_SLOTS;
  const confidence = doubtful ? Math.min(slots.confidence, 0.58) : slots.confidence;
  const high = confidence < 0.6 ? Math.max(slots.high, Math.ceil(MORE_SLOTS * limit.lanes)) : slots.high;
  return { ...slots, high, confidence };
}

const FEW_SLOTS = 5;
const MORE_SLOTS = 1.7;

/** Without pids: only the slots of the whole pool can be seen, not how they are shared out. */
export function structureOfPool(trace: Trace, declared: Declared, replicas: number): Structure {
  const limit = limitOf(trace, false, replicas);
  if (limit.lanes === 1) return poolOfOne(trace, declared, limit);
  return limitedPool(trace, limit, replicas) ?? poolOfGroups(trace, limit) ?? doubtfulPool(limit, declared);
}

const seenAtOnce = ({ lanes }: Limit): string => `up to ${lanes} requests run at once`;
const limitedText = (limit: Limit): string =>
  `${seenAtOnce(limit)}, never more, where ${Math.round(limit.expected)} would without a limit`;

/** Requests that never overlap. */
function poolOfOne(trace: Trace, { usuallyPool }: Declared, { expected, blurred }: Limit): Structure {
  const one = oneClientAsks(trace);
  if (sureOfOne(expected + natsOfSeamlessness(trace)) > 0 && !blurred && !one) {
    const method = `requests run one at a time; about ${Math.round(expected)} would overlap had nothing held them back`;
    return poolOf(0.85, method, exactly(1, 0.8, method));
  }
  const method = one ? `requests run one at a time, ${FEW_CLIENTS}` : 'too little runs at once to tell';
  return usuallyPool ? poolOf(0.5, method, atLeast(1, method)) : unknownStructure(method);
}

/** A limit that callers at random would have broken, unless clients may be what sets it; null: none is so clear. */
function limitedPool(trace: Trace, limit: Limit, replicas: number): Structure | null {
  const { lanes } = limit;
  const sure = limitConfidence(limit, MOST_SLOTS);
  if (sure >= 0.6 && (alwaysFull(trace, lanes) || clientsMayBeTheLimit(trace, limit, wholePool, replicas))) {
    const doubt = `${seenAtOnce(limit)}, ${FEW_CLIENTS}`;
    return poolOf(0.5, doubt, atLeast(lanes, doubt));
  }
  return sure >= 0.7 ? poolOf(sure, limitedText(limit), slotsOfPool(limit, sure, limitedText(limit))) : null;
}

/** Groups of as many requests as slots that end together; null: there are none. */
function poolOfGroups(trace: Trace, { lanes }: Limit): Structure | null {
  const group = rhythmOfGroups(trace);
  if (!group || group.size !== lanes || Math.abs(group.period / meanOf(trace.duration) - 1) >= 0.25) return null;
  const method = `${group.generations} groups of ${lanes} requests end on the beat of their duration`;
  return poolOf(0.8, method, within(lanes, lanes, lanes + 1, 0.75, method));
}

/** A limit that is less clear, or none. */
function doubtfulPool(limit: Limit, { usuallyPool }: Declared): Structure {
  const { lanes, score, blurred } = limit;
  const sure = limitConfidence(limit, MOST_SLOTS);
  const limited = limitedText(limit);
  if (sure > 0) {
    const isCounted = !blurred && lanes <= 11;
    const most = Math.ceil(MORE_SLOTS * lanes);
    return poolOf(sure, limited, isCounted ? within(lanes, lanes, most, sure, limited) : atLeast(lanes, limited));
  }
  if (score >= 1 && !blurred && lanes <= 19) return poolOf(0.58, limited, atLeast(lanes, limited));
  const open = `at least ${lanes} requests ran at once, and nothing shows a limit`;
  if (lanes <= MOST_SLOTS && usuallyPool) return poolOf(0.5, open, atLeast(lanes, open));
  return unboundedStructure('async', unboundedConfidence(lanes), open);
}

/** The more ran at once the less likely slots set a limit. */
function unboundedConfidence(lanes: number): number {
  if (lanes > 128) return 0.8;
  return lanes > 64 ? 0.65 : 0.5;
}

/** In a moment, many short requests fit one after the other by luck. */
const tellsOverlaps = (trace: Trace, { blurred }: Limit): boolean => !blurred || ticksIn(trace) >= 5;

const ticksIn = (trace: Trace): number => (trace.high[trace.length - 1] - trace.low[0]) / trace.resolution;

const poolOf = (confidence: number, method: string, capacity: Estimate): Structure => ({
  model: 'pool',
  confidence,
  method,
  threads: { value: null, low: null, high: null, confidence: 0, method: 'the lines name no worker' },
  capacity,
  unbounded: false,
});
