/** The particles of a filter that follows lanes: what each of them has drawn for the current request of every lane. */
export class LaneParticles {
  readonly #slots: number;
  /** By particle and lane, s: start of the current request; NaN: there is none. */
  start: Float64Array;
  /** By particle and lane: 1 if the current request came from the queue. */
  queued: Uint8Array;
  /**
   * By particle and lane, s: arrival of the current request's caller, if it came in a burst; NaN: it came alone, or its arrival is unknown.
   */
  arrived: Float64Array;
  /** By particle, s: the instant up to which it has been advanced. */
  clock: Float64Array;
  #spareStart: Float64Array;
  #spareQueued: Uint8Array;
  #spareArrived: Float64Array;
  #spareClock: Float64Array;

  constructor(particles: number, slots: number) {
    const n = particles * slots;
    this.#slots = slots;
    this.start = new Float64Array(n).fill(Number.NaN);
    this.queued = new Uint8Array(n);
    this.arrived = new Float64Array(n).fill(Number.NaN);
    this.clock = new Float64Array(particles);
    this.#spareStart = new Float64Array(n);
    this.#spareQueued = new Uint8Array(n);
    this.#spareArrived = new Float64Array(n);
    this.#spareClock = new Float64Array(particles);
  }

  /** s: the first start of particle `a` after `now` that does not come from the queue; Infinity: there is none. */
  soonestFresh(a: number, now: number): number {
    const { start, queued } = this;
    let soonest = Number.POSITIVE_INFINITY;
    for (let at = a * this.#slots; at < (a + 1) * this.#slots; at++)
      if (queued[at] === 0 && start[at] > now && start[at] < soonest) soonest = start[at];
    return soonest;
  }

  /** How many requests of particle `a` that do not come from the queue start exactly at `instant`. */
  freshAt(a: number, instant: number): number {
    const { start, queued } = this;
    let count = 0;
    for (let at = a * this.#slots; at < (a + 1) * this.#slots; at++)
      if (queued[at] === 0 && start[at] === instant) count++;
    return count;
  }

  /** Particle k continues as a copy of `ancestors[k]`. */
  follow(ancestors: Int32Array): void {
    const slots = this.#slots;
    for (let k = 0; k < ancestors.length; k++) {
      const from = ancestors[k] * slots;
      for (let l = 0; l < slots; l++) {
        this.#spareStart[k * slots + l] = this.start[from + l];
        this.#spareQueued[k * slots + l] = this.queued[from + l];
        this.#spareArrived[k * slots + l] = this.arrived[from + l];
      }
      this.#spareClock[k] = this.clock[ancestors[k]];
    }
    [this.start, this.#spareStart] = [this.#spareStart, this.start];
    [this.queued, this.#spareQueued] = [this.#spareQueued, this.queued];
    [this.arrived, this.#spareArrived] = [this.#spareArrived, this.arrived];
    [this.clock, this.#spareClock] = [this.#spareClock, this.clock];
  }
}
