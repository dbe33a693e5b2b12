/** Random draws seeded by the data, never by the clock: the same log gets the same answer. */
import { mulberry32 } from '../../core/random.ts';
import type { Trace } from './trace.ts';

export interface Draws {
  /** Uniform in [0, 1). */
  next(): number;
}

/** Seeded by a few stamps of the trace. */
export function createDraws(trace: Pick<Trace, 'length' | 'low' | 'duration'>): Draws {
  let state = trace.length >>> 0;
  const step = Math.max(1, Math.floor(trace.length / 16));
  for (let i = 0; i < trace.length; i += step) {
    const stamp = trace.low[i] / 1000;
    state = Math.imul(state ^ (stamp % 4294967296), 0x85ebca6b) ^ (trace.duration[i] || 0);
    state = (state ^ (state >>> 13)) >>> 0;
  }
  return { next: mulberry32(state) };
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
