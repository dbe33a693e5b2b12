/**
 * Possible histories of a pool whose workers run one request at a time, from coarse stamps and exact durations.
 *
 * A particle filter over the lines in their order. The lane's requests and their durations are known, so all that is
 * open at the end of a request is when the next one on its lane starts:
 *   - from the queue: the pool was full and somebody queued (probability from `QueueBelief`); it starts a gap later;
 *   - fresh: nobody queued, the lane idles until an arrival takes it: with m idle lanes each has the rate λ / m.
 * While a lane idles nobody queues, so no other lane can start from the queue; while all are busy arrivals queue up.
 * Stamps, the order of lines and the durations of one lane (through `LaneOutlook`) decide between the two. Arrivals in
 * the queue are summed out; `sampleArrivals` puts them back.
 *
 * A twisted bootstrap filter (Whiteley and Lee, Annals of Statistics 42, 2014) with systematic resampling. Cost
 * O(requests x particles x lanes).
 */
import { createDraws, type Draws } from './draws.ts';
import { type GapLaw, gapLaw } from './gap-law.ts';
import { Genealogy } from './genealogy.ts';
import { Guesses, shareOfFree } from './guesses.ts';
import { LaneOutlook } from './lane-outlook.ts';
import type { Path, RateCurve } from './paths.ts';
import { QueueBelief } from './queue-belief.ts';
import { normalise, resample } from './resample.ts';
import type { LaneStretch } from './stretch.ts';

export interface FilterSettings {
  readonly particles: number;
  readonly paths: number;
  /** Arrivals per second, as far as known before. */
  readonly rate: RateCurve;
  /** Load of the pool, 0..1. */
  readonly load: number;
  /** Clients in all, each of whom waits for its answer before it asks again; Infinity: callers do not wait for each other. */
  readonly clients: number;
  readonly seed: number;
}

/** s: by how much an offset may drift per request. */
const DRIFT = 0.002;
/** Where the model cannot meet a stamp, a deviation of x seconds costs exp(-x / GIVE). */
const GIVE = 0.003;
/** A new worker takes about this long to boot, s. */
const BOOT = 0.5;
const LEAST_RATE = 1e-3;
/** A queue that is not empty with this probability is not empty. */
const SURE = 1 - 1e-5;

export function filterLanes(stretch: LaneStretch, settings: FilterSettings): Path[] {
  return new LaneFilter(stretch, settings).run();
}

class LaneFilter {
  readonly #s: LaneStretch;
  readonly #set: FilterSettings;
  readonly #draws: Draws;
  readonly #guesses: Guesses;
  readonly #bootGap: GapLaw = gapLaw(BOOT, BOOT / 4);
  readonly #outlook: LaneOutlook;
  readonly #belief: QueueBelief;
  /** By particle and lane: start of its current request, and 1 where that came from the queue. */
  #start: Float64Array;
  #queued: Uint8Array;
  #spareStart: Float64Array;
  #spareQueued: Uint8Array;
  /** By particle: the instant up to which it has been told. */
  #clock: Float64Array;
  #spareClock: Float64Array;
  readonly #logWeight: Float64Array;
  /** The current request of each lane, the same in all particles: lines come in the order of ends. */
  readonly #current: Int32Array;
  readonly #lastStart: number;
  #from = 0;
  #to = 0;

  constructor(stretch: LaneStretch, settings: FilterSettings) {
    const { slots } = stretch;
    const n = settings.particles;
    this.#s = stretch;
    this.#set = settings;
    this.#draws = createDraws(settings.seed);
    this.#belief = new QueueBelief(n);
    this.#start = new Float64Array(n * slots).fill(Number.NaN);
    this.#spareStart = new Float64Array(n * slots);
    this.#queued = new Uint8Array(n * slots);
    this.#spareQueued = new Uint8Array(n * slots);
    this.#clock = new Float64Array(n);
    this.#spareClock = new Float64Array(n);
    this.#guesses = new Guesses(n, DRIFT, this.#draws);
    this.#logWeight = new Float64Array(n);
    this.#current = stretch.first.slice();
    let work = 0;
    let lastStart = 0;
    for (let i = 0; i < stretch.length; i++) {
      work += stretch.duration[i];
      lastStart = Math.max(lastStart, stretch.high[i] - stretch.duration[i]);
    }
    this.#lastStart = lastStart;
    const queuedShare = Math.min(0.95, Math.max(0.05, settings.load ** Math.sqrt(slots)));
    const idlePerRequest = (Math.max(0.02, 1 / settings.load - 1) * work) / stretch.length;
    this.#outlook = new LaneOutlook(stretch, this.#guesses.usualLaw, queuedShare, (1 - queuedShare) / idlePerRequest);
  }

  run(): Path[] {
    const { length, slots, lane, next, first } = this.#s;
    const n = this.#set.particles;
    const genealogy = new Genealogy(length, n);
    const weights = new Float64Array(n);
    const ancestors = new Int32Array(n);
    this.#open();
    const opening = this.#start.slice();
    for (let i = 0; i < length; i++) {
      const l = lane[i];
      for (let a = 0; a < n; a++) this.#endOf(a, i);
      this.#current[l] = next[i];
      for (let a = 0; a < n; a++) {
        genealogy.note(i, a, this.#start[a * slots + l], this.#queued[a * slots + l]);
      }
      const effective = normalise(this.#logWeight, weights);
      if (effective === 0) this.#logWeight.fill(0);
      else if (effective < n / 2 || i === length - 1) {
        resample(weights, ancestors, this.#draws);
        genealogy.branch(i, ancestors);
        this.#follow(ancestors);
        this.#logWeight.fill(0);
      }
    }
    const paths: Path[] = [];
    for (let m = 0; m < this.#set.paths; m++) {
      const start = new Float64Array(length);
      const queued = new Uint8Array(length);
      const a = genealogy.tell(m, this.#set.paths, (i, at, fromQueue) => {
        if (next[i] < 0) return;
        start[next[i]] = at;
        queued[next[i]] = fromQueue;
      });
      for (let l = 0; l < slots; l++) if (first[l] >= 0) start[first[l]] = opening[a * slots + l];
      paths.push({ start, queued });
    }
    return paths;
  }

  #follow(ancestors: Int32Array): void {
    const { slots } = this.#s;
    for (let k = 0; k < ancestors.length; k++) {
      const from = ancestors[k] * slots;
      for (let l = 0; l < slots; l++) {
        this.#spareStart[k * slots + l] = this.#start[from + l];
        this.#spareQueued[k * slots + l] = this.#queued[from + l];
      }
      this.#spareClock[k] = this.#clock[ancestors[k]];
    }
    [this.#start, this.#spareStart] = [this.#spareStart, this.#start];
    [this.#queued, this.#spareQueued] = [this.#spareQueued, this.#queued];
    [this.#clock, this.#spareClock] = [this.#spareClock, this.#clock];
    this.#guesses.follow(ancestors);
    this.#belief.follow(ancestors);
  }

  /** Arrivals per second of particle `a` with `inSystem` requests in service or queued. */
  #rate(a: number, second: number, inSystem: number): number {
    const { clients, load, rate } = this.#set;
    const free = shareOfFree(clients, load * this.#s.slots, inSystem);
    return Math.max(LEAST_RATE, this.#guesses.factor(a) * rate(second) * free);
  }

  /** Before the first request all lanes idle and nobody queues. */
  #open(): void {
    const { slots, first, low, duration } = this.#s;
    const earliest = (l: number) => low[first[l]] - duration[first[l]];
    const lanes = [...first.keys()].filter((l) => first[l] >= 0).sort((a, b) => earliest(a) - earliest(b));
    const begin = earliest(lanes[0]) - 1e-9;
    for (let a = 0; a < this.#set.particles; a++) {
      const rate = this.#rate(a, begin, 0) / slots;
      this.#clock[a] = begin;
      for (const l of lanes) {
        const i = first[l];
        this.#window(a, i, l);
        const ready = begin + duration[i];
        const mass = this.#outlook.idle(i, ready, this.#from, this.#to, rate);
        if (!(mass > 0)) {
          this.#start[a * slots + l] = Math.max(begin, low[i] - duration[i]);
          this.#logWeight[a] -= 20;
          continue;
        }
        const end = this.#outlook.drawIdle(i, ready, this.#from, this.#to, rate, mass, this.#draws);
        this.#start[a * slots + l] = end - duration[i];
        this.#logWeight[a] += Math.log(mass / rate) + rate * (end - ready);
      }
    }
  }

  /** Sets [from, to]: where request `i` on lane `l` may end, given the ends that are set on the other lanes. */
  #window(a: number, i: number, l: number): void {
    const { slots, low, high, duration, jitter } = this.#s;
    let from = low[i];
    let to = high[i];
    for (let x = 0; x < slots; x++) {
      const other = this.#current[x];
      if (x === l || other < 0) continue;
      const end = this.#start[a * slots + x] + duration[other];
      if (other > i) {
        if (end + jitter < to) to = end + jitter;
      } else if (end - jitter > from) from = end - jitter;
    }
    this.#from = from;
    this.#to = to;
  }

  /** Tells particle `a` up to the end of request `i` and decides how its lane goes on. */
  #endOf(a: number, i: number): void {
    const { slots, lane, duration, next } = this.#s;
    const l = lane[i];
    const base = a * slots;
    const end = Math.max(this.#clock[a], this.#start[base + l] + duration[i]);
    this.#guesses.wander(a, end - this.#clock[a]);
    const idle = this.#tellFreshStarts(a, end);
    const waiting = idle === 0 ? this.#belief.waiting(a) : 0;
    this.#clock[a] = end;
    const after = next[i];
    this.#logWeight[a] -= Math.log(this.#outlook.at(i, end));
    if (after < 0) {
      this.#start[base + l] = Number.NaN;
      this.#queued[base + l] = 0;
      return;
    }
    this.#window(a, after, l);
    const gap = this.#s.newWorker[after] === 1 ? this.#bootGap : this.#guesses.law(a);
    const ready = end + duration[after];
    const rate = this.#rate(a, end, slots - idle - 1) / (idle + 1);
    const queuedMass = waiting > 0 ? waiting * this.#outlook.queued(after, ready, this.#from, this.#to, gap) : 0;
    const idleMass =
      waiting < SURE && this.#to > Math.max(this.#from, ready)
        ? (1 - waiting) * this.#outlook.idle(after, ready, this.#from, this.#to, rate)
        : 0;
    const mass = queuedMass + idleMass;
    if (!(mass > 1e-12)) {
      this.#bend(a, after, l, end, waiting, rate);
      return;
    }
    this.#logWeight[a] += Math.log(mass);
    if (this.#draws.next() * mass < queuedMass) {
      const sum = this.#outlook.queued(after, ready, this.#from, this.#to, gap);
      const chosen = this.#outlook.drawQueued(after, ready, this.#from, this.#to, gap, sum, this.#draws);
      this.#startFromQueue(a, l, chosen - duration[after]);
      return;
    }
    const sum = idleMass / (1 - waiting);
    const chosen = this.#outlook.drawIdle(after, ready, this.#from, this.#to, rate, sum, this.#draws);
    this.#start[base + l] = chosen - duration[after];
    this.#queued[base + l] = 0;
    this.#logWeight[a] += rate * (chosen - ready) - Math.log(rate);
  }

  #startFromQueue(a: number, l: number, start: number): void {
    this.#start[a * this.#s.slots + l] = start;
    this.#queued[a * this.#s.slots + l] = 1;
    this.#belief.take(a);
  }

  /**
   * Fresh starts of idle lanes up to `end`, and arrivals from the moment the pool is full; returns the lanes still idle.
   * A lane whose request came from the queue counts as busy from the end before it.
   */
  #tellFreshStarts(a: number, end: number): number {
    const { slots } = this.#s;
    const base = a * slots;
    let now = this.#clock[a];
    let idle = 0;
    for (let l = 0; l < slots; l++) if (this.#queued[base + l] === 0 && !(this.#start[base + l] <= now)) idle++;
    while (idle > 0) {
      let soonest = Number.POSITIVE_INFINITY;
      for (let l = 0; l < slots; l++) {
        const start = this.#start[base + l];
        if (this.#queued[base + l] === 0 && start > now && start < soonest) soonest = start;
      }
      const until = Math.min(soonest, end, Math.max(now, this.#lastStart));
      this.#logWeight[a] -= this.#rate(a, now, slots - idle) * (until - now);
      if (soonest > end) return idle;
      this.#logWeight[a] += Math.log(this.#rate(a, soonest, slots - idle) / idle);
      idle--;
      now = soonest;
      if (idle === 0) this.#belief.clear(a);
    }
    this.#belief.arrive(a, this.#rate(a, now, slots + this.#belief.mean(a)) * (end - now));
    return 0;
  }

  /** No start meets the stamps of request `i`: it is put where it deviates least, at a price. */
  #bend(a: number, i: number, l: number, end: number, waiting: number, rate: number): void {
    const { slots, low, high, duration } = this.#s;
    let { from, to } = { from: this.#from, to: this.#to };
    let price = 0;
    if (to <= from) {
      from = low[i];
      to = high[i];
      price = 3;
    }
    const place = (wanted: number) => Math.min(to, Math.max(from, wanted));
    const ready = end + duration[i];
    const { typical } = this.#guesses.law(a);
    const fromQueue = place(ready + typical);
    const fresh = place(ready + 2 * GIVE);
    const cost = (deviation: number) => Math.exp(-Math.min(300, Math.max(0, deviation) / GIVE));
    const queuedMass = waiting * cost(Math.abs(fromQueue - ready - typical));
    const freshMass = (1 - waiting) * cost(ready + 2 * GIVE - fresh) * Math.min(1, rate * GIVE);
    const mass = queuedMass + freshMass;
    this.#logWeight[a] += Math.log(Math.max(1e-300, mass)) - price;
    if (waiting > 0 && (mass === 0 || this.#draws.next() * mass < queuedMass)) {
      this.#startFromQueue(a, l, fromQueue - duration[i]);
      return;
    }
    this.#start[a * slots + l] = Math.max(fresh - duration[i], end + 1e-6);
    this.#queued[a * slots + l] = 0;
  }
}
