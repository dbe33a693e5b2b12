// Callers that come together are seen through coarse stamps, and put together again.
import { describe, expect, it } from 'vitest';
import { createRandom, exponential, type Random } from '../../../src/core/random.ts';
import { clumpSize, drawTogether } from '../../../src/simulate/clumps.ts';
import { waitsOfSharedQueue } from '../../../src/simulate/fifo-pool.ts';

const SECOND = 1e6;

/** Arrivals of a minute and a half, blurred over a second as stamps of one second would. */
function blurred(random: Random, gap: () => number, size: () => number): Float64Array {
  const at: number[] = [];
  for (let t = gap(); t < 90 * SECOND; t += gap())
    for (let k = size(); k > 0; k--) at.push(t + (random() - 0.5) * SECOND);
  return Float64Array.from(at).sort();
}

const sizes = (draw: (random: Random) => Float64Array): number[] =>
  Array.from({ length: 60 }, (_, seed) => clumpSize(draw(createRandom(seed + 1)), SECOND).size).sort((a, b) => a - b);

describe('clumps finer than a tick', () => {
  it('are not seen where arrivals are independent, slow or quick', () => {
    for (const rate of [3, 20]) {
      const found = sizes((random) =>
        blurred(
          random,
          () => (exponential(random) * SECOND) / rate,
          () => 1,
        ),
      );
      expect(found.filter((size) => size > 1).length).toBeLessThanOrEqual(2);
    }
  });

  it('are counted where page loads bring 1 to 11 requests at once', () => {
    const found = sizes((random) =>
      blurred(
        random,
        () => exponential(random) * 0.8 * SECOND,
        () => 1 + Math.floor(random() * 11),
      ),
    );
    // E[B²] / E[B] = 7.67, as geometric sizes with a mean of 4.3 have it.
    expect(found[30]).toBeGreaterThan(3);
    expect(found[30]).toBeLessThan(5.5);
  });

  it('are not excluded where so short a log cannot show them', () => {
    const random = (seed: number) => createRandom(seed);
    const found = Array.from({ length: 60 }, (_, k) => {
      const draw = random(k + 1);
      const at = blurred(
        draw,
        () => exponential(draw) * 0.8 * SECOND,
        () => 1 + Math.floor(draw() * 7),
      );
      return clumpSize(at, SECOND);
    });
    const unseen = found.filter(({ size }) => size === 1);
    expect(unseen.length).toBeGreaterThan(0);
    // Geometric sizes that scatter alike have a mean of 3.
    expect(unseen.filter(({ most }) => most > 2).length).toBeGreaterThanOrEqual(0.8 * unseen.length);
  });

  it('are not told apart in a burst, however calm the rest of the log is', () => {
    const random = createRandom(5);
    const calm = blurred(
      random,
      () => exponential(random) * SECOND,
      () => 1 + Math.floor(random() * 7),
    );
    const burst = Array.from({ length: 2000 }, () => 40 * SECOND + random() * SECOND);
    expect(clumpSize(calm, SECOND).isDense).toBe(false);
    expect(clumpSize(Float64Array.of(...calm, ...burst).sort(), SECOND).isDense).toBe(true);
  });

  it('are counted among stamps as fine as a ms over years, without a place for each ms', () => {
    const random = createRandom(3);
    const arrival = blurred(
      random,
      () => exponential(random) * 0.8 * SECOND,
      () => 1 + Math.floor(random() * 11),
    );
    const early = Float64Array.of(arrival[0] - 30 * 365 * 86_400 * SECOND, ...arrival);
    expect(clumpSize(early, 1000).size).toBeGreaterThanOrEqual(1);
  });

  it('drawn together again make callers wait about as long as those that came together, where so many come that nothing tells who came with whom', () => {
    const waits = (at: Float64Array) => {
      const wait = new Float64Array(at.length);
      waitsOfSharedQueue(at, new Float64Array(at.length).fill(0.2 * SECOND), 8, wait);
      return wait.reduce((a, b) => a + b, 0) / at.length;
    };
    let truth = 0;
    let drawn = 0;
    let asBlurred = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const random = createRandom(seed);
      const at: number[] = [];
      for (let t = 0; t < 90 * SECOND; t += exponential(random) * 0.2 * SECOND)
        for (let k = 1 + Math.floor(random() * 9); k > 0; k--) at.push(t);
      const blur = Float64Array.from(at, (t) => t + (random() - 0.5) * SECOND).sort();
      truth += waits(Float64Array.from(at));
      asBlurred += waits(blur);
      const { drawn: size, isDense } = clumpSize(blur, SECOND);
      expect(isDense || size === 1).toBe(true);
      const together = blur.slice();
      drawTogether(together, size, SECOND, random);
      drawn += waits(together.sort());
    }
    expect(asBlurred / truth).toBeLessThan(0.6);
    expect(drawn / truth).toBeGreaterThan(0.8);
    expect(drawn / truth).toBeLessThan(1.25);
  });

  it('come at one moment once they are drawn together, and none moves by more than the reach', () => {
    const random = createRandom(7);
    const arrival = blurred(
      random,
      () => exponential(random) * 0.2 * SECOND,
      () => 1,
    );
    const before = arrival.slice();
    drawTogether(arrival, 4, SECOND, random);
    const moments = new Set(arrival).size;
    expect(arrival.length / moments).toBeGreaterThan(3);
    expect(arrival.length / moments).toBeLessThan(5);
    for (let i = 0; i < arrival.length; i++) expect(Math.abs(arrival[i] - before[i])).toBeLessThanOrEqual(SECOND);
  });
});
