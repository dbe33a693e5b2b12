/** The queues of a live window as they are now: requests, slots, the latest waits, and when all slots were busy. */
import { floatsAt, indicesBelow } from '../core/columns.ts';
import type { ServerInference } from '../core/inference.ts';
import type { QueueRows } from '../core/pool-now.ts';
import { twoSided } from '../core/statistics.ts';
import type { RequestTable } from '../core/table.ts';
import type { WaitNow } from '../findings/live-verdict.ts';

/** Slots of each queue, and of all together. */
export interface SlotsOf {
  readonly each: number;
  readonly total: number;
  /** true: each worker has a queue of its own. */
  readonly byWorker: boolean;
}

export interface LivePool extends QueueRows {
  readonly ofWorker: boolean;
  /** Rows of the inference. */
  readonly rows: Int32Array;
  /** Coarsest resolution of the stamps, µs. */
  readonly resolution: number;
  /** Begin and end of the whole window, and the last end in this queue; µs since 1970 UTC. */
  readonly from: number;
  readonly until: number;
  readonly lastEnd: number;
}

/** Requests that started within NOW (µs) of the last one stand for the present, but at least FEWEST_NOW of them. */
const NOW = 3_000_000;
const FEWEST_NOW = 8;

/** null: the number of slots is unknown or unbounded. */
export function slotsOf({ unbounded, capacity, regimes, queue, threads, servers }: ServerInference): SlotsOf | null {
  if (servers.length > 0) return { each: Number.NaN, total: Number.NaN, byWorker: false };
  const total = regimes.length > 1 ? (regimes.at(-1)?.capacity ?? null) : capacity.value;
  if (unbounded || total === null) return null;
  const byWorker = queue === 'per-worker' && threads.value !== null;
  return { each: byWorker && threads.value ? threads.value : total, total, byWorker };
}

/** Empty if the log does not show when requests ran. */
export function poolsIn(inference: ServerInference, table: RequestTable, slots: SlotsOf): LivePool[] {
  if (inference.servers.length > 0) {
    return inference.servers.flatMap(({ inference: own, rows }) => {
      const ownSlots = slotsOf(own);
      return ownSlots === null || hidesWhatRan(own) ? [] : queuesIn(own.requests, table, rows, ownSlots);
    });
  }
  return hidesWhatRan(inference) ? [] : queuesIn(inference.requests, table, indicesBelow(table.length), slots);
}

/** If times of a proxy include the queue, the log does not show what ran. */
const hidesWhatRan = ({ concurrency }: ServerInference): boolean => !Number.isFinite(concurrency.peak);

/** `rows`: the row of `table` for each entry of `start` and `end`. */
export function queuesIn(
  { start, end }: { readonly start: Float64Array; readonly end: Float64Array },
  table: RequestTable,
  rows: Int32Array,
  slots: SlotsOf,
): LivePool[] {
  const queues = new Map<number, number[]>();
  let [from, until, resolution] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let k = 0; k < rows.length; k++) {
    if (!(start[k] <= end[k])) continue;
    const queue = slots.byWorker ? table.worker[rows[k]] : 0;
    const members = queues.get(queue);
    if (members) members.push(k);
    else queues.set(queue, [k]);
    from = Math.min(from, start[k]);
    until = Math.max(until, end[k]);
    resolution = Math.max(resolution, table.resolution[rows[k]]);
  }
  return [...queues.values()].map((members) => ({
    ofWorker: slots.byWorker,
    rows: Int32Array.from(members),
    start: floatsAt(start, members),
    end: floatsAt(end, members),
    slots: slots.each,
    resolution,
    from,
    until,
    lastEnd: members.reduce((latest, k) => Math.max(latest, end[k]), Number.NEGATIVE_INFINITY),
  }));
}

/**
 * Longest possible wait, µs, of a request that starts at `at`: it came after the pool was full (`since`), give or take the width of the
 * bins.
 */
export const longestNow = (at: number, since: number): number =>
  Number.isFinite(since) ? at - since + NOW : Number.POSITIVE_INFINITY;

/**
 * Mean wait of the requests that started last in full pools; null: not known. They came after the pool was full, so none waited longer than
 * since `since`; Infinity: that instant is unknown.
 */
export function waitNow({ requests, wait }: ServerInference, full: readonly LivePool[], since: number): WaitNow | null {
  const followed = full
    .flatMap(({ rows }) => [...rows])
    .filter((row) => requests.wait[row] >= 0)
    .sort((a, b) => requests.start[b] - requests.start[a]);
  if (followed.length === 0 || !Number.isFinite(wait.mean)) return null;
  const newest = requests.start[followed[0]];
  const now = followed.filter((row, k) => k < FEWEST_NOW || requests.start[row] > newest - NOW);
  const most = longestNow(newest, since);
  const mean = Math.min(most, now.reduce((sum, row) => sum + requests.wait[row], 0) / now.length);
  const times = (factor: number) => (Number.isFinite(factor) ? mean * factor : mean);
  return {
    mean,
    low: times(wait.lowMean / wait.mean),
    high: Math.min(most, times(wait.highMean / wait.mean)),
    isOpen: wait.callers !== null,
  };
}

/** Share of the requests of a stretch that must have an inferred wait to stand for all of it. */
const MOST_OF_STRETCH = 0.5;

/** A time range in which pools were full, µs since 1970 UTC; `orLonger`: perhaps it began earlier. */
export interface FullStretch {
  readonly from: number;
  readonly to: number;
  readonly orLonger: boolean;
}

/**
 * Largest possible mean wait in a stretch, µs: requests are taken evenly over it and each came after it began, so on average at most half
 * of it.
 */
export const longestMean = ({ from, to, orLonger }: FullStretch): number =>
  orLonger ? Number.POSITIVE_INFINITY : (to - from) / 2 + NOW;

/** Mean wait of the requests that started in a past stretch; null: too few have an inferred wait. */
export function waitDuring({ requests, wait }: ServerInference, stretch: FullStretch): WaitNow | null {
  let [started, followed, sum] = [0, 0, 0];
  for (let row = 0; row < requests.start.length; row++) {
    if (!(requests.start[row] >= stretch.from && requests.start[row] <= stretch.to)) continue;
    started++;
    if (!(requests.wait[row] >= 0)) continue;
    followed++;
    sum += requests.wait[row];
  }
  if (followed < FEWEST_NOW || followed < MOST_OF_STRETCH * started || !(wait.mean > 0)) return null;
  const mean = sum / followed;
  return {
    mean,
    low: (mean * wait.lowMean) / wait.mean,
    high: Math.max(mean, Math.min(longestMean(stretch), (mean * wait.highMean) / wait.mean)),
    isOpen: wait.callers !== null,
  };
}

/** Shortest and longest time (µs) over which a present rate is computed. */
const SHORTEST_RATE = 3_000_000;
const LONGEST_RATE = 30_000_000;

/** Answers per second, together, of pools that have been full since `since`; null: for too short a time. */
export function answeredNow(full: readonly LivePool[], since: number): number | null {
  const until = Math.max(...full.map((pool) => pool.lastEnd));
  const from = Math.max(since, until - LONGEST_RATE);
  if (until - from < SHORTEST_RATE) return null;
  const answered = full.reduce((sum, { end }) => sum + end.filter((at) => at > from && at <= until).length, 0);
  return answered / ((until - from) / 1e6);
}

/** What one in ten waits less than is a lower bound. */
const LEAST = 0.1;
const BISECTIONS = 30;

const normalBelow = (z: number): number => (z < 0 ? twoSided(z) / 2 : 1 - twoSided(z) / 2);

/**
 * A lower bound, in µs, of the wait behind a queue that did not run empty for `standing` µs, and then perhaps did for `unknown` µs, which
 * the log does not show yet; one in ten waits less. If callers come one by one, at the rate at which they are answered, the number queued
 * is a random walk. One that stays above 0 for N steps ends at √N times a Rayleigh variable (Durrett, Iglehart and Miller, Annals of
 * Probability 5, 1977), and higher if more callers come; M further steps add √M times a normal variable. 0: it may have run empty since.
 * `rate`: answers per second of each queue.
 */
export function leastNow(rate: number, standing: number, unknown = 0): number {
  const [n, m] = [(rate * standing) / 1e6, (rate * unknown) / 1e6];
  if (!(n > 0)) return 0;
  const bySteps = Math.sqrt(-2 * Math.log(1 - LEAST) * n);
  if (m === 0) return (1e6 * bySteps) / rate;
  const shareBelow = (x: number) =>
    normalBelow(x / Math.sqrt(m)) -
    Math.sqrt(n / (n + m)) * Math.exp((-x * x) / (2 * (n + m))) * normalBelow(x * Math.sqrt(n / (m * (n + m))));
  let [low, high] = [0, bySteps];
  for (let k = 0; k < BISECTIONS; k++) {
    const middle = (low + high) / 2;
    if (shareBelow(middle) < LEAST) low = middle;
    else high = middle;
  }
  return (1e6 * low) / rate;
}

/** Time (µs) within [from, to] in which at least `slots` requests ran at once. */
export function fullMicrosIn({ requests }: ServerInference, slots: number, from: number, to: number): number {
  const clamp = (at: number) => Math.min(to, Math.max(from, at));
  const ran = requests.start.map((start, row) => (start <= requests.end[row] ? 1 : 0));
  const begun = requests.start
    .filter((_, row) => ran[row] === 1)
    .map(clamp)
    .sort();
  const ended = requests.end
    .filter((_, row) => ran[row] === 1)
    .map(clamp)
    .sort();
  let [level, full, at] = [0, 0, from];
  for (let b = 0, e = 0; e < ended.length; ) {
    const isBegin = b < begun.length && begun[b] < ended[e];
    const next = isBegin ? begun[b++] : ended[e++];
    if (level >= slots) full += next - at;
    level += isBegin ? 1 : -1;
    at = next;
  }
  return full;
}

/** Span of the requests with an inferred wait, or of all if there are none; µs since 1970 UTC. */
export function followedSpan({ requests: { start, end, wait } }: ServerInference): { from: number; to: number } {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const isFollowed = wait.some((micros) => micros >= 0);
  for (let row = 0; row < start.length; row++) {
    if (isFollowed && !(wait[row] >= 0)) continue;
    if (start[row] < from) from = start[row];
    if (end[row] > to) to = end[row];
  }
  return { from, to };
}
