/**
 * Bounds of the service time where no line gives it. A slot begins a request only after it has ended the one before. So k slots that ended
 * n requests between the first stamp and the last spent at most k times that stretch on n - k of them (utilisation law, as if the pool were
 * never idle). With one slot, a request takes at most the gap to the end before it. Nothing is assumed about arrivals or service times; the
 * number of slots is all that is used.
 */
import { sampleStandardDeviation } from 'simple-statistics';
import type { ServiceBounds } from '../../core/inference.ts';
import { meanOf, sumOf } from '../../core/statistics.ts';
import type { Structure } from './structure.ts';
import { queuesOf, type Trace } from './trace.ts';

/** Slots that serve one queue of lines: those of one worker, or of the whole pool. */
export interface QueueSlots {
  readonly slots: number;
  readonly byWorker: boolean;
}

/** The first request of each slot has no bound. It counts as this many times the mean of the bounded requests. */
const GRANTED = 5;
/** There is no bound if a larger share of the requests is unbounded, or if fewer than FEWEST_BOUNDED are bounded. */
const MOST_UNBOUNDED = 0.2;
const FEWEST_BOUNDED = 10;
/** The busiest part is reported where its upper bound is below this share of the bound of the whole log. */
const CLEARLY_LESS = 0.75;
const FEWEST_IN_PART = 60;
const FEWEST_A_SLOT = 40;
/** The lower bound is reduced by so many standard errors, estimated from the means of BATCHES batches. */
const ERRORS = 3;
const BATCHES = 20;
const FEWEST_IN_BATCH = 5;
/** Lowest confidence of a number of slots that is used for a bound. */
const SURE = 0.6;

/**
 * @param queue null: the number of slots is not known
 * @param range µs, bounds from other evidence such as the beat of a burst; null: none
 * @returns null: nothing bounds the service time
 */
export function serviceBoundsOf(
  trace: Trace,
  queue: QueueSlots | null,
  range: readonly [low: number, high: number] | null,
): ServiceBounds | null {
  const lowMean = greater(inFlight(trace), range?.[0] ?? Number.NaN);
  const found = (queue && queue.slots >= 1 ? upperBounds(trace, queue) : null) ?? nothing;
  const highMean = -greater(-found.highMean, -(range?.[1] ?? Number.NaN));
  // The bounds contradict each other: lines of two logs are mixed, so their order is not that of ends, or there are more slots than
  // assumed.
  if (lowMean > highMean) return null;
  return Number.isNaN(lowMean) && Number.isNaN(highMean) ? null : { ...found, lowMean, highMean };
}

const nothing: UpperBounds = { highMean: Number.NaN, highP95: Number.NaN, busiest: null, routes: new Map() };
/** The larger number; NaN is no bound. */
const greater = (a: number, b: number): number => (a > b || Number.isNaN(b) ? a : b);

/** The slots of each queue, if their number is known well enough to bound by; else null. */
export function queueSlotsOf({ threads, capacity, unbounded }: SlotsTold, hasWorkers: boolean): QueueSlots | null {
  const told = hasWorkers ? threads : capacity;
  if (unbounded || told.value === null || told.confidence < SURE) return null;
  return { slots: told.high ?? told.value, byWorker: hasWorkers };
}

type SlotsTold = Pick<Structure, 'threads' | 'capacity' | 'unbounded'>;
type UpperBounds = Omit<ServiceBounds, 'lowMean'>;

function upperBounds(trace: Trace, queue: QueueSlots): UpperBounds | null {
  const n = trace.length;
  const whole = boundOf(chainsIn(trace, queue, 0, n), queue.slots);
  if (whole === null) return null;
  const gaps = queue.slots === 1 ? longestGaps(trace, queue) : null;
  const granted = Math.max(GRANTED * whole.mean, gaps ? upperQuantile(finite(gaps), 0.99) : 0);
  const highMean = withUnbounded(whole, granted);
  return {
    highMean,
    highP95: gaps ? finiteOrUnknown(upperQuantile(gaps, 0.95)) : Number.NaN,
    busiest: busiestPart(trace, queue, highMean),
    routes: gaps ? boundsOfRoutes(trace, gaps, granted, n * highMean) : new Map(),
  };
}

/** Requests of one queue, and the interval (µs since 1970 UTC) in which their stamps put them. */
export interface Chain {
  readonly requests: number;
  readonly from: number;
  readonly to: number;
}

/** One chain per queue, of the requests [first, past). */
function chainsIn(trace: Trace, queue: QueueSlots, first: number, past: number): Chain[] {
  const chains = new Map<number, { requests: number; from: number; to: number }>();
  for (let k = first; k < past; k++) {
    const key = queue.byWorker ? trace.worker[k] : 0;
    const chain = chains.get(key);
    if (!chain) chains.set(key, { requests: 1, from: trace.low[k], to: trace.high[k] });
    else {
      chain.requests++;
      if (trace.low[k] < chain.from) chain.from = trace.low[k];
      if (trace.high[k] > chain.to) chain.to = trace.high[k];
    }
  }
  return [...chains.values()];
}

interface Bounded {
  readonly requests: number;
  /** µs: upper bound of the time that the bounded requests took together. */
  readonly sum: number;
  readonly bounded: number;
  readonly mean: number;
}

/** null: too few requests, or too many of them unbounded. */
function boundOf(chains: readonly Chain[], slots: number): Bounded | null {
  let [requests, sum, bounded] = [0, 0, 0];
  for (const chain of chains) {
    requests += chain.requests;
    if (chain.requests <= slots) continue;
    sum += slots * (chain.to - chain.from);
    bounded += chain.requests - slots;
  }
  return isTold(requests, bounded) ? { requests, sum, bounded, mean: sum / bounded } : null;
}

const isTold = (requests: number, bounded: number): boolean =>
  bounded >= FEWEST_BOUNDED && requests - bounded <= MOST_UNBOUNDED * requests;

const withUnbounded = ({ requests, sum, bounded }: Omit<Bounded, 'mean'>, granted: number): number =>
  (sum + (requests - bounded) * granted) / requests;

/** µs: upper bound of the mean service time, from the first and the last stamp of each queue alone. NaN: no bound. */
export function highMeanOf(chains: readonly Chain[], slots: number): number {
  const bound = boundOf(chains, slots);
  return bound === null ? Number.NaN : withUnbounded(bound, GRANTED * bound.mean);
}

/**
 * µs by request: its upper bound where each queue has one slot. Infinite for the first request of each (with start stamps, for the last).
 */
function longestGaps(trace: Trace, queue: QueueSlots): Float64Array {
  const { length, low, high, jitter, startsOnly } = trace;
  const gaps = new Float64Array(length).fill(Number.POSITIVE_INFINITY);
  for (const members of queuesOf(trace, queue.byWorker)) {
    for (let i = 1; i < members.length; i++) {
      const [before, after] = [members[i - 1], members[i]];
      gaps[startsOnly ? before : after] = Math.max(0, high[after] - low[before] + jitter);
    }
  }
  return gaps;
}

const finite = (values: Float64Array): Float64Array => values.filter(Number.isFinite);
const finiteOrUnknown = (value: number): number => (Number.isFinite(value) ? value : Number.NaN);

/** The value that `share` of the values do not exceed. */
function upperQuantile(values: Float64Array, share: number): number {
  const sorted = values.toSorted();
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length))];
}

/** `total`: upper bound of the time that all requests took together, µs; no route can take more. */
function boundsOfRoutes(
  { length, route }: Trace,
  gaps: Float64Array,
  granted: number,
  total: number,
): ServiceBounds['routes'] {
  const members = new Map<number, number[]>();
  for (let k = 0; k < length; k++) {
    const own = members.get(route[k]);
    if (own) own.push(gaps[k]);
    else members.set(route[k], [gaps[k]]);
  }
  const bounds = new Map<number, { highMean: number; highP95: number }>();
  for (const [id, values] of members) {
    const all = Float64Array.from(values);
    const known = finite(all);
    if (!isTold(all.length, known.length)) continue;
    const bounded = { requests: all.length, sum: sumOf(known), bounded: known.length };
    const highMean = Math.min(withUnbounded(bounded, granted), total / all.length);
    bounds.set(id, { highMean, highP95: finiteOrUnknown(upperQuantile(all, 0.95)) });
  }
  return bounds;
}

/** Of the halves, quarters, eighths … of the log, the one with the lowest upper bound of the mean. The bound holds for that part alone. */
function busiestPart(trace: Trace, queue: QueueSlots, highMean: number): ServiceBounds['busiest'] {
  const n = trace.length;
  const queues = queue.byWorker ? trace.workerIds.length : 1;
  const fewest = Math.max(FEWEST_IN_PART, FEWEST_A_SLOT * queues * queue.slots);
  let best: ServiceBounds['busiest'] = null;
  for (let size = n >> 1; size >= fewest; size >>= 1) {
    for (let from = 0; from + size <= n; from += size >> 1) {
      const mean = highMeanOf(chainsIn(trace, queue, from, from + size), queue.slots);
      if (mean < CLEARLY_LESS * (best?.highMean ?? highMean))
        best = { from: trace.low[from], to: trace.high[from + size - 1], highMean: mean };
    }
  }
  return best;
}

/**
 * Lower bound of the mean service time (µs) for lines in the order of ends that carry start stamps; NaN: none. If a line stands after that
 * of a later start, its request was still running at that start. Sampled at tick boundaries, where stamps tell before from after, the
 * number of such requests is at most the number in flight. Its mean divided by the arrival rate bounds the mean service time (Little's
 * law). The error is that of batch means, as neighbouring requests are correlated.
 */
function inFlight({ startsOnly, length, low }: Trace): number {
  if (!startsOnly || length < BATCHES * FEWEST_IN_BATCH) return Number.NaN;
  const batches = new Float64Array(BATCHES);
  const size = length / BATCHES;
  let latest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < length; k++) {
    batches[Math.floor(k / size)] += Math.max(0, latest - low[k]) / size;
    latest = Math.max(latest, low[k]);
  }
  const bound = meanOf(batches) - ERRORS * (sampleStandardDeviation([...batches]) / Math.sqrt(BATCHES));
  return bound > 0 ? bound : Number.NaN;
}
