/** Time is passed in: live, replay and tests differ in nothing else. */
export interface Clock {
  /** µs since 1970-01-01 UTC. */
  nowMicros(): number;
  /** Calls back once after `ms` milliseconds of this clock, at once where they are over; the returned function cancels. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  nowMicros: () => Date.now() * 1000,
  after(ms, callback) {
    const timer = setTimeout(callback, Math.max(0, ms));
    return () => clearTimeout(timer);
  },
};
