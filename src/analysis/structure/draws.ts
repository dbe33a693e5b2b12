/** Random draws seeded by the data, never by the clock: the same log gets the same answer. */
import type { Trace } from './trace.ts';

export interface Draws {
  /** Uniform in [0, 1). */
  next(): number;
}

/** mulberry32 (Tommy Ettinger, public domain), seeded by a few stamps of the trace. */
export function createDraws(trace: Pick<Trace, 'length' | 'low' | 'duration'>): Draws {
  let state = trace.length >>> 0;
  const step = Math.max(1, Math.floor(trace.length / 16));
  for (let i = 0; i < trace.length; i += step) {
    const stamp = trace.low[i] / 1000;
    state = Math.imul(state ^ (stamp % 4294967296), 0x85ebca6b) ^ (trace.duration[i] || 0);
    state = (state ^ (state >>> 13)) >>> 0;
  }
  return {
    next() {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    },
  };
}

/** Fisher and Yates' shuffle of [from, to). */
export function shuffle(values: Float64Array | Int32Array, from: number, to: number, draws: Draws): void {
  for (let i = to - 1; i > from; i--) {
    const j = from + Math.floor(draws.next() * (i - from + 1));
    const kept = values[i];
    values[i] = values[j];
    values[j] = kept;
  }
}
