/**
 * Between what the service time lies where no line tells it. A slot begins a request after it has ended the one before, so k slots that
 * ended n requests from the first stamp to the last gave n - k of them no more than k times that stretch (the utilisation law with the pool
 * never idle), and one of one slot no more than its gap. No law of arrivals or service times goes in, and nothing is assumed of the pool but its slots.
 */
import { sampleStandardDeviation } from 'simple-statistics';
import type { ServiceBounds } from '../../core/inference.ts';
import { meanOf, sumOf } from '../../core/statistics.ts';
import type { Structure } from './structure.ts';
import { queuesOf, type Trace } from './trace.ts';

/** Slots behind one queue of lines: those of a worker, or of the whole pool. */
export interface QueueSlots {
  readonly slots: number;
  readonly byWorker: boolean;
}

/** Requests whose beginning nothing bounds (the first of each slot) are granted this many times the mean of the others. */
const GRANTED = 5;
/** With a larger share of them, or fewer others, nothing is told. */
const MOST_UNBOUNDED = 0.2;
const FEWEST_BOUNDED = 10;
/** The busiest part is told where its bound is so much lower than that of the log. */
const CLEARLY_LESS = 0.75;
const FEWEST_IN_PART = 60;
const FEWEST_A_SLOT = 40;
/** Standard errors by which the lower bound is lowered, by the means of so many batches. */
const ERRORS = 3;
const BATCHES = 20;
const FEWEST_IN_BATCH = 5;
/** Slots told less surely bound nothing. */
const SURE = 0.6;

/** null: nothing bounds it. `queue`: null where the slots are not known; `range`: µs that the beat of a burst, or the like, leaves. */
export function serviceBoundsOf(
  trace: Trace,
  queue: QueueSlots | null,
  range: readonly [low: number, high: number] | null,
): ServiceBounds | null {
  const lowMean = greater(inFlight(trace), range?.[0] ?? Number.NaN);
  const found = (queue && queue.slots >= 1 ? upperBounds(trace, queue) : null) ?? nothing;
  const highMean = -greater(-found.highMean, -(range?.[1] ?? Number.NaN));
  // Lines of two logs mixed into each other: their order is not that of ends, or the slots are not all there are.
  if (lowMean > highMean) return null;
  return Number.isNaN(lowMean) && Number.isNaN(highMean) ? null : { ...found, lowMean, highMean };
}

const nothing: UpperBounds = { highMean: Number.NaN, highP95: Number.NaN, busiest: null, routes: new Map() };
/** NaN is no bound. */
const greater = (a: number, b: number): number => (a > b || Number.isNaN(b) ? a : b);

/** Slots whose number is known well enough to bound by it; null: it is not. */
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

/** Requests of one queue, and µs since 1970 UTC between which the stamps put them. */
export interface Chain {
  readonly requests: number;
  readonly from: number;
  readonly to: number;
}

/** Of the requests [first, past), one of each queue. */
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
  /** µs that the bounded ones of them took together, at most. */
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

/** Mean, µs, of requests of which only the ends of each queue are known. NaN: nothing is told. */
export function highMeanOf(chains: readonly Chain[], slots: number): number {
  const bound = boundOf(chains, slots);
  return bound === null ? Number.NaN : withUnbounded(bound, GRANTED * bound.mean);
}

/** µs that each request of slots of its own took at most; infinite for the first of each. */
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

/** The value that so many of them do not exceed. */
function upperQuantile(values: Float64Array, share: number): number {
  const sorted = values.toSorted();
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length))];
}

/** `total`: µs that all requests took together, at most, which no route exceeds. */
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

/** Of halves, quarters, eighths … of the requests the one in which slots had the least time for each; a statement of that part alone. */
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
 * Lines in the order of ends that carry starts: a request whose line stands after one that started later was still there when that one
 * started. Counted at the ticks, where stamps tell before from after, that is no more than the mean number in flight, whose ratio to the
 * rate is the mean service time (Little's law). Lowered by the error of the mean of batches, as neighbours stray alike.
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
