/**
 * For each particle, the law of the number of callers in the queue while its pool is full: a band of probabilities that arrivals shift up
 * and starts from the queue shift down. Besides, a crowd of unknown size may have come: of more than n callers with probability 1 / (n +
 * 1). So the more of a crowd have been taken, the likelier it is that more of it are left.
 */
import { addConvolution } from './convolve.ts';

/** Width of the band; counts beyond it are dropped. */
const BAND = 64;
const NEGLIGIBLE = 1e-6;
const RARE = 1e-7;
/** Probability that the caller who fills a pool brings a crowd, and that one who comes while it is full does. */
const CROWD = 0.03;
const CROWD_PER_CALLER = 0.001;

/** Nats that it costs to believe in a queue through an interval in which a slot surely idled. */
export const REFUTED = 20;

export class QueueBelief {
  #mass: Float64Array;
  #offset: Int32Array;
  #width: Int32Array;
  #spareMass: Float64Array;
  #spareOffset: Int32Array;
  #spareWidth: Int32Array;
  /** Scratch: the law of the number of arrivals, and that of the queue after them. */
  readonly #chance = new Float64Array(BAND);
  readonly #scratch = new Float64Array(BAND);

  /** By particle: P(some of a crowd are still in the queue); null: callers come alone. */
  #crowd: Float64Array | null;
  #spareCrowd: Float64Array;
  /** By particle: starts from the queue since the pool became full. */
  #seen: Int32Array;
  #spareSeen: Int32Array;
  /** By particle, s: when the pool became full. */
  #since: Float64Array;
  #spareSince: Float64Array;

  constructor(particles: number, crowds: boolean) {
    this.#crowd = crowds ? new Float64Array(particles) : null;
    this.#spareCrowd = new Float64Array(particles);
    this.#since = new Float64Array(particles);
    this.#spareSince = new Float64Array(particles);
    this.#seen = new Int32Array(particles);
    this.#spareSeen = new Int32Array(particles);
    this.#mass = new Float64Array(particles * BAND);
    this.#offset = new Int32Array(particles);
    this.#width = new Int32Array(particles);
    this.#spareMass = new Float64Array(particles * BAND);
    this.#spareOffset = new Int32Array(particles);
    this.#spareWidth = new Int32Array(particles);
  }

  /** The pool of particle `a` became full at `second`: the queue is empty, except for a crowd that may have come with the last caller. */
  clear(a: number, second: number): void {
    this.#since[a] = second;
    this.#mass[a * BAND] = 1;
    this.#offset[a] = 0;
    this.#width[a] = 1;
    if (this.#crowd) this.#crowd[a] = CROWD;
    this.#seen[a] = 0;
  }

  /** s: when the pool of particle `a` became full. */
  since(a: number): number {
    return this.#since[a];
  }

  /** P(somebody queues). */
  waiting(a: number): number {
    const alone = this.#waitingAlone(a);
    const crowd = this.#crowd?.[a] ?? 0;
    return crowd + (1 - crowd) * alone;
  }

  #waitingAlone(a: number): number {
    if (this.#offset[a] > 0) return 1;
    const none = this.#mass[a * BAND];
    return none > 1 - 1e-12 ? 0 : 1 - none;
  }

  /** Mean number of callers in the queue. */
  mean(a: number): number {
    let sum = this.#offset[a];
    for (let x = 1; x < this.#width[a]; x++) sum += x * this.#mass[a * BAND + x];
    return sum;
  }

  /** Poisson arrivals with mean `expected` join the queue. */
  arrive(a: number, expected: number): void {
    if (expected < 1e-12) return;
    if (this.#crowd) this.#crowd[a] += (1 - this.#crowd[a]) * (1 - Math.exp(-CROWD_PER_CALLER * expected));
    const { dropped, kept } = this.#convolve(a, expected);
    const base = a * BAND;
    const mass = this.#mass;
    const scratch = this.#scratch;
    const end = dropped + kept;
    let sum = 0;
    for (let x = dropped; x < end; x++) sum += scratch[x];
    for (let x = dropped, y = base; x < end; x++, y++) mass[y] = scratch[x] / sum;
    this.#width[a] = kept;
    this.#offset[a] += dropped;
  }

  #convolve(a: number, expected: number): { dropped: number; kept: number } {
    const scratch = this.#scratch;
    const chance = this.#chance;
    const width = this.#width[a];
    const most = Math.min(BAND - 1, Math.ceil(expected + 6 * Math.sqrt(expected) + 4));
    let length = Math.min(BAND, width + most);
    scratch.fill(0, 0, length);
    let p = Math.exp(-expected);
    let counts = 0;
    for (let k = 0; k <= most; k++) {
      if (k > 0) p *= expected / k;
      if (p < RARE && k > expected) break;
      chance[counts++] = p;
    }
    addConvolution(
      { values: scratch, at: 0, length },
      { values: chance, at: 0, length: counts },
      { values: this.#mass, at: a * BAND, length: width },
      0,
    );
    while (length > 1 && scratch[length - 1] < NEGLIGIBLE) length--;
    let dropped = 0;
    while (dropped < length - 1 && scratch[dropped] < NEGLIGIBLE) dropped++;
    return { dropped, kept: length - dropped };
  }

  /** A caller is taken from the queue, which therefore was not empty. */
  take(a: number): void {
    if (!this.#crowd) {
      this.#takeAlone(a);
      return;
    }
    // The caller who was taken may have belonged to the crowd, and may have been its last.
    const waiting = this.waiting(a);
    const crowd = waiting > 0 ? this.#crowd[a] / waiting : 0;
    const n = ++this.#seen[a];
    const ends = crowd / (n + 1);
    const alone = 1 - crowd;
    this.#takeAlone(a);
    if (ends > 0) this.#mixEmpty(a, ends / (ends + alone));
    this.#crowd[a] = crowd - ends;
  }

  /** Mixes two laws: an empty queue with probability `share`, else the present one. */
  #mixEmpty(a: number, share: number): void {
    if (this.#offset[a] > 0) {
      if (this.#offset[a] + this.#width[a] > BAND) return;
      const base = a * BAND;
      const by = this.#offset[a];
      for (let x = this.#width[a] - 1; x >= 0; x--) this.#mass[base + by + x] = this.#mass[base + x];
      this.#mass.fill(0, base, base + by);
      this.#width[a] += by;
      this.#offset[a] = 0;
    }
    const base = a * BAND;
    for (let x = 0; x < this.#width[a]; x++) this.#mass[base + x] *= 1 - share;
    this.#mass[base] += share;
  }

  #takeAlone(a: number): void {
    if (this.#offset[a] > 0) {
      this.#offset[a]--;
      return;
    }
    const base = a * BAND;
    const mass = this.#mass;
    const width = this.#width[a];
    let sum = 0;
    for (let x = base + 1; x < base + width; x++) sum += mass[x];
    if (!(sum > 0)) {
      mass[base] = 1;
      this.#width[a] = 1;
      return;
    }
    for (let x = base + 1; x < base + width; x++) mass[x - 1] = mass[x] / sum;
    this.#width[a] = width - 1;
  }

  /** Particle k continues as a copy of `ancestors[k]`. */
  follow(ancestors: Int32Array): void {
    const mass = this.#mass;
    const spare = this.#spareMass;
    for (let k = 0; k < ancestors.length; k++) {
      const a = ancestors[k];
      const width = this.#width[a];
      this.#spareOffset[k] = this.#offset[a];
      this.#spareWidth[k] = width;
      this.#spareSeen[k] = this.#seen[a];
      this.#spareSince[k] = this.#since[a];
      if (this.#crowd) this.#spareCrowd[k] = this.#crowd[a];
      for (let x = a * BAND, y = k * BAND; x < a * BAND + width; x++, y++) spare[y] = mass[x];
    }
    if (this.#crowd) [this.#crowd, this.#spareCrowd] = [this.#spareCrowd, this.#crowd];
    [this.#seen, this.#spareSeen] = [this.#spareSeen, this.#seen];
    [this.#since, this.#spareSince] = [this.#spareSince, this.#since];
    [this.#mass, this.#spareMass] = [this.#spareMass, this.#mass];
    [this.#offset, this.#spareOffset] = [this.#spareOffset, this.#offset];
    [this.#width, this.#spareWidth] = [this.#spareWidth, this.#width];
  }
}
