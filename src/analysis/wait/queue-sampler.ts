/**
 * Possible histories of queues that several slots serve, where the log does not say which slot ran a request: the threads
 * of a worker, or the workers of a pool whose lines carry no pid.
 *
 * Given who arrived when, first come first served on k slots and the logged durations fix every start and every end. So
 * the arrivals are walked through (Metropolis-Hastings; Sutton and Jordan, Annals of Applied Statistics 5, 2011): one is
 * moved between its neighbours, a row of them is shifted, two neighbours change places; the schedule is worked out again
 * from there to where it falls back into the old one, and what fits the stamps and the order of the lines worse is kept
 * less often. What is visited are histories of starts that the log allows, by how much room they leave for arrivals.
 */
import type { Draws } from './draws.ts';
import { gapLaw } from './gap-law.ts';
import type { Path, RateCurve } from './paths.ts';
import type { QueueStretch } from './stretch.ts';

/** s: between an end and the next start from the queue; on a busy machine to some ms. */
export const TYPICAL_GAP = 0.00045;
const LONGEST_GAP = 0.05;
const GAPS = gapLaw(TYPICAL_GAP, 0.001);
/** A move that is this many nats behind halfway is given up. */
const HOPELESS = 10;
/** s: how soft the bounds of the ends are, first and at the last. */
const WIDE = 0.1;
const NARROW = 0.01;
/** s: a start this soon after its arrival found a slot idle. */
const AT_ONCE = 0.0006;

export interface SamplerEffort {
  /** Starts that may be worked out, before the first history is taken and altogether. */
  readonly settle: number;
  readonly budget: number;
  readonly paths: number;
}

/**
 * `starts`: s, a first guess by request; `rates` by queue. `lead`: s by which the walk begins with arrivals before anybody
 * can have come: a long row of starts from the queue breaks up easily, and is seldom found by chance, so it begins with
 * too many of them.
 */
export function sampleQueues(
  stretch: QueueStretch,
  starts: Float64Array,
  rates: readonly RateCurve[],
  lead: number,
  effort: SamplerEffort,
  draws: Draws,
): Path[] {
  const end = starts.map((start, i) => start + stretch.duration[i]);
  const queues = stretch.members.map((members, g) => new Queue(stretch, members, starts, lead, rates[g], end, draws));
  const paths: Path[] = [];
  let work = 0;
  for (let taken = 0; taken < effort.paths; ) {
    const give = WIDE * (NARROW / WIDE) ** Math.min(1, work / (0.7 * effort.settle));
    for (const queue of queues) work += queue.sweep(give);
    if (work < effort.settle + ((taken + 1) * (effort.budget - effort.settle)) / effort.paths) continue;
    const start = new Float64Array(stretch.length);
    const queued = new Uint8Array(stretch.length);
    for (const queue of queues) queue.tell(start, queued);
    paths.push({ start, queued });
    taken++;
  }
  return paths;
}

class Queue {
  readonly #s: QueueStretch;
  readonly #rate: RateCurve;
  readonly #draws: Draws;
  readonly #n: number;
  readonly #k: number;
  /** In the order of starts: the request, its arrival and its start. */
  readonly #request: Int32Array;
  readonly #arrival: Float64Array;
  readonly #start: Float64Array;
  /** Before each start: when each slot is free, ascending. */
  readonly #free: Float64Array;
  /** s: end of every request of the stretch, of all queues. */
  readonly #end: Float64Array;
  /** s between the end before and this start, where it came from the queue. */
  readonly #gap: Float64Array;
  /** What a move would make of them. */
  readonly #newStart: Float64Array;
  readonly #newFree: Float64Array;
  readonly #oldEnd: Float64Array;
  #give = WIDE;
  #work = 0;

  constructor(
    stretch: QueueStretch,
    members: Int32Array,
    starts: Float64Array,
    lead: number,
    rate: RateCurve,
    end: Float64Array,
    draws: Draws,
  ) {
    this.#s = stretch;
    this.#rate = rate;
    this.#draws = draws;
    this.#n = members.length;
    this.#k = stretch.slots;
    this.#end = end;
    this.#request = members.slice().sort((a, b) => starts[a] - starts[b] || a - b);
    this.#arrival = new Float64Array(this.#n);
    let reached = Number.NEGATIVE_INFINITY;
    for (let p = 0; p < this.#n; p++) {
      const i = this.#request[p];
      reached = Math.max(reached, Math.min(starts[i], stretch.low[i] - stretch.duration[i]) - lead);
      this.#arrival[p] = reached;
    }
    this.#start = new Float64Array(this.#n);
    this.#gap = new Float64Array(this.#n).fill(TYPICAL_GAP);
    this.#newStart = new Float64Array(this.#n);
    this.#free = new Float64Array((this.#n + 1) * this.#k).fill(Number.NEGATIVE_INFINITY);
    this.#newFree = this.#free.slice();
    this.#oldEnd = new Float64Array(this.#n);
    if (this.#n > 0) this.#try(0, this.#n, Number.POSITIVE_INFINITY);
  }

  /** Each request moved about once; returns how many starts were worked out. */
  sweep(give: number): number {
    this.#give = give;
    this.#work = 0;
    for (let m = 0; m < this.#n; m++) {
      this.#moveOne(Math.floor(this.#draws.next() * this.#n));
      if (m % 2 === 0) this.#swap(Math.floor(this.#draws.next() * (this.#n - 1)));
      else this.#moveGap(Math.floor(this.#draws.next() * this.#n));
      if (m % 8 === 0) this.#shift(Math.floor(this.#draws.next() * this.#n));
    }
    return this.#work;
  }

  tell(start: Float64Array, queued: Uint8Array): void {
    for (let p = 0; p < this.#n; p++) {
      start[this.#request[p]] = this.#start[p];
      queued[this.#request[p]] = this.#start[p] - this.#arrival[p] > AT_ONCE ? 1 : 0;
    }
  }

  #moveOne(p: number): void {
    const old = this.#arrival[p];
    const low = p > 0 ? this.#arrival[p - 1] : old - 0.5;
    const high = p < this.#n - 1 ? this.#arrival[p + 1] : old + 0.5;
    const to = low + this.#draws.next() * (high - low);
    this.#arrival[p] = to;
    const prior = Math.log(this.#rate(to) / this.#rate(old));
    if (!this.#try(p, p + 1, prior)) this.#arrival[p] = old;
  }

  #swap(p: number): void {
    if (p + 1 >= this.#n) return;
    this.#exchange(p);
    if (!this.#try(p, p + 2, 0)) this.#exchange(p);
  }

  #exchange(p: number): void {
    const i = this.#request[p];
    this.#request[p] = this.#request[p + 1];
    this.#request[p + 1] = i;
  }

  /** A row of arrivals together; its length is drawn without regard to the state, or the walk would have a drift. */
  #shift(p: number): void {
    const to = Math.min(this.#n, p + 2 + Math.floor(2 ** (6 * this.#draws.next())));
    const low = p > 0 ? this.#arrival[p - 1] - this.#arrival[p] : -0.3;
    const high = to < this.#n ? this.#arrival[to] - this.#arrival[to - 1] : 0.3;
    const by = (this.#draws.next() - 0.5) * 0.3 * this.#draws.next();
    if (by <= low || by >= high) return;
    for (let x = p; x < to; x++) this.#arrival[x] += by;
    if (!this.#try(p, to, 0)) for (let x = p; x < to; x++) this.#arrival[x] -= by;
  }

  #moveGap(p: number): void {
    const old = this.#gap[p];
    this.#gap[p] = GAPS.draw(GAPS.least, LONGEST_GAP, this.#draws);
    if (!this.#try(p, p + 1, 0)) this.#gap[p] = old;
  }

  /**
   * Works out the schedule from `p` on, at least up to `until` and to where the slots are free as they were; keeps it
   * or not. `prior`: ln of what the move gains before the stamps are asked.
   */
  #try(p: number, until: number, prior: number): boolean {
    const k = this.#k;
    const { duration } = this.#s;
    const free = this.#newFree;
    const needed = Math.log(this.#draws.next() + 1e-300) - prior;
    const hopeless = needed - HOPELESS;
    let gain = 0;
    let at = p;
    for (let x = 0; x < k; x++) free[p * k + x] = this.#free[p * k + x];
    for (let same = false; at < this.#n && !same && gain >= hopeless; at++) {
      const base = at * k;
      const i = this.#request[at];
      const start = Math.max(this.#arrival[at] + TYPICAL_GAP, free[base] + this.#gap[at]);
      const end = start + duration[i];
      this.#newStart[at] = start;
      this.#oldEnd[at] = this.#end[i];
      gain += this.#misfit(i);
      this.#end[i] = end;
      gain -= this.#misfit(i);
      let x = 1;
      for (; x < k && free[base + x] < end; x++) free[base + k + x - 1] = free[base + x];
      free[base + k + x - 1] = end;
      for (; x < k; x++) free[base + k + x] = free[base + x];
      same = at + 1 >= until && this.#isSame(at + 1);
    }
    this.#work += at - p;
    if (gain < needed) {
      for (let x = p; x < at; x++) this.#end[this.#request[x]] = this.#oldEnd[x];
      return false;
    }
    for (let x = p; x < at; x++) this.#start[x] = this.#newStart[x];
    for (let x = p * k; x < (at + 1) * k; x++) this.#free[x] = free[x];
    return true;
  }

  /** The slots are free as they were; one that is free before the next arrival is free. */
  #isSame(at: number): boolean {
    const k = this.#k;
    const next = at < this.#n ? this.#arrival[at] - LONGEST_GAP : Number.POSITIVE_INFINITY;
    for (let x = at * k; x < (at + 1) * k; x++)
      if (Math.max(this.#free[x], next) !== Math.max(this.#newFree[x], next)) return false;
    return true;
  }

  /**
   * Nats that the stamp of request `i` and its neighbours in the file speak against its end. Soft around each bound, and
   * even: what lies a little inside pays what lies a little outside is given, or starts that find a slot idle, which may
   * lie anywhere between their neighbours, would be favoured.
   */
  #misfit(i: number): number {
    const { low, high, length } = this.#s;
    const end = this.#end[i];
    let sum = this.#cost(end - low[i]) + this.#cost(high[i] - end);
    if (i > 0) sum += this.#cost(end - this.#end[i - 1]);
    if (i + 1 < length) sum += this.#cost(this.#end[i + 1] - end);
    return sum;
  }

  /** -ln of the logistic function. */
  #cost(room: number): number {
    const x = room / this.#give;
    return x > 7 ? 0 : x < -7 ? -x : Math.log1p(Math.exp(-x));
  }
}
