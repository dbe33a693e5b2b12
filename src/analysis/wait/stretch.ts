/** The requests of one queue as the filters read them: their durations and the windows of their ends, in seconds. */
import { floatsAt, indicesBelow } from '../../core/columns.ts';
import { ascendingOrder } from '../../core/order.ts';
import { sharpen } from '../sharpen.ts';
import { endBounds } from '../structure/lanes.ts';
import type { Trace } from '../structure/trace.ts';
import { isotonic } from './isotonic.ts';
import type { SlotChange } from './slot-changes.ts';

/** s: how far lines may be out of the order of their ends, because several processes write to one file. */
export const LINE_JITTER = 0.003;

/** s: the wider limit that is tried where `LINE_JITTER` contradicts the lanes, for example because processes compete for few cores. */
const RACING_JITTER = 0.05;

/** s: least gap between two requests of a lane. Negative, because durations are rounded. */
const GAP = -0.0005;

/** s: tolerance of the upper bound that the slots set for an end. */
const SLACK = 0.005;

export interface Stretch {
  readonly length: number;
  /** By request: its index in the trace. */
  readonly index: Int32Array;
  /** µs since 1970: the instant that is second 0 of the stretch. */
  readonly origin: number;
  /** Requests that the slots of this queue run at once, at most. */
  readonly slots: number;
  /**
   * Every slot is a process of its own. Gaps are bounded for these only: threads slow each other down, so their gaps depend on how many
   * run.
   */
  readonly isProcesses?: true;
  /** Requests that held a slot may be missing from the log, so no slot is known to have idled. */
  readonly hidden?: true;
  /** The log is still being written: requests that run or wait when it is read have no line yet. */
  readonly goesOn?: true;
  /** s: mean gap between two requests of a slot, where evenly spaced answers reveal it. */
  readonly evenGap?: number;
  /** Callers usually found a slot free (`room-to-spare.ts`). */
  readonly hasRoom?: true;
  /** Number of slots from each instant (s) on, where it changes within the stretch. */
  readonly changes?: readonly SlotChange[];
  /** By request, s: the end lies in [low, high). For lanes the window is already narrowed by the neighbours on the lane. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly duration: Float64Array;
  /** s: the widest tick of a stamp. */
  readonly tick: number;
  /** s: how far lines may be out of the order of their ends; Infinity: their order says nothing. */
  readonly jitter: number;
}

/** A stretch where it is known on which lane each request ran, and a lane runs one request at a time. */
export interface LaneStretch extends Stretch {
  /** By request: its lane, 0 .. slots - 1. */
  readonly lane: Int32Array;
  /** The next and the previous request on the same lane; -1: none. */
  readonly next: Int32Array;
  readonly previous: Int32Array;
  /** By lane: its first request; -1: the lane has none. */
  readonly first: Int32Array;
  /** By request: 1 if its worker is new and took over the lane of a worker that had ended. */
  readonly newWorker: Uint8Array;
}

/** Request indices in the order of their starts, as far as the stamps and the order of lines reveal it. */
export function startOrder({ low, high, duration }: Stretch): Int32Array {
  const end = isotonic(low.map((from, i) => (from + high[i]) / 2));
  const start = end.map((at, i) => at - duration[i]);
  return ascendingOrder(start);
}

/** The stretch reduced to the requests `members`. */
export const partOf = (stretch: Stretch, members: Int32Array): Stretch => ({
  ...stretch,
  length: members.length,
  index: members.map((i) => stretch.index[i]),
  low: floatsAt(stretch.low, members),
  high: floatsAt(stretch.high, members),
  duration: floatsAt(stretch.duration, members),
});

/** A stretch where the queue of each request is known. Each queue has `slots` slots of its own. */
export interface QueueStretch extends Stretch {
  /** By request: its queue. */
  readonly group: Int32Array;
  /** By queue: its requests, in the order of their lines. */
  readonly members: readonly Int32Array[];
}

/** Assigns the requests to `queues` queues by `group`; with `queues` 1 all are in one. */
export function onQueues(stretch: Stretch, group: Int32Array, queues: number): QueueStretch {
  const members = Array.from({ length: queues }, (_, g) => indicesBelow(group.length).filter((i) => group[i] === g));
  // Requests that end later need the slots too, which bounds every end from above.
  const { late } = endBounds({ ...stretch, ordered: stretch.jitter < Infinity }, group, queues, stretch.slots);
  const high = stretch.high.map((at, i) => Math.max(stretch.low[i] + 1e-6, Math.min(at, late[i] + SLACK)));
  return { ...stretch, high, group, members };
}

/** The requests with the indices `index` in the trace, as a stretch. */
export function stretchOf(trace: Trace, index: Int32Array, slots: number): Stretch {
  const n = index.length;
  const low = new Float64Array(n);
  const high = new Float64Array(n);
  const duration = new Float64Array(n);
  let origin = Number.POSITIVE_INFINITY;
  for (let i = 0; i < n; i++) origin = Math.min(origin, trace.low[index[i]] - trace.duration[index[i]]);
  for (let i = 0; i < n; i++) {
    low[i] = (trace.low[index[i]] - origin) / 1e6;
    high[i] = Math.max(low[i] + 1e-6, (trace.high[index[i]] - origin) / 1e6);
    duration[i] = trace.duration[index[i]] / 1e6;
  }
  return {
    length: n,
    index,
    origin,
    slots,
    low,
    high,
    duration,
    tick: trace.resolution / 1e6,
    jitter: trace.ordered ? LINE_JITTER : Infinity,
  };
}

/**
 * Puts every worker on a lane; a worker that starts after another has ended takes over its lane. null: the stretch contradicts workers that
 * run one request at a time.
 */
export function onLanes(stretch: Stretch, trace: Trace): LaneStretch | null {
  const { index, low, high, duration } = stretch;
  const worker = index.map((row) => trace.worker[row]);
  const own = chainsOf(worker, trace.workerIds.length);
  const lives = Array.from(worker.keys())
    .filter((i) => own.previous[i] < 0)
    .map((first) => ({ first, last: own.lastOf(worker[first]) }));
  const byTicks = lanesOf(
    lives,
    stretch.slots,
    (i) => low[i],
    (i) => high[i] - duration[i],
  );
  const lanes = settledOn(byTicks, stretch, worker);
  if (lanes) return lanes;
  // Several workers may have ended within one tick. Which of them a new one replaced is clearer once each end has been narrowed by the
  // requests of its own worker.
  const sharp = { ...stretch, ...own, low: low.slice(), high: high.slice() };
  sharpen(sharp, GAP, stretch.jitter);
  const endOf = (i: number) => (sharp.low[i] + sharp.high[i]) / 2;
  const likely = lanesOf(lives, stretch.slots, endOf, (i) => endOf(i) - duration[i]);
  return settledOn(likely, stretch, worker);
}

/**
 * The lane of each worker, by its first request: the free lane that has been free for the shortest time; if none is free, the one that
 * becomes free first.
 */
function lanesOf(
  lives: readonly { readonly first: number; readonly last: number }[],
  slots: number,
  endOf: (request: number) => number,
  startOf: (request: number) => number,
): Map<number, number> {
  const laneOf = new Map<number, number>();
  const ends: number[] = [];
  for (const { first, last } of lives) {
    const start = startOf(first);
    let lane = ends.length < slots ? ends.length : -1;
    if (lane < 0) for (let l = 0; l < slots; l++) if (ends[l] <= start && (lane < 0 || ends[l] > ends[lane])) lane = l;
    if (lane < 0) lane = ends.indexOf(Math.min(...ends));
    ends[lane] = endOf(last);
    laneOf.set(first, lane);
  }
  return laneOf;
}

/** Builds the lanes from `laneOf` (lane by the first request of each worker); null: the stamps contradict them. */
function settledOn(laneOf: ReadonlyMap<number, number>, stretch: Stretch, worker: Int32Array): LaneStretch | null {
  const { length, slots, low, high } = stretch;
  const laneOfWorker = new Map(Array.from(laneOf, ([first, lane]) => [worker[first], lane]));
  const lane = worker.map((id) => laneOfWorker.get(id) ?? 0);
  const { next, previous, first } = chainsOf(lane, slots);
  const newWorker = new Uint8Array(length);
  for (let i = 0; i < length; i++) if (previous[i] >= 0 && worker[previous[i]] !== worker[i]) newWorker[i] = 1;
  for (const jitter of stretch.jitter === Infinity ? [Infinity] : [stretch.jitter, RACING_JITTER]) {
    const lanes = { ...stretch, lane, next, previous, first, newWorker, jitter, low: low.slice(), high: high.slice() };
    if (sharpen(lanes, GAP, jitter) <= Math.max(2, 0.02 * length)) return lanes;
  }
  return null;
}

/** Links the requests of each group in their order: next and previous request, and the first of each group; -1: none. */
function chainsOf(group: Int32Array, groups: number) {
  const next = new Int32Array(group.length).fill(-1);
  const previous = new Int32Array(group.length).fill(-1);
  const first = new Int32Array(groups).fill(-1);
  const last = new Int32Array(groups).fill(-1);
  for (let i = 0; i < group.length; i++) {
    const before = last[group[i]];
    if (before < 0) first[group[i]] = i;
    else {
      next[before] = i;
      previous[i] = before;
    }
    last[group[i]] = i;
  }
  return { next, previous, first, lastOf: (of: number) => last[of] };
}

/** Mean duration, in ticks of the stamps, below which lanes are not followed one by one. */
const FEWEST_TICKS = 0.2;

/**
 * Whether a lane runs many requests within a tick. Its stamps then say next to nothing about it, and a filter that follows lanes gets lost.
 * A filter that follows the queue does not: in which order the slots become free hardly depends on which request ran on which of them.
 */
export function manyPerTick(trace: Trace, rows: Int32Array): boolean {
  let ticks = 0;
  for (const i of rows) ticks += trace.duration[i] / trace.resolution;
  return ticks < FEWEST_TICKS * rows.length;
}
