/**
 * Possible histories of a pool whose workers run one request at a time, from coarse stamps and exact durations.
 *
 * A particle filter over the lines in their order. The requests of each lane and their durations are known, so the only open question at
 * the end of a request is when the next one on its lane starts:
 *   - from the queue: the pool was full and somebody queued (probability from `QueueBelief`); it starts a gap later;
 *   - fresh: nobody queued, and the lane idles until an arrival takes it: with m idle lanes each has the arrival rate λ / m.
 * While a lane idles nobody queues, so no other lane can start from the queue; while all are busy, arrivals queue up. Stamps, the order of
 * lines and the later durations of the lane (through `LaneOutlook`) decide between the two. The arrivals in the queue are summed out;
 * `Arrivals` draws them afterwards.
 *
 * A twisted bootstrap filter (Whiteley and Lee, Annals of Statistics 42, 2014) with systematic resampling. Cost O(requests x particles x
 * lanes).
 */
import { Bursts } from './bursts.ts';
import { createDraws, type Draws } from './draws.ts';
import { EndWindow } from './end-window.ts';
import { bootLaw, Guesses, isClosed, shareOfFree } from './guesses.ts';
import { LaneBursts } from './lane-bursts.ts';
import { type LaneOutlook, outlookOf } from './lane-outlook.ts';
import { LaneParticles } from './lane-particles.ts';
import { leastMisfit } from './misfit.ts';
import type { FilterSettings, Following, Path } from './paths.ts';
import { QueueBelief, REFUTED } from './queue-belief.ts';
import { SteppedFilter } from './stepped-filter.ts';
import type { LaneStretch } from './stretch.ts';

/** s: how far an error in a particle's times may drift per request, so that it can correct itself. */
const DRIFT = 0.002;
/** Nats that a request costs if the other lanes rule out its stamp. */
const CONTRADICTION = 3;
const LEAST_RATE = 1e-3;
/** Above this probability the queue is taken to be non-empty, unless the likelihood of what the log shows would then be below RULED_OUT. */
const SURE = 1 - 1e-5;
const RULED_OUT = 1e-6;

export const filterLanes = (stretch: LaneStretch, settings: FilterSettings): Following =>
  new LaneFilter(stretch, settings);

class LaneFilter extends SteppedFilter {
  readonly #s: LaneStretch;
  readonly #set: FilterSettings;
  readonly #draws: Draws;
  readonly #guesses: Guesses;
  readonly #outlook: LaneOutlook;
  readonly #belief: QueueBelief;
  readonly #lanes: LaneParticles;
  /** null: every caller comes alone. */
  readonly #bursts: Bursts | null;
  readonly #laneBursts: LaneBursts | null;
  readonly #window: EndWindow;
  readonly #lastStart: number;
  /** By particle and lane, s: start of the first request. */
  readonly #opening: Float64Array;

  constructor(stretch: LaneStretch, settings: FilterSettings) {
    const { slots } = stretch;
    const n = settings.particles;
    const draws = createDraws(settings.seed);
    super(stretch.length, settings, draws);
    this.#s = stretch;
    this.#set = settings;
    this.#draws = draws;
    this.#belief = new QueueBelief(n, settings.crowds);
    this.#lanes = new LaneParticles(n, slots);
    this.#guesses = new Guesses(n, DRIFT, this.#draws, settings);
    this.#bursts = settings.inBursts ? new Bursts(n, this.#draws) : null;
    this.#window = new EndWindow(stretch, this.#lanes);
    let lastStart = 0;
    for (let i = 0; i < stretch.length; i++) lastStart = Math.max(lastStart, stretch.high[i] - stretch.duration[i]);
    this.#lastStart = lastStart;
    this.#outlook = outlookOf(stretch, this.#guesses.usualLaw, settings.load);
    this.#laneBursts = this.#bursts && new LaneBursts(this.#bursts, this.#lanes, this.#outlook, slots, this.#draws);
    this.#open();
    this.#opening = this.#lanes.start.slice();
  }

  /** Request `i` ends in every particle. */
  protected step(i: number): void {
    const { slots, lane, next } = this.#s;
    const n = this.#set.particles;
    const l = lane[i];
    for (let a = 0; a < n; a++) this.#endOf(a, i);
    this.#window.goOn(l, next[i]);
    for (let a = 0; a < n; a++) {
      const at = a * slots + l;
      this.genealogy.note(i, a, this.#lanes.start[at], this.#lanes.queued[at], this.#lanes.arrived[at]);
    }
  }

  protected pathOf(m: number, count: number): Path {
    const { length, slots, next, first } = this.#s;
    const start = new Float64Array(length);
    const queued = new Uint8Array(length);
    const arrived = new Float64Array(length).fill(Number.NaN);
    const a = this.genealogy.tell(m, count, (i, at, fromQueue, came) => {
      if (next[i] < 0) return;
      start[next[i]] = at;
      queued[next[i]] = fromQueue;
      arrived[next[i]] = came;
    });
    for (let l = 0; l < slots; l++) if (first[l] >= 0) start[first[l]] = this.#opening[a * slots + l];
    return this.#bursts ? { start, queued, arrived } : { start, queued };
  }

  protected follow(ancestors: Int32Array): void {
    this.#lanes.follow(ancestors);
    this.#bursts?.follow(ancestors);
    this.#guesses.follow(ancestors);
    this.#belief.follow(ancestors);
  }

  /** Arrivals per second in particle `a` with `inSystem` requests in service or queued. */
  #rate(a: number, second: number, inSystem: number): number {
    const { clients, load, rate } = this.#set;
    const free = shareOfFree(clients, load * this.#s.slots, inSystem);
    return Math.max(LEAST_RATE, this.#guesses.factor(a) * rate(second) * free);
  }

  /** The state before the first request: all lanes idle, and nobody queues. */
  #open(): void {
    const { slots, first, low, duration } = this.#s;
    const earliest = (l: number) => low[first[l]] - duration[first[l]];
    const lanes = [...first.keys()].filter((l) => first[l] >= 0).sort((a, b) => earliest(a) - earliest(b));
    const begin = earliest(lanes[0]) - 1e-9;
    for (let a = 0; a < this.#set.particles; a++) {
      const rate = this.#rate(a, begin, 0) / slots;
      this.#lanes.clock[a] = begin;
      for (const l of lanes) {
        const i = first[l];
        this.#window.lookUp(a, i, l);
        const { from, to } = this.#window;
        const ready = begin + duration[i];
        const joinMass = this.#joinMass(a, i, l, begin);
        const idleMass = this.#outlook.idle(i, ready, from, to, rate);
        const mass = idleMass + joinMass;
        if (!(mass > 0)) {
          this.#lanes.start[a * slots + l] = Math.max(begin, low[i] - duration[i]);
          this.logWeight[a] -= 20;
          continue;
        }
        this.logWeight[a] += Math.log(mass);
        if (joinMass > 0 && this.#draws.next() * mass < joinMass) {
          this.logWeight[a] += this.#laneBursts?.join(a, l, joinMass) ?? 0;
          continue;
        }
        const end = this.#outlook.drawIdle(i, ready, from, to, rate, idleMass, this.#draws);
        this.#startFresh(a, l, end - duration[i], begin, rate);
      }
    }
  }

  /** Advances particle `a` to the end of request `i` and draws how its lane goes on. */
  #endOf(a: number, i: number): void {
    const { slots, lane, duration, next } = this.#s;
    const l = lane[i];
    const base = a * slots;
    const end = Math.max(this.#lanes.clock[a], this.#lanes.start[base + l] + duration[i]);
    this.#guesses.wander(a, end - this.#lanes.clock[a]);
    const idle = this.#tellFreshStarts(a, end);
    const oneMore = idle === 0 ? (this.#bursts?.oneMore(a) ?? 0) : 0;
    const refuted = idle === 0 && this.#belief.since(a) < this.#set.idleSince(end);
    if (refuted) this.logWeight[a] -= REFUTED;
    const believed = idle === 0 && !refuted ? oneMore + (1 - oneMore) * this.#belief.waiting(a) : 0;
    this.#lanes.clock[a] = end;
    const after = next[i];
    this.logWeight[a] -= Math.log(this.#outlook.at(i, end));
    if (after < 0) {
      this.#lanes.start[base + l] = Number.NaN;
      this.#lanes.queued[base + l] = 0;
      return;
    }
    this.#window.lookUp(a, after, l);
    const { from, to } = this.#window;
    const gap = this.#s.newWorker[after] === 1 ? bootLaw() : this.#guesses.law(a);
    const ready = end + duration[after];
    const rate = this.#rate(a, end, slots - idle - 1) / (idle + 1);
    const queuedFit = believed > 0 ? this.#outlook.queued(after, ready, from, to, gap) : 0;
    const waiting = queuedFit < RULED_OUT ? Math.min(believed, SURE) : believed;
    const joinMass = waiting <= SURE ? (1 - waiting) * this.#joinMass(a, after, l, end) : 0;
    const queuedMass = waiting * queuedFit;
    const idleMass =
      waiting <= SURE && to > Math.max(from, ready)
        ? (1 - waiting) * this.#outlook.idle(after, ready, from, to, rate)
        : 0;
    const mass = queuedMass + joinMass + idleMass;
    if (!(mass > 1e-12)) {
      this.#bend(a, after, l, end, waiting, rate);
      return;
    }
    this.logWeight[a] += Math.log(mass);
    const drawn = this.#draws.next() * mass;
    if (drawn < queuedMass) {
      const chosen = this.#outlook.drawQueued(after, ready, from, to, gap, queuedFit, this.#draws);
      this.#startFromQueue(a, l, chosen - duration[after], oneMore / waiting);
      if (this.#s.newWorker[after] === 0) this.#guesses.noteGap(a, chosen - ready);
      return;
    }
    this.#guesses.noteGap(a, 0);
    this.#bursts?.end(a);
    this.#lanes.queued[base + l] = 0;
    this.#lanes.arrived[base + l] = Number.NaN;
    if (drawn < queuedMass + joinMass) {
      this.logWeight[a] += this.#laneBursts?.join(a, l, joinMass / (1 - waiting)) ?? 0;
      return;
    }
    const sum = idleMass / (1 - waiting);
    const chosen = this.#outlook.drawIdle(after, ready, from, to, rate, sum, this.#draws);
    this.#startFresh(a, l, chosen - duration[after], end, rate);
  }

  /** Sets a start that was drawn for lane `l`, idle since `end`, and removes the density of that draw from the weight. */
  #startFresh(a: number, l: number, start: number, end: number, rate: number): void {
    this.#lanes.start[a * this.#s.slots + l] = start;
    this.logWeight[a] += rate * (start - end) - Math.log(rate);
  }

  #joinMass(a: number, i: number, l: number, end: number): number {
    return this.#laneBursts?.joinMass(a, i, l, this.#s.duration[i], end, this.#window.from, this.#window.to) ?? 0;
  }

  /** `ofBurst`: probability that the request belongs to the last burst. */
  #startFromQueue(a: number, l: number, start: number, ofBurst: number): void {
    const at = a * this.#s.slots + l;
    this.#lanes.start[at] = start;
    this.#lanes.queued[at] = 1;
    this.#lanes.arrived[at] = Number.NaN;
    if (this.#bursts) {
      if (this.#draws.next() < ofBurst) {
        this.#lanes.arrived[at] = this.#bursts.came(a);
        this.#bursts.start(a);
        return;
      }
      this.#bursts.end(a);
    }
    this.#belief.take(a);
  }

  /**
   * Accounts for the fresh starts of idle lanes up to `end`, and for arrivals from the moment the pool is full; returns how many lanes are
   * still idle. A lane whose request came from the queue counts as busy from the end before it.
   */
  #tellFreshStarts(a: number, end: number): number {
    const { slots } = this.#s;
    const base = a * slots;
    let now = this.#lanes.clock[a];
    let idle = 0;
    for (let l = 0; l < slots; l++)
      if (this.#lanes.queued[base + l] === 0 && !(this.#lanes.start[base + l] <= now)) idle++;
    while (idle > 0) {
      const soonest = this.#lanes.soonestFresh(a, now);
      const together = this.#lanes.freshAt(a, soonest);
      const until = Math.min(soonest, end, Math.max(now, this.#lastStart));
      if (until > now) this.logWeight[a] += this.#laneBursts?.end(a) ?? 0;
      const events = this.#bursts?.eventsPerCaller(a) ?? 1;
      this.logWeight[a] -= events * this.#rate(a, now, slots - idle) * (until - now);
      if (soonest > end) return idle;
      this.logWeight[a] += Math.log(this.#rate(a, soonest, slots - idle) / idle);
      this.logWeight[a] += this.#laneBursts?.begin(a, soonest, together) ?? 0;
      for (let k = 1; k < together; k++) this.logWeight[a] -= Math.log(idle - k);
      idle -= together;
      now = soonest;
      if (idle === 0) this.#belief.clear(a, now);
    }
    const inSystem = isClosed(this.#set.clients) ? slots + this.#belief.mean(a) : 0;
    const expected = this.#rate(a, now, inSystem) * (end - now);
    this.#belief.arrive(a, this.#bursts ? this.#bursts.arrive(a, expected, now, end) : expected);
    return 0;
  }

  /** No start fits the stamp of request `i`: puts it where it deviates least. */
  #bend(a: number, i: number, l: number, end: number, waiting: number, rate: number): void {
    const { slots, low, high, duration } = this.#s;
    const contradicts = this.#window.to <= this.#window.from;
    const [from, to] = contradicts ? [low[i], high[i]] : [this.#window.from, this.#window.to];
    const gap = this.#guesses.law(a).typical;
    const misfit = leastMisfit({ ready: end + duration[i], gap, from, to, waiting, rate });
    const mass = misfit.queuedMass + misfit.freshMass;
    this.logWeight[a] += Math.log(Math.max(1e-300, mass)) - (contradicts ? CONTRADICTION : 0);
    if (waiting > 0 && (mass === 0 || this.#draws.next() * mass < misfit.queuedMass)) {
      this.#startFromQueue(a, l, misfit.fromQueue - duration[i], (this.#bursts?.oneMore(a) ?? 0) / waiting);
      return;
    }
    this.#bursts?.end(a);
    this.#lanes.arrived[a * slots + l] = Number.NaN;
    this.#lanes.start[a * slots + l] = Math.max(misfit.fresh - duration[i], end + 1e-6);
    this.#lanes.queued[a * slots + l] = 0;
  }
}
