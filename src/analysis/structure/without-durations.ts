/** The kind of server, and the service time where it can be inferred, from stamps (and pids) alone. */
import type { Estimate } from '../../core/summary.ts';
import type { Declared } from './declared.ts';
import { isClear, isLonger, type Refrain, refrainOf } from './refrain.ts';
import { type Groups, rhythmOfGroups, rhythmOfWorkers } from './rhythm.ts';
import { longestPause } from './route-pauses.ts';
import { mostInFlight, usualSlotsAbove } from './start-order.ts';
import { evenStretchOf, isOfThePool, mixesLikeBusyWorkers, mixingOf } from './steady-rate.ts';
import { atLeast, exactly, type Structure, unknownStructure, within } from './structure.ts';
import type { Trace } from './trace.ts';
import { turnsOf } from './turns.ts';

export interface Found {
  readonly structure: Structure;
  /** µs; NaN unknown. */
  readonly serviceMean: number;
  readonly serviceBasis: string;
  /** µs; present where the evidence leaves a range. */
  readonly serviceRange?: readonly [low: number, high: number];
  /** The proxy's times are service times: nothing queues behind the proxy. */
  readonly timesAreWork?: true;
}

const silent = 'no durations in the lines, and no stretch in which the pool was surely full';

export function structureFromStamps(trace: Trace, workers: Estimate, declared: Declared): Found {
  if (trace.startsOnly) return fromStarts(trace, declared);
  if (!trace.hasWorkers) {
    const group = rhythmOfGroups(trace);
    if (group) return fromGroups(group, trace.resolution);
  }
  const structure = trace.hasWorkers ? fromOrderOfWorkers(trace, workers, declared) : fromCounts(trace, declared);
  return { structure, ...serviceFromRate(trace, declared.model ?? structure.model, structure.confidence, workers) };
}

/** Mean service time E[S] = slots / rate. Needs the number of workers, and slots that take turns or workers that run one request each. */
function serviceFromRate(trace: Trace, model: string, confidence: number, workers: Estimate): Omit<Found, 'structure'> {
  const unknown = { serviceMean: Number.NaN, serviceBasis: silent };
  if (confidence < 0.6 || !trace.hasWorkers || workers.value === null) return unknown;
  const refrain = workers.value === trace.workerIds.length ? refrainOf(trace) : null;
  if (refrain && isClear(refrain) && refrain.lag % trace.workerIds.length === 0) {
    const busy = evenStretchOf(trace);
    const serviceBasis = `${refrain.lag} slots / rate, while they take turns`;
    if (busy && refrain.share >= 0.7) return { serviceMean: refrain.lag / busy.rate, serviceBasis };
  }
  if (model !== 'sync') return unknown;
  const rhythm = trace.workerIds.length > 1 ? rhythmOfWorkers(trace) : null;
  if (rhythm) {
    const serviceBasis = `${rhythm.generations} rounds of ${rhythm.size} requests keep one beat`;
    return { serviceMean: rhythm.period, serviceBasis, serviceRange: [rhythm.low, rhythm.high] };
  }
  const stretch = workers.value > 1 ? evenStretchOf(trace) : null;
  if (!stretch || !isOfThePool(stretch) || !mixesLikeBusyWorkers(stretch, mixingOf(trace, stretch.from, stretch.to)))
    return unknown;
  const serviceBasis = `workers / rate: for ${stretch.length} ticks requests end too evenly for an idle pool (variance / mean ${stretch.dispersion.toFixed(2)})`;
  return { serviceMean: workers.value / stretch.rate, serviceBasis };
}

function fromOrderOfWorkers(trace: Trace, workers: Estimate, declared: Declared): Structure {
  const several = trace.workerIds.length > 1;
  const rhythm = several ? rhythmOfWorkers(trace) : null;
  if (rhythm) {
    return oneEach(
      workers,
      0.9,
      `all ${rhythm.size} workers end one request per round, ${rhythm.generations} rounds on one beat`,
    );
  }
  const pause = longestPause(trace);
  if (pause.share > 0.88 && pause.shareByLines > 0.88 && pause.z > 5) {
    return oneEach(workers, 0.92, 'a worker writes nothing while it runs a request of the slow route');
  }
  const count = trace.workerIds.length;
  // A worker that replaced another breaks the pattern, so it is looked for only if every pid is one of the workers.
  const refrain = workers.value === count ? refrainOf(trace) : null;
  if (refrain && isClear(refrain) && refrain.lag % count === 0) return fromRefrain(refrain, count, workers);
  const repeats = repeatsOf(trace);
  // Threads and event loops that take turns repeat a worker as rarely as sync workers do: few repeats then say nothing about slots.
  const takeTurns = refrain !== null && isLonger(refrain);
  const surely = takeTurns ? null : sureOneEach(trace, repeats);
  if (surely) return oneEach(workers, surely.confidence, surely.method);
  const group = rhythmOfGroups(trace);
  if (group) return inGroups(trace, group, workers);
  if (!declared.usuallyPool || !several) return unknownStructure('stamps and pids alone do not tell');
  return likelierOf(repeats, takeTurns, workers);
}

/** How often a worker writes two lines in a row. A worker that runs one request at a time, beside other workers, rarely does. */
interface Repeats {
  /** Repeats seen / `expected`. */
  readonly ratio: number;
  /** Repeats that chance would give. */
  readonly expected: number;
  /** Repeats seen less `expected`, in standard errors. */
  readonly z: number;
  readonly method: string;
}

function repeatsOf(trace: Trace): Repeats {
  const { repeats, expected, deviation } = turnsOf(trace);
  return {
    ratio: expected > 0 ? repeats / expected : 1,
    expected,
    z: deviation > 0 ? (repeats - expected) / deviation : 0,
    method: `${repeats} times two lines of one worker in a row, where chance gives ${Math.round(expected)}`,
  };
}

/** null: the repeats alone do not show that each worker runs one request at a time. */
function sureOneEach(
  trace: Trace,
  { ratio, expected, z, method }: Repeats,
): { readonly confidence: number; readonly method: string } | null {
  if (ratio < 0.4 && z < -1.5 && expected >= 5) return { confidence: z < -3 ? 0.95 : z < -2 ? 0.9 : 0.7, method };
  if (ratio < 0.45 && z < -2) return { confidence: 0.75, method };
  // Two workers repeat more often than many do, even if each runs one request at a time.
  if (ratio >= (trace.workerIds.length === 2 ? 0.72 : 0.5) || z >= -3) return null;
  const stretch = evenStretchOf(trace);
  return stretch && mixesLikeBusyWorkers(stretch, mixingOf(trace, stretch.from, stretch.to))
    ? { confidence: 0.75, method: `${method}, and requests end too evenly for idle workers` }
    : null;
}

/** A guess with low confidence: one request per worker, or threads. */
function likelierOf({ ratio, z, method }: Repeats, takeTurns: boolean, workers: Estimate): Structure {
  if (!takeTurns && ratio < 0.55 && z < -3) return oneEach(workers, 0.58, method);
  // A number of repeats close to chance is what idle workers give, whatever they run.
  const tells = Math.abs(z) > TELLING;
  return {
    ...oneOrMoreEach(workers, tells ? 0.45 : 0.35, method),
    model: !takeTurns && ratio < 0.85 ? 'sync' : 'threaded',
    method: tells ? method : `${method}: no more than the likelier of two readings`,
  };
}

/** Workers that may each run several requests at once. */
const oneOrMoreEach = (workers: Estimate, confidence: number, method: string): Structure => ({
  model: 'threaded',
  confidence,
  method,
  threads: atLeast(1, method),
  capacity: atLeast(workers.low ?? 1, method),
  unbounded: false,
});

/** Standard errors beyond which a number of repeats is not due to chance. */
const TELLING = 2;

/** The order of workers repeats itself every `lag` lines: that many slots take turns. */
function fromRefrain({ lag, share, mayBeShorter }: Refrain, count: number, workers: Estimate): Structure {
  const percent = Math.round(100 * share);
  const turns = `${percent} % of the lines have the worker of ${lag} lines before: that many slots take turns`;
  if (lag === count) return oneEach(workers, 0.95, turns);
  if (mayBeShorter) return oneOrMoreEach(workers, 0.75, `${turns}, or fewer`);
  const threads = within(lag / count, 1, lag / count, 0.75, turns);
  const capacity = within(lag, count, lag, 0.75, turns);
  return { model: 'threaded', confidence: 0.75, method: turns, threads, capacity, unbounded: false };
}

/** Threads that a worker of a pool usually has at most: the upper bound where one request per worker is only the likelier reading. */
const MOST_THREADS = 8;

const oneEach = (workers: Estimate, confidence: number, method: string): Structure => ({
  model: 'sync',
  confidence,
  method,
  threads: confidence < 0.6 ? within(1, 1, MOST_THREADS, confidence, method) : exactly(1, confidence, method),
  capacity: {
    ...workers,
    high: confidence < 0.6 && workers.high !== null ? MOST_THREADS * workers.high : workers.high,
    confidence: Math.min(workers.confidence, confidence),
    method: 'one request per worker',
  },
  unbounded: false,
});

/** Requests end in groups of `size`: each worker has `size` / workers threads, or fewer that are faster by as much. */
function inGroups(trace: Trace, groups: Groups, workers: Estimate): Structure {
  const { size, most } = groups;
  const count = workers.value ?? 1;
  const method = groupsText(groups);
  const threads = size / count;
  if (!Number.isInteger(threads)) return unknownStructure(method);
  // If `most` exceeds `size` (processes that ran dry), the range of the capacity below already allows for it.
  if (most === size && areOfOneWorker(trace, size, threads)) {
    const alone =
      'of most groups one worker has more than its share: it may run all of them, while the others are idle';
    return oneOrMoreEach(workers, 0.45, `${method}, and ${alone}`);
  }
  return {
    model: threads > 1 ? 'threaded' : 'sync',
    confidence: 0.55,
    method,
    threads: within(threads, 1, Math.ceil(most / count), 0.55, method),
    capacity: within(size, 1, most, 0.55, method),
    unbounded: false,
  };
}

/** Does one worker have more than `share` of the lines in most groups of `size` consecutive lines? */
function areOfOneWorker({ worker, length }: Trace, size: number, share: number): boolean {
  const groups = Math.floor(length / size);
  let uneven = 0;
  for (let g = 0; g < groups; g++) {
    const counts = new Map<number, number>();
    for (let i = g * size; i < (g + 1) * size; i++) counts.set(worker[i], (counts.get(worker[i]) ?? 0) + 1);
    if (Math.max(...counts.values()) > share) uneven++;
  }
  return 2 * uneven > groups;
}

function groupsText({ size, generations, most }: Groups): string {
  const smaller = 'smaller groups on a faster beat would look the same';
  const larger = `${smaller}, and so would ${most} slots in several processes, of which some were done early`;
  return `requests end in groups of ${size} (${generations} groups); ${most > size ? larger : smaller}`;
}

const noThreads: Estimate = { value: null, low: null, high: null, confidence: 0, method: 'the lines name no worker' };

/**
 * A burst that ends in whole groups. Half as many slots on a beat twice as fast write the same lines if two of their rounds always fall
 * into one tick. The largest group is therefore only the plainest reading, and the range covers the rest. The service time stays unknown
 * where the beat is not slower than the tick.
 */
function fromGroups(groups: Groups, tick: number): Found {
  const { size, generations, period, most, low, high } = groups;
  const method = groupsText(groups);
  const capacity = within(size, 1, most, 0.55, method);
  const structure: Structure = {
    model: 'pool',
    confidence: 0.7,
    method,
    threads: noThreads,
    capacity,
    unbounded: false,
  };
  const divisible = size % 2 === 0 || size % 3 === 0;
  return divisible && period < 1.12 * tick
    ? { structure, serviceMean: Number.NaN, serviceBasis: `${method}: only slots / service time is known` }
    : {
        structure,
        serviceMean: period,
        serviceBasis: `beat of ${generations} groups of ${size}`,
        serviceRange: [low, high],
      };
}

function fromCounts(trace: Trace, declared: Declared): Structure {
  if (!declared.usuallyPool || trace.length === 0) return unknownStructure('stamps alone do not tell');
  const method =
    'servers that write this form run a fixed pool unless told otherwise; nothing in the stamps confirms it';
  return { model: 'pool', confidence: 0.5, method, threads: noThreads, capacity: atLeast(1, method), unbounded: false };
}

const startStamped =
  "servers that stamp the start in this form (Apache, Paste's TransLogger before waitress) run a fixed pool of threads";

/** Lines in the order of ends that carry start stamps: overlaps show, and where the rate is even the pool was full. */
function fromStarts(trace: Trace, declared: Declared): Found {
  const most = mostInFlight(trace);
  const method = `${most} requests in flight when later ones had already ended`;
  const stretch = evenStretchOf(trace);
  const slots = stretch && most >= 3 ? usualSlotsAbove(most) : null;
  const capacity =
    slots === null
      ? atLeast(Math.max(1, most), method)
      : within(slots, most, 2 * slots, 0.5, `${method}; the usual number of threads above`);
  const structure: Structure = declared.usuallyPool
    ? { model: 'pool', confidence: 0.75, method: startStamped, threads: noThreads, capacity, unbounded: false }
    : { ...unknownStructure(method), threads: capacity, capacity };
  // If the lower bound is far below the usual number of threads, that number is too rough for a service time.
  const close = slots !== null && slots - most <= Math.max(1, 0.2 * slots);
  return !close || !stretch
    ? { structure, serviceMean: Number.NaN, serviceBasis: silent }
    : {
        structure,
        serviceMean: slots / stretch.rate,
        serviceBasis: `about ${slots} slots / rate while requests start too evenly for an idle pool`,
        serviceRange: [(capacity.low ?? slots) / stretch.rate, (capacity.high ?? slots) / stretch.rate],
      };
}
