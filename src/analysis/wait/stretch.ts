/** The requests of one queue as the engines read them: windows of their ends and their durations, in seconds. */
import { sharpen } from '../sharpen.ts';
import { endBounds } from '../structure/lanes.ts';
import type { Trace } from '../structure/trace.ts';

/** How far lines may be out of the order of their ends, s: several processes write to one file. */
export const LINE_JITTER = 0.003;

/** s: the same where that contradicts the lanes, as of processes that race for few cores. */
const RACING_JITTER = 0.05;

/** s: what the bounds of a chain may be off by. */
const SLACK = 0.005;

export interface Stretch {
  readonly length: number;
  /** Index in the trace of each request. */
  readonly index: Int32Array;
  /** µs since 1970: second 0 of the stretch. */
  readonly origin: number;
  /** Requests that the pool behind this queue runs at once. */
  readonly slots: number;
  /** s: the end lies in [low, high); for lanes already narrowed by their chains. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly duration: Float64Array;
  /** s: the widest tick of a stamp. */
  readonly tick: number;
  /** s: how far lines may be out of the order of their ends; Infinity when their order says nothing. */
  readonly jitter: number;
}

/** A stretch whose requests are known to run on lanes of one request at a time. */
export interface LaneStretch extends Stretch {
  /** Lane of each request, 0 .. slots - 1. */
  readonly lane: Int32Array;
  /** Neighbours on the same lane, -1 none. */
  readonly next: Int32Array;
  readonly previous: Int32Array;
  /** First request of each lane, -1 for a lane without requests. */
  readonly first: Int32Array;
  /** 1: the worker of this request is new, and took over the lane of one that ended. */
  readonly newWorker: Uint8Array;
}

/** Some requests of a stretch. */
export const partOf = (stretch: Stretch, members: Int32Array): Stretch => ({
  ...stretch,
  length: members.length,
  index: members.map((i) => stretch.index[i]),
  low: Float64Array.from(members, (i) => stretch.low[i]),
  high: Float64Array.from(members, (i) => stretch.high[i]),
  duration: Float64Array.from(members, (i) => stretch.duration[i]),
});

/** A stretch whose requests are known to belong to queues, each with `slots` slots of its own. */
export interface QueueStretch extends Stretch {
  /** Queue of each request. */
  readonly group: Int32Array;
  /** Requests of each queue, in the order of their lines. */
  readonly members: readonly Int32Array[];
}

/** The same with every request in its queue; `queues` 1: all in one. */
export function onQueues(stretch: Stretch, group: Int32Array, queues: number): QueueStretch {
  const members = Array.from({ length: queues }, (_, g) => Int32Array.from(group.keys()).filter((i) => group[i] === g));
  // What must still run on the slots bounds every end from above.
  const { late } = endBounds({ ...stretch, ordered: stretch.jitter < Infinity }, group, queues, stretch.slots);
  const high = stretch.high.map((at, i) => Math.max(stretch.low[i] + 1e-6, Math.min(at, late[i] + SLACK)));
  return { ...stretch, high, group, members };
}

/** Requests [from, to) of `index` as a stretch. */
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
 * The same with every worker on its lane; null when the stretch contradicts workers that run one request at a time.
 * A worker that starts after another has ended takes over its lane.
 */
export function onLanes(stretch: Stretch, trace: Trace): LaneStretch | null {
  const { length, index, low, high, duration } = stretch;
  const workers = new Map<number, { from: number; to: number; lane: number }>();
  for (let i = 0; i < length; i++) {
    const worker = trace.worker[index[i]];
    const life = workers.get(worker);
    if (life) life.to = i;
    else workers.set(worker, { from: i, to: i, lane: -1 });
  }
  const endOfLane: number[] = [];
  const slots = stretch.slots;
  for (const life of workers.values()) {
    const start = high[life.from] - duration[life.from];
    let lane = endOfLane.length < slots ? endOfLane.length : -1;
    if (lane < 0) {
      for (let l = 0; l < endOfLane.length; l++)
        if (endOfLane[l] <= start && (lane < 0 || endOfLane[l] > endOfLane[lane])) lane = l;
      if (lane < 0) return null;
    }
    life.lane = lane;
    endOfLane[lane] = low[life.to];
  }
  const lane = new Int32Array(length);
  const next = new Int32Array(length).fill(-1);
  const previous = new Int32Array(length).fill(-1);
  const first = new Int32Array(slots).fill(-1);
  const last = new Int32Array(slots).fill(-1);
  const newWorker = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const life = workers.get(trace.worker[index[i]]) as { lane: number };
    const l = life.lane;
    lane[i] = l;
    const before = last[l];
    if (before < 0) first[l] = i;
    else {
      next[before] = i;
      previous[i] = before;
      if (trace.worker[index[before]] !== trace.worker[index[i]]) newWorker[i] = 1;
    }
    last[l] = i;
  }
  const chains = { ...stretch, lane, next, previous, first, newWorker };
  for (const jitter of stretch.jitter === Infinity ? [Infinity] : [stretch.jitter, RACING_JITTER]) {
    const lanes = { ...chains, jitter, low: low.slice(), high: high.slice() };
    if (sharpen(lanes, -0.0005, jitter) <= Math.max(2, 0.02 * length)) return lanes;
  }
  return null;
}
