/**
 * One possible history as the arrival engine reads it: the starts in their order, cut into epochs.
 *
 * A start that did not queue is an arrival at that instant. Starts from the queue form congestion periods. With A(t) the number of arrivals
 * since the period opened, A(start of the i-th waiter) >= i for every waiter, and A = N at the last of the N waiters (Larson, Management
 * Science 36, 1990). To save time a long period is cut at every m-th waiter only. The barrier is then raised by 0.58 √m to correct for the
 * waiters in between (Chernoff 1965, Siegmund 1985), and arrivals are counted in units of u callers.
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
  /** s: epoch e covers (at - span, at]. */
  readonly at: Float64Array;
  readonly span: Float64Array;
  /**
   * FRESH: ends with an arrival that did not queue. INSIDE, LAST: part of a congestion period, LAST its end. SILENCE: no caller came alone.
   */
  readonly kind: Uint8Array;
  /** Least number of units that must have arrived, since the period opened, by the end of the epoch. */
  readonly needed: Int32Array;
  /** Greatest number of units that is followed: all waiters of the period, or more where the log is read before the period ends. */
  readonly most: Int32Array;
  /** Callers per unit, and waiters of the period. */
  readonly unit: Int32Array;
  readonly waiters: Int32Array;
  /** Position in `order` of the first waiter of the period whose arrival is unknown (or of the fresh start). */
  readonly first: Int32Array;
  /** Waiters of the period that started before the epoch. */
  readonly taken: Int32Array;
  /** Requests in service: mean over the epoch, and at its end. Set outside of congestion periods only. */
  readonly busy: Float64Array;
  readonly busyAtEnd: Float64Array;
  /** Request indices in the order of their starts, and those starts (s). */
  readonly order: Int32Array;
  readonly start: Float64Array;
}

const known = new WeakMap<Epochs, Map<string, Float64Array>>();

/** P(something happens within each epoch), cached under `name`, because most models of a history need the same values. */
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
 * In a log that is still being written, requests that run now have no line yet. So the last starts seem to have found a free slot. This
 * many starts per slot, at most, are taken for such.
 */
const NOT_LOGGED_YET = 4;
/** Least number of waiters per slot in a period for which it is worth leaving the period open. */
const WORTH_OPENING = 4;
/** Callers that may still wait when the log is read, as a multiple of the waiters seen in the period. */
const MOST_LEFT = 2;

/**
 * Position of the first start after the last one from the queue, where the pool (of `slots` slots) is full when its log is read: from there
 * on starts only look as if nobody queued. null: the pool is not full, or its last period is too short to matter.
 */
function periodThatGoesOn(queued: Uint8Array, slots: number): number | null {
  const last = queued.lastIndexOf(1);
  if (last < 0 || queued.length - 1 - last > NOT_LOGGED_YET * slots) return null;
  const before = queued.lastIndexOf(0, last);
  return last - before >= WORTH_OPENING * slots ? last + 1 : null;
}

/**
 * Cuts a history into epochs. `duration`: s, by request. `end`: s, the log is known to hold no further start before this instant. `slots`:
 * of the pool, where the log goes on after its last line; null: the log has ended.
 */
export const epochsOf = (path: Path, duration: Float64Array, end: number, slots: number | null = null): Epochs =>
  new Cutter(path, duration, slots).cut(end);

class Cutter {
  readonly #path: Path;
  readonly #order: Int32Array;
  readonly #start: Float64Array;
  readonly #ends: Float64Array;
  /** By position in `order`: 1 if the start came from the queue. */
  readonly #queued: Uint8Array;
  /** The last congestion period had not ended when the log was read. */
  readonly #goesOn: boolean;
  readonly #at: Float64Array;
  readonly #span: Float64Array;
  readonly #kind: Uint8Array;
  readonly #needed: Int32Array;
  readonly #most: Int32Array;
  readonly #unit: Int32Array;
  readonly #waiters: Int32Array;
  readonly #first: Int32Array;
  readonly #taken: Int32Array;
  readonly #busy: Float64Array;
  readonly #busyAtEnd: Float64Array;
  #count = 0;
  /** s: end of the last epoch so far. */
  #now: number;
  /** Requests that had ended by `#now` or by a later instant that was asked for. */
  #ended = 0;

  constructor(path: Path, duration: Float64Array, slots: number | null) {
    const n = path.start.length;
    this.#path = path;
    this.#order = ascendingOrder(path.start);
    this.#queued = Uint8Array.from(this.#order, (request) => path.queued[request]);
    const goesOn = slots === null ? null : periodThatGoesOn(this.#queued, slots);
    if (goesOn !== null) this.#queued.fill(1, goesOn);
    this.#goesOn = goesOn !== null;
    this.#start = floatsAt(path.start, this.#order);
    this.#ends = path.start.map((at, i) => at + duration[i]).sort();
    this.#now = this.#start[0];
    this.#at = new Float64Array(n + 1);
    this.#span = new Float64Array(n + 1);
    this.#kind = new Uint8Array(n + 1);
    this.#needed = new Int32Array(n + 1);
    this.#most = new Int32Array(n + 1);
    this.#unit = new Int32Array(n + 1).fill(1);
    this.#waiters = new Int32Array(n + 1);
    this.#first = new Int32Array(n + 1);
    this.#taken = new Int32Array(n + 1);
    this.#busy = new Float64Array(n + 1);
    this.#busyAtEnd = new Float64Array(n + 1);
  }

  cut(end: number): Epochs {
    const n = this.#start.length;
    for (let i = 0; i < n; ) i = i === 0 || this.#queued[i] === 0 ? this.#fresh(i) : this.#period(i);
    // In a period that goes on nobody knows who has come since its last start, so it is not closed by a silence.
    if (!this.#goesOn) this.#kind[this.#putAlone(Math.max(end, this.#now), n)] = SILENCE;
    return {
      length: this.#count,
      at: this.#at,
      span: this.#span,
      kind: this.#kind,
      needed: this.#needed,
      most: this.#most,
      unit: this.#unit,
      waiters: this.#waiters,
      first: this.#first,
      taken: this.#taken,
      busy: this.#busy,
      busyAtEnd: this.#busyAtEnd,
      order: this.#order,
      start: this.#start,
    };
  }

  /** Adds the epoch that ends with start `i`, which did not queue; returns the next start. */
  #fresh(i: number): number {
    const e = this.#putAlone(this.#start[i], i);
    this.#kind[e] = this.#inBurst(this.#order[i]) ? SILENCE : FRESH;
    this.#first[e] = i;
    return i + 1;
  }

  /** Adds the epochs of the congestion period that begins with start `from`; returns the first start after it. */
  #period(from: number): number {
    let to = from;
    while (to < this.#start.length && this.#queued[to] === 1) to++;
    const begin = this.#burstsFirst(from, to);
    if (begin === to) this.#kind[this.#putAlone(this.#start[to - 1], to)] = SILENCE;
    else this.#putWaiters(begin, to);
    return to;
  }

  #putWaiters(begin: number, to: number): void {
    const total = to - begin;
    const u = Math.max(1, Math.round(Math.sqrt(total) / 10));
    const stride = strideOf(total, u);
    const isOpen = this.#goesOn && to === this.#start.length;
    const shift = stride > 1 ? BARRIER_SHIFT * Math.sqrt(stride) : 0;
    for (let from = begin; from < to; from += stride) {
      const until = Math.min(to, from + stride);
      const e = this.#put(this.#start[until - 1]);
      const last = until === to;
      this.#kind[e] = last && !isOpen ? LAST : INSIDE;
      this.#most[e] = Math.ceil(((isOpen ? 1 + MOST_LEFT : 1) * total) / u);
      const all = Math.ceil(total / u);
      this.#needed[e] = last ? all : Math.min(all, Math.ceil((until - begin + shift) / u));
      this.#unit[e] = u;
      this.#waiters[e] = total;
      this.#taken[e] = from - begin;
      this.#first[e] = begin;
    }
  }

  #put(time: number): number {
    this.#at[this.#count] = time;
    this.#span[this.#count] = Math.max(1e-9, time - this.#now);
    this.#now = time;
    return this.#count++;
  }

  /** Adds an epoch outside of congestion periods. Nobody starts within it, so the number in service falls by the ends alone. */
  #putAlone(time: number, started: number): number {
    const atBegin = started - this.#endedBy(this.#now);
    const atEnd = Math.max(0, started - this.#endedBy(time));
    const e = this.#put(time);
    this.#busyAtEnd[e] = atEnd;
    this.#busy[e] = Math.max(0, atBegin + atEnd) / 2;
    return e;
  }

  #endedBy(time: number): number {
    while (this.#ended < this.#ends.length && this.#ends[this.#ended] <= time) this.#ended++;
    return this.#ended;
  }

  #inBurst(request: number): boolean {
    const { arrived } = this.#path;
    return arrived !== undefined && !Number.isNaN(arrived[request]);
  }

  /**
   * Moves those of the starts [from, to) that belong to bursts to the front, because their arrivals are known; returns the first of the
   * others.
   */
  #burstsFirst(from: number, to: number): number {
    const run = this.#order.slice(from, to);
    const known = run.filter((request) => this.#inBurst(request));
    if (known.length === 0) return from;
    const others = run.filter((request) => !this.#inBurst(request));
    this.#order.set(known, from);
    this.#order.set(others, from + known.length);
    for (let k = from; k < to; k++) this.#start[k] = this.#path.start[this.#order[k]];
    return from + known.length;
  }
}

/** Number of waiters between two cuts of a period with `total` waiters, counted in units of `unit` callers. */
function strideOf(total: number, unit: number): number {
  if (total <= 40) return 1;
  return total <= 120 ? 2 : Math.max(3, unit * unit);
}
