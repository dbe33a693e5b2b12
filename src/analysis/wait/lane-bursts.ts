/**
 * Bursts of callers at lanes: those who find an idle lane start at the same instant, the others queue.
 *
 * When a lane becomes idle its next start is drawn at once, long before the next starts of other lanes may be. So a lane may join a start
 * that another idle lane already waits for. The weights correct for how often joining is tried, and count the likelihood of the burst when
 * its instant is reached.
 */
import type { Bursts } from './bursts.ts';
import type { Draws } from './draws.ts';
import type { LaneOutlook } from './lane-outlook.ts';
import type { LaneParticles } from './lane-particles.ts';

/** Weight of the proposal that a lane joins a start of another lane. */
const JOINS = 2;
/** s: callers who come together start within this time of each other. */
const TOGETHER = 0.01;
/** Lower bound of the probability that a burst has more callers, and that it has none. */
const LEAST = 1e-12;

export class LaneBursts {
  readonly #bursts: Bursts;
  readonly #lanes: LaneParticles;
  readonly #outlook: LaneOutlook;
  readonly #draws: Draws;
  readonly #slots: number;
  /** By lane: weight of joining the start that this lane waits for. */
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
   * Total weight of joining for request `i` (of `duration` s, on lane `l`, idle since `end`): how well it fits to start together with each
   * request that another idle lane waits for, if it must end in [from, to].
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

  /**
   * Draws which start lane `l` joins. Call it right after `joinMass` returned `sum`. Returns the correction of the weight for that draw,
   * nats.
   */
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

  /** A lane is idle, so all callers of the last burst have started; returns ln of the probability of that. */
  end(a: number): number {
    if (Number.isNaN(this.#bursts.came(a))) return 0;
    const oneMore = this.#bursts.oneMore(a);
    this.#bursts.end(a);
    return Math.log(Math.max(LEAST, 1 - oneMore));
  }

  /** `together` lanes start at one instant; returns how much likelier that is than a single caller who comes at random, nats. */
  begin(a: number, second: number, together: number): number {
    const bursts = this.#bursts;
    const { start, arrived } = this.#lanes;
    let nats = this.end(a);
    const inBurst = bursts.burstsPerCaller(a);
    const all = bursts.eventsPerCaller(a);
    // A single lane may be a burst, too; whether it is decides which callers are expected next.
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
