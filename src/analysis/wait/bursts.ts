/**
 * What each particle of a filter believes about bursts: callers who come at the same instant (from a cron job, a page, a script).
 *
 * Events come at random, and a share of them are bursts. The size of a burst is unknown: it is that of the burst before, give or take two,
 * or any number, with a geometric law whose mean the particle guesses. So the probability of one more caller, after k so far, is one minus
 * the hazard of that mixture at k.
 */
import type { Draws } from './draws.ts';

/** Guesses of the share of callers who come in bursts. */
const IN_BURSTS = [0.5, 0.85, 0.98];
/** Guesses of the mean size of a burst, and the probability that a particle guesses anew when a burst begins. */
const SIZES = [3, 8, 24, 80];
const NEW_GUESS = 0.1;
/** Probability that a burst is about as large as the one before, and the law of the difference: AROUND[d] for d callers more or less. */
const LIKE_BEFORE = 0.6;
const AROUND = [0.4, 0.2, 0.1];

/** Columns of the state, one value per particle. */
interface Columns {
  /** s: when the last burst came; NaN: all its callers have started. */
  readonly came: Float64Array;
  /** Callers of the last burst so far, and of the one before in all; 0: none. */
  readonly size: Int32Array;
  readonly before: Int32Array;
  readonly guess: Uint8Array;
  readonly share: Uint8Array;
}

const columns = (n: number): Columns => ({
  came: new Float64Array(n).fill(Number.NaN),
  size: new Int32Array(n),
  before: new Int32Array(n),
  guess: new Uint8Array(n),
  share: new Uint8Array(n),
});

export class Bursts {
  readonly #draws: Draws;
  #now: Columns;
  #spare: Columns;

  constructor(particles: number, draws: Draws) {
    this.#draws = draws;
    this.#now = columns(particles);
    this.#spare = columns(particles);
    for (let a = 0; a < particles; a++) this.#guess(a);
  }

  #guess(a: number): void {
    this.#now.guess[a] = Math.floor(this.#draws.next() * SIZES.length);
    this.#now.share[a] = Math.floor(this.#draws.next() * IN_BURSTS.length);
  }

  /** s: when the last burst came; NaN: all its callers have started. */
  came(a: number): number {
    return this.#now.came[a];
  }

  /** P(some caller of the last burst has not started yet). */
  oneMore(a: number): number {
    if (Number.isNaN(this.#now.came[a])) return 0;
    const k = this.#now.size[a];
    const before = this.#now.before[a];
    const q = 1 - 1 / SIZES[this.#now.guess[a]];
    const like = before > 1 ? LIKE_BEFORE : 0;
    let same = 0;
    let sameBeyond = 0;
    if (like > 0) {
      for (let d = 1 - AROUND.length; d < AROUND.length; d++) {
        if (before + d === k) same = AROUND[Math.abs(d)];
        else if (before + d > k) sameBeyond += AROUND[Math.abs(d)];
      }
    }
    const any = (1 - like) * q ** (k - 1);
    const beyond = like * sameBeyond + any * q;
    return beyond / (beyond + like * same + any * (1 - q));
  }

  /** Bursts per caller. */
  burstsPerCaller(a: number): number {
    return IN_BURSTS[this.#now.share[a]] / SIZES[this.#now.guess[a]];
  }

  /** Events (bursts, and callers who come alone) per caller. */
  eventsPerCaller(a: number): number {
    return this.burstsPerCaller(a) + 1 - IN_BURSTS[this.#now.share[a]];
  }

  /** Returns how many of `expected` callers between two instants (s) come alone. A burst may begin in that time. */
  arrive(a: number, expected: number, from: number, to: number): number {
    if (Number.isNaN(this.came(a)) && this.#draws.next() > Math.exp(-this.burstsPerCaller(a) * expected))
      this.begin(a, to - this.#draws.next() * (to - from));
    return (1 - IN_BURSTS[this.#now.share[a]]) * expected;
  }

  /** A burst arrives; none of its callers has started yet. */
  begin(a: number, second: number): void {
    const { came, size, before } = this.#now;
    if (size[a] > 0) before[a] = size[a];
    came[a] = second;
    size[a] = 0;
    if (this.#draws.next() < NEW_GUESS) this.#guess(a);
  }

  /** A caller of the last burst has started. */
  start(a: number): void {
    this.#now.size[a]++;
  }

  /** All callers of the last burst have started. */
  end(a: number): void {
    this.#now.came[a] = Number.NaN;
  }

  /** Particle k continues as a copy of `ancestors[k]`. */
  follow(ancestors: Int32Array): void {
    for (let k = 0; k < ancestors.length; k++) {
      const a = ancestors[k];
      this.#spare.came[k] = this.#now.came[a];
      this.#spare.size[k] = this.#now.size[a];
      this.#spare.before[k] = this.#now.before[a];
      this.#spare.guess[k] = this.#now.guess[a];
      this.#spare.share[k] = this.#now.share[a];
    }
    [this.#now, this.#spare] = [this.#spare, this.#now];
  }
}
