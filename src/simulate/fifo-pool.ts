/** A pool whose service times do not depend on each other: waits of a FIFO queue, from a heap of the instants at which slots are free. */

/** What happens to a pool regardless of its callers: when it opens, and what interrupts it. */
export interface Course {
  /** µs: no slot is free before this instant. */
  readonly opens: number;
  /** Time (µs) for which the i-th arrival holds a slot if it begins at `start`; NaN: its usual time. */
  interrupt(i: number, start: number): number;
}

export const UNINTERRUPTED: Course = { opens: Number.NEGATIVE_INFINITY, interrupt: () => Number.NaN };

/**
 * One queue for all slots (workers that accept from one socket, or the threads of one process). `arrivals` (µs) ascends; `service` is the
 * time (µs) for which a request holds its slot, overwritten where it is interrupted; the wait of each row is written to `waits`. O(n log
 * slots).
 */
export function waitsOfSharedQueue(
  arrivals: Float64Array,
  service: Float64Array,
  slots: number,
  waits: Float64Array,
  course: Course = UNINTERRUPTED,
): void {
  const free = new Float64Array(slots).fill(course.opens);
  for (let i = 0; i < arrivals.length; i++) {
    const taken = course.interrupt(i, Math.max(free[0], arrivals[i]));
    if (taken >= 0) service[i] = taken;
    waits[i] = takeSlot(free, 0, slots, arrivals[i], service[i]);
  }
}

/**
 * A queue per worker process (each worker accepts for itself and queues inside: gunicorn gthread, SO_REUSEPORT,
 * one port per process). `worker` is the process that accepted the row, 0 … workers - 1.
 */
export function waitsOfWorkerQueues(
  arrivals: Float64Array,
  service: Float64Array,
  worker: Uint16Array,
  workers: number,
  threads: number,
  waits: Float64Array,
  course: Course = UNINTERRUPTED,
): void {
  const free = new Float64Array(workers * threads).fill(course.opens);
  for (let i = 0; i < arrivals.length; i++) {
    const taken = course.interrupt(i, Math.max(free[worker[i] * threads], arrivals[i]));
    if (taken >= 0) service[i] = taken;
    waits[i] = takeSlot(free, worker[i] * threads, threads, arrivals[i], service[i]);
  }
}

/** One queue for all slots: counts requests that wait longer than `target` (µs), and stops once there are more than `most`. */
export function lateInSharedQueue(
  arrivals: Float64Array,
  service: Float64Array,
  slots: number,
  target: number,
  most: number,
): number {
  const free = new Float64Array(slots).fill(UNINTERRUPTED.opens);
  let late = 0;
  for (let i = 0; i < arrivals.length && late <= most; i++) {
    if (takeSlot(free, 0, slots, arrivals[i], service[i]) > target) late++;
  }
  return late;
}

/** The same for one queue per worker process. */
export function lateInWorkerQueues(
  arrivals: Float64Array,
  service: Float64Array,
  worker: Uint16Array,
  workers: number,
  threads: number,
  target: number,
  most: number,
): number {
  const free = new Float64Array(workers * threads).fill(UNINTERRUPTED.opens);
  let late = 0;
  for (let i = 0; i < arrivals.length && late <= most; i++) {
    if (takeSlot(free, worker[i] * threads, threads, arrivals[i], service[i]) > target) late++;
  }
  return late;
}

/**
 * The heap free[base, base + size) holds the instants at which slots are next free. The request takes the earliest; returns its wait, µs.
 */
function takeSlot(free: Float64Array, base: number, size: number, arrival: number, service: number): number {
  const earliest = free[base];
  const start = Math.max(earliest, arrival);
  const end = start + service;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    if (child + 1 < size && free[base + child + 1] < free[base + child]) child++;
    if (free[base + child] >= end) break;
    free[base + at] = free[base + child];
    at = child;
  }
  free[base + at] = end;
  return start - arrival;
}
