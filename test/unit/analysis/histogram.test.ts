import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DurationHistogram } from '../../../src/analysis/histogram.ts';

const histogramOf = (values: readonly number[]): DurationHistogram => {
  const histogram = new DurationHistogram();
  for (const value of values) histogram.add(value);
  return histogram;
};

describe('DurationHistogram', () => {
  it('reads every quantile within 0.8 % of the value of that rank', () => {
    const micros = fc.oneof(
      fc.integer({ min: 0, max: 2_000_000 }),
      fc.double({ min: 0, max: 1e13, noNaN: true }).map(Math.floor),
    );
    fc.assert(
      fc.property(
        fc.array(micros, { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, q) => {
          const exact = [...values].sort((a, b) => a - b)[Math.max(1, Math.ceil(q * values.length)) - 1];
          const got = histogramOf(values).quantile(q);
          expect(Math.abs(got - exact)).toBeLessThanOrEqual(exact / 127 + 0.5);
        },
      ),
    );
  });

  it('keeps sum and maximum exact, ignores NaN, and takes a negative duration as 0', () => {
    const histogram = histogramOf([1_001_776, Number.NaN, -250_000, 7]);
    expect([histogram.count, histogram.sum, histogram.max]).toEqual([3, 1_001_783, 1_001_776]);
    expect(new DurationHistogram().quantile(0.5)).toBeNaN();
    const negative = histogramOf([-250_000]);
    expect([negative.sum, negative.max, negative.quantile(0.5)]).toEqual([0, 0, 0]);
  });

  it('counts those that are as long or longer', () => {
    const histogram = histogramOf([5, 500, 50_000, 50_000, 5e9]);
    expect([0, 6, 500, 40_000, 1e6, 6e9].map((micros) => histogram.countFrom(micros))).toEqual([5, 4, 4, 3, 1, 0]);
    expect(new DurationHistogram().countFrom(0)).toBe(0);
  });

  it('survives the way to another process', () => {
    const histogram = histogramOf([5, 500, 50_000, 5e9]);
    const copy = DurationHistogram.fromPairs(histogram.toPairs(), histogram.sum, histogram.max);
    expect([copy.count, copy.mean, copy.quantile(0.5), copy.max]).toEqual([
      histogram.count,
      histogram.mean,
      histogram.quantile(0.5),
      histogram.max,
    ]);
  });

  it('takes little memory where durations are few: thousands of routes have one each', () => {
    const before = process.memoryUsage().arrayBuffers;
    const histograms = Array.from({ length: 5000 }, (_, k) => histogramOf([1000 * k]));
    const bytes = process.memoryUsage().arrayBuffers - before;
    expect(histograms).toHaveLength(5000);
    expect(bytes / histograms.length).toBeLessThan(1024);
  });
});
