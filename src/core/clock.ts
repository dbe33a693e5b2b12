/** Time is passed in: it is the only difference between live reading, replay and tests. */
export interface Clock {
  /** µs since 1970-01-01 UTC. */
  nowMicros(): number;
  /** Calls back after `ms` milliseconds of this clock (immediately if that time is over). @returns a function that cancels */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  nowMicros: () => Date.now() * 1000,
  after(ms, callback) {
    const timer = setTimeout(callback, Math.max(0, ms));
    return () => clearTimeout(timer);
  },
};
