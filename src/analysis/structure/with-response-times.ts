/**
 * The pool behind a proxy whose durations include the wait: its log has arrivals and departures, but no starts.
 *
 * With first come, first served on c slots, request i starts when it arrives or, if c earlier ones are still there, when the c-th last of
 * them departs. So each c gives every start, and with it every service time. The right c is the one for which queued requests take as long
 * as the others: too few slots start them too late, too many too early.
 */
import { floatsAt } from '../../core/columns.ts';
import { meanOf } from '../../core/statistics.ts';
import type { RequestTable } from '../../core/table.ts';
import { manyLeft } from '../left-callers.ts';
import { type BlurredSlots, blurredSlots } from './blurred-slots.ts';
import type { Declared } from './declared.ts';
import { type LetThrough, letThrough } from './let-through.ts';
import { inOrderOfArrival, type Stays } from './presence.ts';
import { atLeast, exactly, type Structure, unboundedStructure, unknownStructure, within } from './structure.ts';
import type { Trace } from './trace.ts';
import type { Found } from './without-durations.ts';

const MOST_SLOTS = 64;
const FEWEST = 10;
/** Times count as independent of the load if they grow by at most this share of what they would in a full pool. */
const GROWN = 0.15;
/**
 * Standard errors between the mean service times of queued and other requests: at most ALIKE at the right number of slots, and more than
 * UNLIKE at the numbers beside it.
 */
const ALIKE = 2.6;
const UNLIKE = 3;
/** Shortest mean service time, in ticks, for which the stamps show who was there. */
const LEAST_OF_TICK = 0.25;
/** Share of queued requests whose service time may come out negative. With more, the queue is hardly first come, first served. */
const MOST_NEGATIVE = 0.12;

/** Sums over the requests if there are so many slots; times in µs. */
interface Split {
  /** Requests that found at least as many others as there are slots, and their service times in that case. */
  queued: number;
  queuedSum: number;
  queuedSquares: number;
  negative: number;
  /**
   * Requests that found at most half as many others as could be with them in the slots. Those between count for neither: stamps of a second
   * mix them up.
   */
  unqueued: number;
  unqueuedSum: number;
  unqueuedSquares: number;
  /** Sum of the service times of all requests. */
  sum: number;
}

const CALLERS_LEFT =
  "callers left before their answers (499, 504), and what the server did with them later is not in the proxy's log";

/** `replicas`: number of replays that the log is compared with. */
export function poolBehindProxy(trace: Trace, table: RequestTable, declared: Declared, replicas: number): Found {
  // If callers leave early, the proxy does not see when the server finishes their requests.
  if (manyLeft(table))
    return { structure: unknownStructure(CALLERS_LEFT), serviceMean: Number.NaN, serviceBasis: CALLERS_LEFT };
  const held = floatsAt(table.measuredWait, trace.row);
  const limit = letThrough(trace, held);
  if (limit?.isServed) return poolOfLimit(limit, trace);
  const { splits, found } = splitBySlots(trace);
  const unhindered = whenUnhindered(trace, found, declared);
  if (unhindered) return unhindered;
  const differences = splits.map(differenceOf);
  const slots =
    differences.findIndex((difference, k) => {
      const { queued, negative } = splits[k];
      const few = k === 0 || differences[k - 1] < -UNLIKE;
      return Math.abs(difference) <= ALIKE && few && differences[k + 1] > UNLIKE && negative <= MOST_NEGATIVE * queued;
    }) + 1;
  const serviceMean = slots === 0 ? Number.NaN : splits[slots - 1].sum / trace.length;
  // Within a tick the order of arrivals and departures is lost, and with it the number of slots and all that follows from it.
  if (!(serviceMean >= LEAST_OF_TICK * trace.resolution)) {
    const blurred = trace.resolution >= COARSE ? blurredSlots(trace, splits.length, replicas) : null;
    if (blurred) return poolOfBlurred(blurred);
    const why =
      slots === 0
        ? 'no single number of slots explains the times of those that queued and those that did not'
        : 'the stamps are too coarse to tell who was there when somebody came';
    return perhapsPool(why, declared);
  }
  const split = splits[slots - 1];
  const method = `with ${slots} slots, ${split.queued} requests that queued needed as long as ${split.unqueued} that did not`;
  return {
    structure: { ...noWorkers(method), model: 'pool', confidence: 0.85, capacity: exactly(slots, 0.8, method) },
    serviceMean,
    serviceBasis: `from arrivals and departures, first come first served on ${slots} slots`,
  };
}

/** The number of slots is unknown, and so is the service time. */
const perhapsPool = (method: string, { usuallyPool }: Declared): Found => ({
  structure: usuallyPool
    ? { ...noWorkers(method), model: 'pool', confidence: 0.55, capacity: atLeast(1, method) }
    : unknownStructure(method),
  serviceMean: Number.NaN,
  serviceBasis: 'logged times include a wait that cannot be told from the work',
});

/** The proxy's limit is the number of requests that the server runs at once. */
function poolOfLimit({ slots, held }: LetThrough, trace: Trace): Found {
  const beside = slots === 1 ? '' : `, and requests took no longer then than beside fewer`;
  const method = `the proxy held ${held} requests back until fewer than ${slots} were with the server (its limit)${beside}`;
  return {
    structure: {
      ...noWorkers(method),
      model: 'pool',
      confidence: 0.85,
      capacity: within(slots, Math.ceil(0.8 * slots), slots, 0.9, method),
    },
    serviceMean: meanOf(trace.duration),
    serviceBasis: 'times from when the proxy sent the request on: nothing shows a wait behind it',
    timesAreWork: true,
  };
}

/** µs: stamps at least this coarse blur which requests were there when another arrived. */
const COARSE = 100_000;

function poolOfBlurred({ slots, low, high, queued, unqueued, serviceMean }: BlurredSlots): Found {
  const method = `with ${slots} slots, ${queued} requests that queued and ${unqueued} that did not differ as the coarse stamps make them`;
  const structure: Structure = {
    ...noWorkers(method),
    model: 'pool',
    confidence: 0.8,
    // If several numbers are possible, the best one is a hedge, and the blur may hide one slot more.
    capacity: low === high ? exactly(slots, 0.8, method) : within(slots, low, high + 1, 0.55, method),
  };
  const serviceBasis = `from arrivals and departures, first come first served on ${slots} slots`;
  return { structure, serviceMean, serviceBasis };
}

const noWorkers = (method: string): Structure => ({
  ...unknownStructure('the lines name no worker'),
  method,
});

/** Requests that take as long among many others as among few wait for nobody: the logged time is the service time. */
function whenUnhindered(trace: Trace, found: Float64Array, declared: Declared): Found | null {
  const n = trace.length;
  const peak = found.reduce((a, b) => Math.max(a, b), 0) + 1;
  const middle = found.slice().sort()[n >> 1];
  let [few, fewSum, fewFound, many, manySum, manyFound, squares] = [0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    squares += trace.duration[i] ** 2;
    if (found[i] <= middle) {
      few++;
      fewSum += trace.duration[i];
      fewFound += found[i] + 1;
    } else {
      many++;
      manySum += trace.duration[i];
      manyFound += found[i] + 1;
    }
  }
  const mean = (fewSum + manySum) / n;
  const error = Math.sqrt(Math.max(0, squares / n - mean * mean) * (1 / many + 1 / few));
  // In a full pool times grow with the number of requests found. Here they must not, and the log must be able to show such growth.
  const growth = (fewSum / few) * (manyFound / many / (fewFound / few) - 1);
  const difference = manySum / many - fewSum / few;
  const span = trace.end[n - 1] - trace.end[0];
  if (n < 60 || many < FEWEST || growth < 5 * error || Math.abs(difference) > GROWN * growth || span < 5 * mean)
    return null;
  const method = `requests take as long among many (up to ${peak}) as among few: none shows a wait`;
  const structure: Structure =
    peak > 19
      ? unboundedStructure('async', peak > 40 ? 0.65 : 0.5, method)
      : declared.usuallyPool
        ? { ...noWorkers(method), model: 'pool', confidence: 0.5, capacity: atLeast(1, method) }
        : unknownStructure(method);
  return { structure, serviceMean: mean, serviceBasis: 'response times as logged: they do not grow with the load' };
}

/** Sums for every number of slots, and by index how many others each request found when it arrived. */
function splitBySlots(trace: Trace): { splits: Split[]; found: Float64Array } {
  const splits = Array.from({ length: Math.min(MOST_SLOTS, trace.length) }, emptySplit);
  const found = new Float64Array(trace.length);
  inOrderOfArrival(trace, (i, present) => {
    found[i] = present.length;
    for (let k = 0; k < splits.length; k++) addTo(splits[k], k + 1, present, trace.duration[i], trace.end[i]);
  });
  return { splits, found };
}

/** µs by index: how long each request waited for one of `slots` slots, first come, first served. */
export function waitsForSlots(stays: Stays, slots: number): Float64Array {
  const wait = new Float64Array(stays.end.length);
  inOrderOfArrival(stays, (i, present) => {
    const waited = present.length >= slots ? present[slots - 1] - (stays.end[i] - stays.duration[i]) : 0;
    wait[i] = Math.min(waited, stays.duration[i]);
  });
  return wait;
}

function addTo(split: Split, slots: number, present: readonly number[], logged: number, end: number): void {
  const waits = present.length >= slots;
  const service = waits ? end - present[slots - 1] : logged;
  split.sum += service;
  if (waits) {
    split.queued++;
    split.queuedSum += service;
    split.queuedSquares += service * service;
    if (service < -10_000) split.negative++;
  } else if (2 * present.length <= slots - 1) {
    split.unqueued++;
    split.unqueuedSum += service;
    split.unqueuedSquares += service * service;
  }
}

const emptySplit = (): Split => ({
  queued: 0,
  queuedSum: 0,
  queuedSquares: 0,
  negative: 0,
  unqueued: 0,
  unqueuedSum: 0,
  unqueuedSquares: 0,
  sum: 0,
});

/** Mean service time of queued requests less that of the others, in standard errors (Welch); NaN: too few of either. */
function differenceOf(split: Split): number {
  if (split.queued < FEWEST || split.unqueued < FEWEST) return Number.NaN;
  const a = split.queuedSum / split.queued;
  const b = split.unqueuedSum / split.unqueued;
  const variance =
    (split.queuedSquares / split.queued - a * a) / split.queued +
    (split.unqueuedSquares / split.unqueued - b * b) / split.unqueued;
  return (a - b) / Math.sqrt(Math.max(variance, 1));
}
