/**
 * One possible history as the arrival engines read it: the starts in their order, cut into epochs.
 *
 * A start that did not queue is an arrival at that instant. Starts from the queue form congestion periods: while one
 * lasts, the number of arrivals A since it opened satisfies A(start of the i-th waiter) >= i, and A = N at the last one
 * (Larson, Management Science 36, 1990). Long periods are cut at every m-th waiter only; the barrier is then raised by
 * 0.58 √m (Chernoff 1965, Siegmund 1985), and counts are kept in units of u callers.
 */
import { floatsAt } from '../../core/columns.ts';
import { ascendingOrder } from '../../core/order.ts';
import type { Path } from './paths.ts';

export const FRESH = 0;
const INSIDE = 1;
export const LAST = 2;
export const SILENCE = 3;

export interface Epochs {
  readonly length: number;
  /** s: the epoch is (at - span, at]. */
  readonly at: Float64Array;
  readonly span: Float64Array;
  /** FRESH: ends with an arrival that did not queue; INSIDE, LAST: part of a congestion period, LAST its end; SILENCE. */
  readonly kind: Uint8Array;
  /** Units of arrivals since the period opened that are needed at the end of the epoch. */
  readonly needed: Int32Array;
  /** More of them are not followed: all its waiters, or, where the log goes on before it ends, more. */
  readonly most: Int32Array;
  /** Callers per unit, and waiters of the period. */
  readonly unit: Int32Array;
  readonly waiters: Int32Array;
  /** Position in `order` of the first start of the period (or of the fresh start). */
  readonly first: Int32Array;
  /** Starts of the period before the epoch. */
  readonly taken: Int32Array;
  /** Requests in service over the epoch, on average, and at its end; outside of periods. */
  readonly busy: Float64Array;
  readonly busyAtEnd: Float64Array;
  /** Requests in the order of their starts. */
  readonly order: Int32Array;
  readonly start: Float64Array;
}

const known = new WeakMap<Epochs, Map<string, Float64Array>>();

/** How likely something happens within each epoch, kept by its name: most models of a history share it. */
export function chancesIn(epochs: Epochs, name: string, chance: (seconds: number) => number): Float64Array {
  const byName = known.get(epochs) ?? new Map<string, Float64Array>();
  known.set(epochs, byName);
  let chances = byName.get(name);
  if (!chances) {
    chances = new Float64Array(epochs.length);
    for (let e = 0; e < epochs.length; e++) chances[e] = chance(epochs.span[e]);
    byName.set(name, chances);
  }
  return chances;
}

const BARRIER_SHIFT = 0.58;

/**
 * In a log that goes on, what runs just now is in no line yet, so that the last starts, up to so many for each slot, look as if nobody queued. Of
 * a period of fewer waiters for each slot than the other number little would follow.
 */
const NOT_LOGGED_YET = 4;
const WORTH_OPENING = 4;
/** As many more as this times the waiters seen may still wait. */
const MOST_LEFT = 2;

/** Of a pool of so many slots that is full when its log is read, the first start of its last period that looks as if nobody queued; null: it was not full. */
function periodThatGoesOn(queued: Uint8Array, slots: number): number | null {
  const last = queued.lastIndexOf(1);
  if (last < 0 || queued.length - 1 - last > NOT_LOGGED_YET * slots) return null;
  const before = queued.lastIndexOf(0, last);
  return last - before >= WORTH_OPENING * slots ? last + 1 : null;
}

/**
 * `duration`: s, by request. `end`: s, the instant up to which the log is known to hold no further start. `slots`: of the pool, where its log goes
 * on behind its last line; null: it has ended.
 */
export function epochsOf(path: Path, duration: Float64Array, end: number, slots: number | null = null): Epochs {
  const n = path.start.length;
  const order = ascendingOrder(path.start);
  const queued = Uint8Array.from(order, (request) => path.queued[request]);
  const goesOn = slots === null ? null : periodThatGoesOn(queued, slots);
  if (goesOn !== null) queued.fill(1, goesOn);
  const start = floatsAt(path.start, order);
  const at = new Float64Array(n + 1);
  const span = new Float64Array(n + 1);
  const kind = new Uint8Array(n + 1);
  const needed = new Int32Array(n + 1);
  const most = new Int32Array(n + 1);
  const unit = new Int32Array(n + 1).fill(1);
  const waiters = new Int32Array(n + 1);
  const first = new Int32Array(n + 1);
  const taken = new Int32Array(n + 1);
  const busy = new Float64Array(n + 1);
  const busyAtEnd = new Float64Array(n + 1);
  const ends = path.start.map((at, i) => at + duration[i]).sort();
  let count = 0;
  let now = start[0];
  let ended = 0;
  /** Outside of periods nobody starts within an epoch: the level falls with the ends alone. */
  const putAlone = (time: number, started: number) => {
    while (ended < n && ends[ended] <= now) ended++;
    const atBegin = started - ended;
    while (ended < n && ends[ended] <= time) ended++;
    const e = put(time);
    busyAtEnd[e] = Math.max(0, started - ended);
    busy[e] = Math.max(0, atBegin + busyAtEnd[e]) / 2;
    return e;
  };
  const put = (time: number) => {
    at[count] = time;
    span[count] = Math.max(1e-9, time - now);
    now = time;
    return count++;
  };
  const inBurst = (request: number) => path.arrived !== undefined && !Number.isNaN(path.arrived[request]);
  /** Reorders the starts [from, to): those of bursts, of whom it is known when they came, before the others, of which it returns the first. */
  const burstsFirst = (from: number, to: number): number => {
    const run = order.slice(from, to);
    const known = run.filter(inBurst);
    if (known.length === 0) return from;
    order.set(known, from);
    order.set(
      run.filter((request) => !inBurst(request)),
      from + known.length,
    );
    for (let k = from; k < to; k++) start[k] = path.start[order[k]];
    return from + known.length;
  };
  let i = 0;
  while (i < n) {
    if (i === 0 || queued[i] === 0) {
      const e = putAlone(start[i], i);
      kind[e] = inBurst(order[i]) ? SILENCE : FRESH;
      first[e] = i;
      i++;
      continue;
    }
    let to = i;
    while (to < n && queued[to] === 1) to++;
    i = burstsFirst(i, to);
    if (i === to) {
      kind[putAlone(start[to - 1], to)] = SILENCE;
      continue;
    }
    const total = to - i;
    const u = Math.max(1, Math.round(Math.sqrt(total) / 10));
    const stride = total <= 40 ? 1 : total <= 120 ? 2 : Math.max(3, u * u);
    const isOpen = goesOn !== null && to === n;
    const shift = stride > 1 ? BARRIER_SHIFT * Math.sqrt(stride) : 0;
    for (let from = i; from < to; from += stride) {
      const until = Math.min(to, from + stride);
      const e = put(start[until - 1]);
      const last = until === to;
      kind[e] = last && !isOpen ? LAST : INSIDE;
      most[e] = Math.ceil(((isOpen ? 1 + MOST_LEFT : 1) * total) / u);
      needed[e] = last ? Math.ceil(total / u) : Math.min(Math.ceil(total / u), Math.ceil((until - i + shift) / u));
      unit[e] = u;
      waiters[e] = total;
      taken[e] = from - i;
      first[e] = i;
    }
    i = to;
  }
  // Who came since the last start of a period that goes on is not known.
  if (goesOn === null) kind[putAlone(Math.max(end, now), n)] = SILENCE;
  return { length: count, at, span, kind, needed, most, unit, waiters, first, taken, busy, busyAtEnd, order, start };
}
