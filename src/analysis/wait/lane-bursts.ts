/**
 * Bursts of callers before lanes: those who find a lane idle start at the same instant, the others queue.
 *
 * When a lane falls idle its next start is drawn, long before the others' may be. So a lane may join a start that another lane
 * already waits for; the weights undo how often that is tried, and weigh the burst when its instant is told.
 */
import type { Bursts } from './bursts.ts';
import type { Draws } from './draws.ts';
import type { LaneOutlook } from './lane-outlook.ts';
import type { LaneParticles } from './lane-particles.ts';

/** How often a lane is tried to go on with a request of the same burst as one on another lane. */
const JOINS = 2;
/** s: callers who come together start within this time of each other. */
const TOGETHER = 0.01;
/** No burst is so sure to have more callers, or none. */
const LEAST = 1e-12;

export class LaneBursts {
  readonly #bursts: Bursts;
  readonly #lanes: LaneParticles;
  readonly #outlook: LaneOutlook;
  readonly #draws: Draws;
  readonly #slots: number;
  /** By lane: how well a start with the one on it fits. */
  readonly #fit: Float64Array;

  constructor(bursts: Bursts, lanes: LaneParticles, outlook: LaneOutlook, slots: number, draws: Draws) {
    this.#bursts = bursts;
    this.#lanes = lanes;
    this.#outlook = outlook;
    this.#draws = draws;
    this.#slots = slots;
    this.#fit = new Float64Array(slots);
  }

  /**
   * How well request `i` of `duration` s on lane `l`, idle since `end`, would start with each of those that other idle lanes
   * wait for, if it must end in [from, to].
   */
  joinMass(a: number, i: number, l: number, duration: number, end: number, from: number, to: number): number {
    const { start, queued } = this.#lanes;
    let sum = 0;
    for (let x = 0; x < this.#slots; x++) {
      this.#fit[x] = 0;
      const at = a * this.#slots + x;
      if (x === l || queued[at] === 1 || !(start[at] > end)) continue;
      const until = start[at] + duration;
      if (until < from - TOGETHER || until > to + TOGETHER) continue;
      this.#fit[x] = JOINS * this.#outlook.at(i, until);
      sum += this.#fit[x];
    }
    return sum;
  }

  /** Lane `l` starts with one of the others, right after `joinMass` returned `sum`; returns what undoes the drawing, nats. */
  join(a: number, l: number, sum: number): number {
    const { start } = this.#lanes;
    const base = a * this.#slots;
    let u = this.#draws.next() * sum;
    let chosen = -1;
    for (let x = 0; x < this.#slots; x++) {
      if (this.#fit[x] <= 0) continue;
      chosen = x;
      u -= this.#fit[x];
      if (u <= 0) break;
    }
    let same = 0;
    for (let x = 0; x < this.#slots; x++) if (this.#fit[x] > 0 && start[base + x] === start[base + chosen]) same++;
    start[base + l] = start[base + chosen];
    return -Math.log(same * JOINS);
  }

  /** A lane is idle, so nobody of the last burst is left; returns how likely that is, nats. */
  end(a: number): number {
    if (Number.isNaN(this.#bursts.came(a))) return 0;
    const oneMore = this.#bursts.oneMore(a);
    this.#bursts.end(a);
    return Math.log(Math.max(LEAST, 1 - oneMore));
  }

  /** `together` lanes start at an instant: how much likelier that is than one caller alone who comes at random, nats. */
  begin(a: number, second: number, together: number): number {
    const bursts = this.#bursts;
    const { start, arrived } = this.#lanes;
    let nats = this.end(a);
    const inBurst = bursts.burstsPerCaller(a);
    const all = bursts.eventsPerCaller(a);
    // One lane alone may be a burst, too; what it is decides who is expected next.
    if (together === 1 && this.#draws.next() * all > inBurst) return nats + Math.log(all);
    nats += Math.log(together === 1 ? all : inBurst);
    const base = a * this.#slots;
    for (let l = 0; l < this.#slots; l++) if (start[base + l] === second) arrived[base + l] = second;
    bursts.begin(a, second);
    bursts.start(a);
    for (let k = 1; k < together; k++) {
      nats += Math.log(Math.max(LEAST, bursts.oneMore(a)));
      bursts.start(a);
    }
    return nats;
  }
}
