/**
 * Requests placed on lanes for drawing: one lane per slot of a worker (or of the whole pool, where lines name no worker), no two requests
 * of a lane at once. Requests are taken in the order of their starts, each on the lane that became free last. That needs the fewest lanes
 * (interval graphs are perfect), and rarely used slots stay empty at the bottom.
 */
import type { Lane, ServerPart } from '../../core/inference.ts';
import type { RequestTable } from '../../core/table.ts';
import { orderOf } from './order.ts';

export interface Placed {
  readonly lanes: Lane[];
  /** Index in `lanes` per row, -1: not placed. */
  readonly lane: Int32Array;
}

/** More lanes per worker cannot be read in a picture; from then on requests share the lane that becomes free first. */
const MOST_LANES = 256;
/** µs: overlaps this short are errors of the estimate, not of the server. */
const TOLERANCE = 2_000;

/**
 * @param start µs per row, NaN unknown
 * @param end µs per row, NaN unknown
 * @param slotsOf most lanes of a worker (by id, or -1: in all); null: as many as requests overlap
 * @param threads the line's own thread is the lane
 */
export function placeOnLanes(
  table: RequestTable,
  start: Float64Array,
  end: Float64Array,
  slotsOf: (worker: number) => number | null,
  threads: boolean,
): Placed {
  const n = table.length;
  const lane = new Int32Array(n).fill(-1);
  const lanes: Lane[] = [];
  const groups = new Map<number, Group>();
  const groupOf = (worker: number) => {
    let group = groups.get(worker);
    if (!group) {
      const most = Math.min(slotsOf(worker) ?? MOST_LANES, MOST_LANES);
      group = { worker, lanes: [], free: [], threads: new Map(), most };
      groups.set(worker, group);
    }
    return group;
  };
  const timed = new Int32Array(n);
  const starts = new Float64Array(n);
  let known = 0;
  for (let i = 0; i < n; i++) {
    if (end[i] >= start[i]) {
      starts[known] = start[i];
      timed[known++] = i;
    } else if (table.worker[i] >= 0) {
      // Without a duration only the worker is known: the request goes on its first lane.
      const group = groupOf(table.worker[i]);
      if (group.lanes.length === 0) openLane(lanes, group);
      lane[i] = group.lanes[0];
    }
  }
  const order = orderOf(starts.subarray(0, known));
  for (let k = 0; k < known; k++) {
    const i = timed[order[k]];
    const group = groupOf(table.worker[i]);
    const slot =
      threads && table.thread[i] >= 0
        ? slotOfThread(group, table.thread[i], lanes)
        : slotFreeAt(group, start[i], lanes);
    group.free[slot] = Math.max(group.free[slot], end[i]);
    lane[i] = group.lanes[slot];
  }
  return inOrder(lanes, lane);
}

/**
 * Most lanes of a worker, by its id; null: unknown. With several servers each worker has the threads of its own server; in one all have
 * `alike`.
 */
export function lanesPerWorker(
  servers: readonly ServerPart[],
  { worker }: RequestTable,
  alike: number | null,
): (worker: number) => number | null {
  const own = new Map<number, number | null>();
  for (const { inference, rows } of servers) {
    const threads = inference.unbounded ? null : inference.threads.value;
    for (const row of rows) if (worker[row] >= 0) own.set(worker[row], threads);
  }
  return (id) => own.get(id) ?? (own.has(id) ? null : alike);
}

/** The lanes of a worker. */
interface Group {
  readonly worker: number;
  /** Index in the list of all lanes, by slot. */
  readonly lanes: number[];
  /** µs by slot: when it becomes free. */
  readonly free: number[];
  /** Slot by thread, where lines name threads. */
  readonly threads: Map<number, number>;
  /** Most lanes that it may have. */
  readonly most: number;
}

function slotOfThread(group: Group, thread: number, all: Lane[]): number {
  const known = group.threads.get(thread);
  if (known !== undefined) return known;
  const slot = openLane(all, group);
  group.threads.set(thread, slot);
  return slot;
}

/** The free slot that became free last. If none is free, a new one; if there may be no more, the one that becomes free first. */
function slotFreeAt(group: Group, start: number, all: Lane[]): number {
  const { lanes, free, most } = group;
  let best = -1;
  let earliest = 0;
  for (let slot = 0; slot < free.length; slot++) {
    if (free[slot] <= start + TOLERANCE && (best < 0 || free[slot] > free[best])) best = slot;
    if (free[slot] < free[earliest]) earliest = slot;
  }
  if (best >= 0) return best;
  return lanes.length < most ? openLane(all, group) : earliest;
}

function openLane(all: Lane[], group: Group): number {
  group.lanes.push(all.length);
  group.free.push(Number.NEGATIVE_INFINITY);
  all.push({ worker: group.worker, slot: group.lanes.length - 1 });
  return group.lanes.length - 1;
}

/** Lanes of one worker side by side, workers in the order in which they first appear. */
function inOrder(lanes: Lane[], lane: Int32Array): Placed {
  const first = new Map<number, number>();
  for (const { worker } of lanes) if (!first.has(worker)) first.set(worker, first.size);
  const order = lanes.map((_, k) => k);
  order.sort((a, b) => first.get(lanes[a].worker)! - first.get(lanes[b].worker)! || lanes[a].slot - lanes[b].slot);
  const place = new Int32Array(lanes.length);
  order.forEach((k, at) => {
    place[k] = at;
  });
  for (let i = 0; i < lane.length; i++) if (lane[i] >= 0) lane[i] = place[lane[i]];
  return { lanes: order.map((k) => lanes[k]), lane };
}
