/** Random draws that are seeded by the data and never by the clock, so that the same requests get the same answer. */
import { mulberry32 } from '../../core/random.ts';

export interface Draws {
  /** Uniform in [0, 1). */
  next(): number;
}

/** Creates the draws. The first ones are thrown away, to mix the seed. */
export function createDraws(seed: number): Draws {
  const next = mulberry32(seed);
  for (let i = 0; i < 4; i++) next();
  return { next };
}

/** A seed from columns of numbers (FNV-1a over their 32-bit halves). */
export function seedOf(...columns: Float64Array[]): number {
  let hash = 0x811c9dc5;
  for (const column of columns) {
    for (const value of column) {
      const whole = Number.isFinite(value) ? Math.round(value * 1e6) : 0;
      hash = Math.imul(hash ^ (whole | 0), 0x01000193);
      hash = Math.imul(hash ^ Math.floor(whole / 4294967296), 0x01000193);
    }
  }
  return hash >>> 0;
}

/** Draws an index in [from, to) with probability proportional to its mass; 0 if none has any. */
export function pick(mass: Float64Array, from: number, to: number, draws: Draws): number {
  let sum = 0;
  for (let x = from; x < to; x++) sum += mass[x];
  let u = draws.next() * sum;
  let last = 0;
  for (let x = from; x < to; x++) {
    if (mass[x] <= 0) continue;
    last = x;
    u -= mass[x];
    if (u <= 0) return x;
  }
  return last;
}
