/**
 * Possible histories of a queue that several slots serve, where the log does not say which slot ran a request: the threads of a worker, or
 * the workers of a pool whose lines carry no pid.
 *
 * A particle filter over the requests in the order of their starts. First come, first served, so the next request starts
 *   - from the queue, a gap after the first slot becomes free, if somebody waited (probability from `QueueBelief`);
 *   - else fresh, when its caller arrives, at the arrival rate.
 * Ends follow from the logged durations; their stamps decide between the two. The order of starts is not logged. It is estimated to within
 * a place or two: ends that do not decrease in the order of the lines, less the durations. A request that took its neighbour's place ends a
 * little off, so the bounds of the ends are soft. The work of the slots does not depend on the order, and so neither does when they are all
 * taken.
 *
 * Where the number of slots changes, a new one is free from that instant on; the first that is idle or becomes free leaves.
 *
 * Resampling is systematic. Cost O(requests x particles x slots).
 */
import { Bursts } from './bursts.ts';
import { createDraws, type Draws } from './draws.ts';
import { FreeSlots } from './free-slots.ts';
import { LONGEST_GAP } from './gap-law.ts';
import { Guesses, isClosed, shareOfFree } from './guesses.ts';
import type { FilterSettings, Following, Path } from './paths.ts';
import { QueueBelief, REFUTED } from './queue-belief.ts';
import { SteppedFilter } from './stepped-filter.ts';
import { LINE_JITTER, type Stretch, startOrder } from './stretch.ts';

const ALONE = 0;
const QUEUED = 1;
const MEMBER = 2;
type Kind = typeof ALONE | typeof QUEUED | typeof MEMBER;

/** s: how far an error in a particle's times may drift per request, so that it can correct itself. */
const DRIFT = 0.001;
const LEAST_RATE = 1e-3;
/** Softness of the bounds of an end: the smaller of these, in ticks of the stamps and in mean times between two starts. */
const SOFT_TICKS = 0.12;
const SOFT_STARTS = 1.5;
/** Starts are drawn up to this many times the softness beyond a bound. */
const REACH = 6;
/** Nats that a request costs if no start fits its stamp. */
const MISFIT = 60;
/** Above this probability the queue is taken to be non-empty. */
const SURE = 1 - 1e-5;
/** If a start from the queue fits its stamp worse than this, no queue is taken for sure: those believed to wait may not have come. */
const MISFIT_OF_QUEUE = 0.1;
const LEAST_SURE = 1 - 1e-3;

export const filterQueue = (queue: Stretch, settings: FilterSettings): Following => new QueueFilter(queue, settings);

class QueueFilter extends SteppedFilter {
  readonly #s: Stretch;
  readonly #set: FilterSettings;
  readonly #order: Int32Array;
  readonly #draws: Draws;
  readonly #guesses: Guesses;
  readonly #belief: QueueBelief;
  /** s: scale of the logistic function that softens the bounds of an end. */
  readonly #soft: number;
  readonly #free: FreeSlots;
  /** By particle, s: the last start, and the instant up to which arrivals have been added to the belief. */
  #clock: Float64Array;
  #spareClock: Float64Array;
  #told: Float64Array;
  #spareTold: Float64Array;
  /** By particle: 1 while a slot is known to be free, so that nobody queues. */
  #idle: Uint8Array;
  #spareIdle: Uint8Array;
  /** null: every caller comes alone. */
  readonly #bursts: Bursts | null;
  /** s: arrival of the caller of the last start, if it belongs to a burst; NaN: unknown. */
  #arrived = Number.NaN;

  constructor(queue: Stretch, settings: FilterSettings) {
    const { length, low, high, duration, tick } = queue;
    const n = settings.particles;
    const draws = createDraws(settings.seed);
    super(length, settings, draws);
    this.#s = queue;
    this.#set = settings;
    this.#order = startOrder(queue);
    this.#draws = draws;
    this.#guesses = new Guesses(n, DRIFT, this.#draws, settings);
    this.#belief = new QueueBelief(n, settings.crowds);
    const first = this.#order[0];
    const begin = low[first] - duration[first];
    const seconds = high[length - 1] - begin;
    this.#soft = Math.max(LINE_JITTER, Math.min(SOFT_TICKS * tick, (SOFT_STARTS * seconds) / length));
    this.#free = new FreeSlots(n, queue);
    this.#clock = new Float64Array(n).fill(begin - REACH * this.#soft);
    this.#spareClock = new Float64Array(n);
    this.#told = new Float64Array(n);
    this.#spareTold = new Float64Array(n);
    this.#idle = new Uint8Array(n).fill(1);
    this.#spareIdle = new Uint8Array(n);
    this.#bursts = settings.inBursts ? new Bursts(n, this.#draws) : null;
  }

  /** The request at place `p` of the order starts in every particle. */
  protected step(p: number): void {
    for (let a = 0; a < this.#set.particles; a++) {
      const queued = this.#startOf(a, this.#order[p]);
      this.genealogy.note(p, a, this.#clock[a], queued, this.#arrived);
    }
  }

  protected pathOf(m: number, count: number): Path {
    const { length } = this.#s;
    const [start, queued, arrived] = [new Float64Array(length), new Uint8Array(length), new Float64Array(length)];
    this.genealogy.tell(m, count, (p, at, fromQueue, came) => {
      start[this.#order[p]] = at;
      queued[this.#order[p]] = fromQueue;
      arrived[this.#order[p]] = came;
    });
    return this.#bursts ? { start, queued, arrived } : { start, queued };
  }

  protected follow(ancestors: Int32Array): void {
    for (let k = 0; k < ancestors.length; k++) {
      this.#spareClock[k] = this.#clock[ancestors[k]];
      this.#spareTold[k] = this.#told[ancestors[k]];
      this.#spareIdle[k] = this.#idle[ancestors[k]];
    }
    [this.#clock, this.#spareClock] = [this.#spareClock, this.#clock];
    [this.#told, this.#spareTold] = [this.#spareTold, this.#told];
    [this.#idle, this.#spareIdle] = [this.#spareIdle, this.#idle];
    this.#free.follow(ancestors);
    this.#guesses.follow(ancestors);
    this.#belief.follow(ancestors);
    this.#bursts?.follow(ancestors);
  }

  /** Arrivals per second in particle `a` with `inSystem` requests in service or queued. */
  #rate(a: number, second: number, inSystem: number): number {
    const { clients, load, rate } = this.#set;
    const free = shareOfFree(clients, load * this.#s.slots, inSystem);
    return Math.max(LEAST_RATE, this.#guesses.factor(a) * rate(second) * free);
  }

  /** Draws when request `i` starts in particle `a`, and weighs the particle; returns 1 if it started from the queue. */
  #startOf(a: number, i: number): 0 | 1 {
    const { duration } = this.#s;
    this.#free.change(a, this.#clock[a]);
    const free = this.#free.first(a);
    const believed = this.#waiting(a, free);
    const oneMore = this.#bursts?.oneMore(a) ?? 0;
    // A start of each kind is drawn; how well each fits its stamp decides between them.
    const queued = believed > 0 || oneMore > 0 ? this.#drawQueued(a, i, free) : { start: 0, mass: 0 };
    // A bad fit means that slots idled before this start, which speaks against a queue, however sure it seemed.
    const waiting = queued.mass < MISFIT_OF_QUEUE ? Math.min(believed, LEAST_SURE) : believed;
    const memberMass = oneMore * queued.mass;
    const queuedMass = (1 - oneMore) * waiting * queued.mass;
    const ready = Math.max(free, this.#clock[a]);
    const fresh = waiting < SURE ? this.#drawFresh(a, i, ready) : { start: 0, mass: 0 };
    const freshMass = (1 - oneMore) * (1 - waiting) * fresh.mass;
    const mass = memberMass + queuedMass + freshMass;
    const drawn = this.#draws.next() * mass;
    let isMember = drawn < memberMass;
    let fromQueue = !isMember && drawn < memberMass + queuedMass;
    let start = isMember || fromQueue ? queued.start : fresh.start;
    if (mass > Math.exp(-MISFIT)) this.logWeight[a] += Math.log(mass);
    else {
      const wanted = this.#s.low[i] - duration[i];
      isMember = oneMore > 0.5;
      start = Math.max(ready, wanted);
      // If a slot idled for longer than any gap, nobody was in the queue.
      fromQueue = !isMember && waiting > 0.5 && start <= ready + LONGEST_GAP;
      this.logWeight[a] -= MISFIT + Math.max(0, ready + duration[i] - this.#s.high[i]);
    }
    const end = start + duration[i];
    if (this.#bursts && isMember) return this.#startMember(a, this.#bursts, free, start, end);
    this.#guesses.noteGap(a, fromQueue ? start - free : 0);
    this.#take(a, start, end, fromQueue ? QUEUED : ALONE);
    if (!fromQueue && believed > LEAST_SURE) this.#guesses.thinkAgain(a);
    this.#arrived = Number.NaN;
    if (this.#bursts) this.#startOther(a, this.#bursts, fromQueue, start);
    return fromQueue ? 1 : 0;
  }

  /** Starts a caller of the burst that particle `a` is in; returns 1 if it had to wait. */
  #startMember(a: number, bursts: Bursts, free: number, start: number, end: number): 0 | 1 {
    this.#arrived = bursts.came(a);
    bursts.start(a);
    const full = free > this.#arrived;
    this.#take(a, start, end, full ? MEMBER : ALONE);
    return full ? 1 : 0;
  }

  /** Starts a caller who does not belong to the burst before it; it may be the first of a new one. */
  #startOther(a: number, bursts: Bursts, fromQueue: boolean, start: number): void {
    bursts.end(a);
    if (fromQueue || this.#draws.next() * bursts.eventsPerCaller(a) >= bursts.burstsPerCaller(a)) return;
    bursts.begin(a, start);
    bursts.start(a);
    this.#arrived = start;
  }

  /** P(somebody queues at the moment `free` at which the first slot becomes free). */
  #waiting(a: number, free: number): number {
    const passed = Math.max(0, free - this.#told[a]);
    if (this.#idle[a] === 1) {
      this.#guesses.wander(a, 1 / this.#rate(a, this.#told[a], 0));
      return 0;
    }
    this.#guesses.wander(a, passed);
    const inSystem = isClosed(this.#set.clients) ? this.#s.slots + this.#belief.mean(a) : 0;
    const expected = this.#rate(a, free, inSystem) * passed;
    this.#belief.arrive(a, this.#bursts ? this.#bursts.arrive(a, expected, free - passed, free) : expected);
    this.#told[a] += passed;
    if (this.#belief.since(a) < this.#set.idleSince(free)) {
      this.logWeight[a] -= REFUTED;
      return 0;
    }
    return this.#belief.waiting(a);
  }

  /** Draws a start from the queue within reach of the stamp; `mass`: how likely it is, times how well it fits. */
  #drawQueued(a: number, i: number, free: number): { start: number; mass: number } {
    const law = this.#guesses.law(a);
    const end = this.#s.duration[i];
    const soonest = this.#s.low[i] - end - REACH * this.#soft;
    const least = soonest > this.#clock[a] ? Math.max(law.least, soonest - free) : law.least;
    if (least >= LONGEST_GAP) return { start: 0, mass: 0 };
    const gap = least > law.least ? 1 - law.below(least) : 1;
    const start = Math.max(this.#clock[a], free + law.draw(least, LONGEST_GAP, this.#draws));
    return { start, mass: gap * this.#fit(i, start + end) };
  }

  /** Draws the next arrival from `ready` on, within reach of the stamp; `mass`: how likely it is, times how well it fits. */
  #drawFresh(a: number, i: number, ready: number): { start: number; mass: number } {
    const { low, high, duration } = this.#s;
    const eventsPerCaller = this.#bursts?.eventsPerCaller(a) ?? 1;
    const rate = eventsPerCaller * this.#rate(a, ready, isClosed(this.#set.clients) ? this.#free.busyAt(a, ready) : 0);
    const reach = REACH * this.#soft;
    const from = Math.max(ready, low[i] - duration[i] - reach);
    const to = Math.max(from + 1e-6, high[i] - duration[i] + reach);
    const before = Math.exp(-rate * (from - ready));
    const after = Math.exp(-rate * (to - ready));
    const start = Math.min(to, ready - Math.log(before - this.#draws.next() * (before - after)) / rate);
    return { start, mass: (before - after) * this.#fit(i, start + duration[i]) };
  }

  /** The slot that was free first runs the request. */
  #take(a: number, start: number, end: number, kind: Kind): void {
    this.#free.take(a, end);
    this.#clock[a] = start;
    if (kind === MEMBER) return;
    if (kind === QUEUED) {
      this.#belief.take(a);
      return;
    }
    this.#idle[a] = this.#free.first(a) > start ? 0 : 1;
    this.#told[a] = start;
    this.#belief.clear(a, start);
  }

  /** How well an end fits its stamp, 0..1. */
  #fit(i: number, end: number): number {
    const below = Math.exp((this.#s.low[i] - end) / this.#soft);
    const above = Math.exp((end - this.#s.high[i]) / this.#soft);
    return 1 / ((1 + below) * (1 + above));
  }
}
