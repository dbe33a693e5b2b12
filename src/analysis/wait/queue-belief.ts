/**
 * For each particle the law of the number of callers in the queue while its pool is full: a band of probabilities that
 * arrivals shift up and starts from the queue shift down.
 */
import { addConvolution } from './convolve.ts';

/** Widest band kept; what lies above it is pruned. */
const BAND = 64;
const NEGLIGIBLE = 1e-6;
const RARE = 1e-7;

export class QueueBelief {
  #mass: Float64Array;
  #offset: Int32Array;
  #width: Int32Array;
  #spareMass: Float64Array;
  #spareOffset: Int32Array;
  #spareWidth: Int32Array;
  /** The law of the number of arrivals, and that of the queue with them. */
  readonly #chance = new Float64Array(BAND);
  readonly #scratch = new Float64Array(BAND);

  constructor(particles: number) {
    this.#mass = new Float64Array(particles * BAND);
    this.#offset = new Int32Array(particles);
    this.#width = new Int32Array(particles);
    this.#spareMass = new Float64Array(particles * BAND);
    this.#spareOffset = new Int32Array(particles);
    this.#spareWidth = new Int32Array(particles);
  }

  /** The pool of particle `a` has just become full: nobody queues. */
  clear(a: number): void {
    this.#mass[a * BAND] = 1;
    this.#offset[a] = 0;
    this.#width[a] = 1;
  }

  /** P(somebody queues). */
  waiting(a: number): number {
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
    const { dropped, kept } = this.#convolve(a, expected);
    const base = a * BAND;
    let sum = 0;
    for (let x = 0; x < kept; x++) sum += this.#scratch[dropped + x];
    for (let x = 0; x < kept; x++) this.#mass[base + x] = this.#scratch[dropped + x] / sum;
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

  /** Somebody queued, and was taken. */
  take(a: number): void {
    if (this.#offset[a] > 0) {
      this.#offset[a]--;
      return;
    }
    const base = a * BAND;
    const width = this.#width[a];
    let sum = 0;
    for (let x = 1; x < width; x++) sum += this.#mass[base + x];
    if (!(sum > 0)) {
      this.clear(a);
      return;
    }
    for (let x = 1; x < width; x++) this.#mass[base + x - 1] = this.#mass[base + x] / sum;
    this.#width[a] = width - 1;
  }

  /** Particle k continues as a copy of `ancestors[k]`. */
  follow(ancestors: Int32Array): void {
    for (let k = 0; k < ancestors.length; k++) {
      const a = ancestors[k];
      const width = this.#width[a];
      this.#spareOffset[k] = this.#offset[a];
      this.#spareWidth[k] = width;
      for (let x = 0; x < width; x++) this.#spareMass[k * BAND + x] = this.#mass[a * BAND + x];
    }
    [this.#mass, this.#spareMass] = [this.#spareMass, this.#mass];
    [this.#offset, this.#spareOffset] = [this.#spareOffset, this.#offset];
    [this.#width, this.#spareWidth] = [this.#spareWidth, this.#width];
  }
}
