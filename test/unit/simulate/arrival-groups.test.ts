// Callers that came together, blurred over the second of their stamps, are put together again as they may have come.
import { describe, expect, it } from 'vitest';
import { createRandom, exponential, type Random } from '../../../src/core/random.ts';
import { drawGroups, likelySize } from '../../../src/simulate/arrival-groups.ts';
import { waitsOfSharedQueue } from '../../../src/simulate/fifo-pool.ts';

const SECOND = 1e6;
const SERVICE = 0.2 * SECOND;

/** Groups that come at random, and the second in which each member must have begun. */
function blurredGroups(random: Random, perSecond: number, sizeOf: () => number) {
  const at: number[] = [];
  for (let t = 0; t < 90 * SECOND; t += (exponential(random) * SECOND) / perSecond)
    for (let k = sizeOf(); k > 0; k--) at.push(t);
  const earliest = Float64Array.from(at, (t) => t - random() * SECOND);
  return { at: Float64Array.from(at), earliest, latest: earliest.map((t) => t + SECOND) };
}

function meanWait(at: Float64Array): number {
  const wait = new Float64Array(at.length);
  waitsOfSharedQueue(at.toSorted(), new Float64Array(at.length).fill(SERVICE), 4, wait);
  return wait.reduce((a, b) => a + b, 0) / at.length;
}

const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Waits of the arrivals drawn, for those of the true ones: a log each. */
function ratios(sizeOf: (random: Random) => number, size: { size: number; learns: boolean }): number[] {
  return Array.from({ length: 24 }, (_, seed) => {
    const random = createRandom(seed + 1);
    const { at, earliest, latest } = blurredGroups(random, 1.3, () => sizeOf(random));
    const drawn = Array.from({ length: 5 }, () => meanWait(drawGroups(earliest, latest, size, random)));
    return middle(drawn) / meanWait(at);
  }).sort((a, b) => a - b);
}

const upTo7 = (random: Random) => 1 + Math.floor(random() * 7);

describe('callers drawn together', () => {
  it('wait about as long as those of the log did, log by log, though nobody told how many come at once', () => {
    for (const size of [2, 5]) {
      const found = ratios(upTo7, { size, learns: true });
      expect(found[12]).toBeGreaterThan(0.85);
      expect(found[12]).toBeLessThan(1.2);
      // Eight of ten.
      expect(found[2]).toBeGreaterThan(0.65);
      expect(found[21]).toBeLessThan(1.5);
    }
  });

  it('wait longer, and shorter, where larger and smaller groups are asked for', () => {
    expect(middle(ratios(upTo7, { size: 1.3, learns: false }))).toBeLessThan(0.75);
    expect(middle(ratios(upTo7, { size: 8, learns: false }))).toBeGreaterThan(1.25);
  });

  it('come when their stamps allow it, and again so from the same draws', () => {
    const blurred = blurredGroups(createRandom(3), 2, () => 3);
    const { earliest, latest } = blurred;
    const draw = () => drawGroups(earliest, latest, { size: 3, learns: true }, createRandom(9));
    const at = draw();
    // A tenth of a millisecond lies between those who come together.
    at.forEach((instant, i) => {
      expect(instant).toBeGreaterThanOrEqual(earliest[i]);
      expect(instant).toBeLessThanOrEqual(latest[i] + 100);
    });
    expect(draw()).toEqual(at);
  });

  it('need no place for each moment of the years between a few requests', () => {
    const earliest = Float64Array.of(0, 10, 30 * 365 * 86_400 * SECOND);
    const at = drawGroups(
      earliest,
      earliest.map((t) => t + 1000),
      { size: 2, learns: true },
      createRandom(1),
    );
    expect(at[2] - at[1]).toBeGreaterThan(29 * 365 * 86_400 * SECOND);
  });
});

describe('the likely size of groups', () => {
  const sizesOf = (perSecond: number, sizeOf: (random: Random) => number) =>
    Array.from({ length: 24 }, (_, seed) => {
      const random = createRandom(seed + 1);
      return likelySize(
        blurredGroups(random, perSecond, () => sizeOf(random)),
        random,
      );
    });

  it('is next to one for callers who come by themselves', () => {
    for (const { low } of sizesOf(6, () => 1)) expect(low).toBeLessThan(1.5);
  });

  it('is that of geometric sizes that scatter alike, in every log of a minute and a half', () => {
    const sizes = sizesOf(1.5, upTo7);
    // E[B²] / E[B] = 5, as geometric sizes with a mean of 3 have it; their mean is 4.
    for (const { low, mean } of sizes) {
      expect(low).toBeGreaterThan(1.9);
      expect(mean).toBeGreaterThan(2.2);
      expect(mean).toBeLessThan(4.8);
    }
  });
});
