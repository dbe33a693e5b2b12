/** Seeded random numbers: the same log gives the same numbers, in whatever chunks it was read. */

export type Random = () => number;

/** A seed that depends only on the data: FNV-1a over the bits of up to 4096 evenly spaced values, and the length. */
export function seedOf(values: Float64Array): number {
  const step = Math.max(1, Math.floor(values.length / 4096));
  const pair = new Float64Array(1);
  const words = new Uint32Array(pair.buffer);
  let hash = 0x811c9dc5 ^ values.length;
  for (let i = 0; i < values.length; i += step) {
    pair[0] = values[i];
    hash = Math.imul(hash ^ words[0], 0x01000193);
    hash = Math.imul(hash ^ words[1], 0x01000193);
  }
  return hash >>> 0;
}

/** sfc32 (Chris Doty-Humphrey, PractRand), uniform in [0, 1). The first rounds are discarded, so that the seed is mixed in. */
export function createRandom(seed: number): Random {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed | 0;
  let counter = 1;
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}

/** mulberry32 (Tommy Ettinger, public domain), uniform in [0, 1). */
export function mulberry32(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Finaliser of MurmurHash3 (A. Appleby, public domain): every bit of a 32-bit number influences every bit of the hash. */
export function mixBits(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Exponential with mean 1. */
export const exponential = (random: Random): number => -Math.log(1 - random());

/** Standard normal (Box-Muller). */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Gamma with scale 1 and a shape of at least 1: Marsaglia & Tsang (2000). */
export function gamma(shape: number, random: Random): number {
  const d = shape - 1 / 3;
  for (;;) {
    const z = normal(random);
    const v = (1 + z / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random()) < (z * z) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}
