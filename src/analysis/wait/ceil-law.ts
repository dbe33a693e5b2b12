/**
 * Requests that all arrive at once: the n-th of them is answered after ceil(n / slots) x service time, so each waited from the common
 * beginning to its own start. No arrival needs to be guessed. What must be shown is that every slot worked without a pause from one
 * beginning, over several turns, and that the pool was idle afterwards.
 *
 * What the log cannot tell: clients that come back as soon as they are answered (a load tester with fewer connections than requests) keep a
 * pool just as busy. The longer the run, the likelier that is, so the confidence falls with the number of turns.
 */
import { ascendingOrder, placeOfLeast } from '../../core/order.ts';
import type { Trace } from '../structure/trace.ts';

/** µs: longest gap between two requests of one slot (accept, read and write), which is several milliseconds on real servers. */
const MOST_GAP = 12_000;
/** µs: an end may lie this far behind its tick, because gunicorn's stamps come from a coarse clock. */
const STAMP_LAG = 8_000;
/** Fewer turns cannot be told from chance. */
const FEWEST_TURNS = 2;
/** Share of the requests that must belong to bursts for the law to apply to the log. */
const MOST_OF_THEM = 0.85;

export interface Burst {
  /** Indices of its requests in the trace. */
  readonly members: readonly number[];
  /** µs since 1970: the common beginning, and the last end. */
  readonly from: number;
  readonly to: number;
  /** Requests that the busiest slot ran. */
  readonly turns: number;
}

export interface CeilLaw {
  /** By index in the trace, µs. */
  readonly wait: Float64Array;
  /** By index in the trace, µs since 1970: start that follows from the beginning of its burst; NaN outside of bursts. */
  readonly start: Float64Array;
  readonly bursts: readonly Burst[];
}

/** null: the log does not consist of bursts. `service`: mean service time in µs, where lines carry no duration. */
export function ceilLaw(trace: Trace, slots: number, service: number): CeilLaw | null {
  if (trace.length < slots * FEWEST_TURNS || !(slots > 0)) return null;
  const durations = durationsOf(trace, service);
  if (!durations) return null;
  const wait = new Float64Array(trace.length).fill(Number.NaN);
  const start = new Float64Array(trace.length).fill(Number.NaN);
  const bursts: Burst[] = [];
  let explained = 0;
  for (const cluster of clustersOf(trace, durations)) {
    const burst = burstOf(trace, cluster, durations, slots, wait);
    if (burst) {
      bursts.push(burst);
      for (const i of cluster) start[i] = burst.from + wait[i];
      explained += cluster.length;
    } else if (cluster.length > slots) return null;
    else {
      // A few requests between bursts: each found a free slot.
      for (const i of cluster) wait[i] = 0;
    }
  }
  return bursts.length > 0 && explained >= MOST_OF_THEM * trace.length ? { wait, start, bursts } : null;
}

function durationsOf(trace: Trace, service: number): Float64Array | null {
  if (trace.hasDurations) return trace.duration;
  return service > 0 ? new Float64Array(trace.length).fill(service) : null;
}

/** The requests, in the order of their ends, split at moments at which surely nothing ran. */
function* clustersOf(trace: Trace, durations: Float64Array): Generator<number[]> {
  const order = ascendingOrder(trace.end);
  // Earliest possible start of this and all later requests: if it lies after the latest end so far, the pool was idle in between.
  const earliest = new Float64Array(order.length + 1).fill(Number.POSITIVE_INFINITY);
  for (let k = order.length - 1; k >= 0; k--) {
    earliest[k] = Math.min(earliest[k + 1], trace.low[order[k]] - durations[order[k]]);
  }
  let cluster: number[] = [];
  let latest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < order.length; k++) {
    if (cluster.length > 0 && earliest[k] > latest) {
      yield cluster;
      cluster = [];
    }
    cluster.push(order[k]);
    latest = Math.max(latest, trace.high[order[k]] + STAMP_LAG);
  }
  if (cluster.length > 0) yield cluster;
}

/** Fills `wait` for a cluster in which every slot worked without a pause from one beginning; null: the cluster is not of that kind. */
function burstOf(
  trace: Trace,
  cluster: readonly number[],
  durations: Float64Array,
  slots: number,
  wait: Float64Array,
): Burst | null {
  if (cluster.length < slots * FEWEST_TURNS) return null;
  const before = workBefore(trace, cluster, durations, slots);
  if (!before) return null;
  const last = cluster[cluster.length - 1];
  for (let k = 0; k < cluster.length; k++) wait[cluster[k]] = before.work[k];
  return { members: cluster, from: before.begin, to: trace.end[last], turns: before.turns };
}

interface Work {
  /** By position in the cluster, µs that the slot of the request worked before it. */
  readonly work: Float64Array;
  /** Requests that the busiest slot ran. */
  readonly turns: number;
  /** µs since 1970: the common beginning. */
  readonly begin: number;
}

/**
 * The work of each slot before each request; null: no beginning fits, a slot was not used, or the work of two slots differs by more than
 * one request.
 */
function workBefore(trace: Trace, cluster: readonly number[], durations: Float64Array, slots: number): Work | null {
  const work = new Float64Array(cluster.length);
  const perWorker = trace.hasWorkers && workersIn(trace, cluster) === slots;
  const free = new Float64Array(slots);
  const turns = new Int32Array(slots);
  const slotOf = new Int32Array(trace.workerIds.length).fill(-1);
  let slotsTaken = 0;
  // end = begin + work before + duration + gaps, with 0 <= gap <= MOST_GAP between two requests: each end gives a window for the beginning.
  let from = Number.NEGATIVE_INFINITY;
  let to = Number.POSITIVE_INFINITY;
  // Without durations only the mean is known, so sums of them may be off.
  const stray = trace.hasDurations ? 0 : 0.06;
  for (let k = 0; k < cluster.length; k++) {
    const i = cluster[k];
    if (perWorker && slotOf[trace.worker[i]] < 0) slotOf[trace.worker[i]] = slotsTaken++;
    // Without worker ids the requests are dealt, in the order of their ends, to the slot that is free first.
    const slot = perWorker ? slotOf[trace.worker[i]] : placeOfLeast(free);
    work[k] = free[slot];
    free[slot] += durations[i];
    turns[slot]++;
    from = Math.max(from, trace.low[i] - free[slot] * (1 + stray) - turns[slot] * MOST_GAP);
    to = Math.min(to, trace.high[i] + STAMP_LAG - free[slot] * (1 - stray));
    if (from > to) return null;
  }
  const longest = cluster.reduce((most, i) => Math.max(most, durations[i]), 0);
  const most = free.reduce((a, b) => Math.max(a, b));
  const least = free[placeOfLeast(free)];
  // With a shared queue no slot is idle while another has more than one request to go.
  return least >= most - longest - cluster.length * MOST_GAP && least > 0
    ? { work, turns: turns.reduce((a, b) => Math.max(a, b)), begin: (from + to) / 2 }
    : null;
}

function workersIn({ worker, workerIds }: Trace, cluster: readonly number[]): number {
  const seen = new Uint8Array(workerIds.length);
  let workers = 0;
  for (const i of cluster) {
    if (seen[worker[i]] === 1) continue;
    seen[worker[i]] = 1;
    workers++;
  }
  return workers;
}
