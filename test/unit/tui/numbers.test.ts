import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byteText,
  estimateText,
  shortCount,
  shortDuration,
  shortNumber,
  shortPercent,
} from '../../../src/tui/numbers.ts';

describe('short numbers', () => {
  it.each([
    [shortDuration, 0, '0'],
    [shortDuration, 850, '850µs'],
    [shortDuration, 1500, '1.5ms'],
    [shortDuration, 999_499, '999ms'],
    [shortDuration, 2_104_000, '2.10s'],
    [shortDuration, 25_300_000, '25.3s'],
    [shortDuration, 254e6, '4.2m'],
    [shortDuration, 3.5 * 3600e6, '3.5h'],
    [shortDuration, Number.NaN, '?'],
    [shortNumber, 0.42, '0.42'],
    [shortNumber, 6.44, '6.4'],
    [shortNumber, 123.4, '123'],
    [shortNumber, 12_345, '12.3k'],
    [shortNumber, 4.51e6, '4.5M'],
    [shortCount, 7, '7'],
    [shortCount, 1234, '1.2k'],
    [shortPercent, 0.004, '0.4%'],
    [shortPercent, 0.37, '37%'],
    [shortPercent, 1, '100%'],
    [byteText, 999, '999 B'],
    [byteText, 3400, '3.4 kB'],
    [byteText, 1.25e9, '1.3 GB'],
  ])('%o of %d is %s', (format, value, expected) => {
    expect(format(value)).toBe(expected);
  });

  it('never take more than six cells for a duration and five for a number', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 3.5e10, noNaN: true }), (value) => {
        expect(shortDuration(value).length).toBeLessThanOrEqual(6);
        if (value < 9.9e8) expect(shortNumber(value).length).toBeLessThanOrEqual(5);
      }),
    );
  });
});

describe('estimateText', () => {
  const estimate = (value: number | null, low: number | null, high: number | null) =>
    estimateText({ value, low, high, confidence: 1, method: '' });
  it('shows the range, a lower bound, or that nothing is known', () => {
    expect(estimate(4, 4, 4)).toBe('4');
    expect(estimate(8, 8, 9)).toBe('8-9');
    expect(estimate(4, 4, null)).toBe('≥4');
    expect(estimate(null, 3, null)).toBe('≥3');
    expect(estimate(null, null, null)).toBe('?');
  });
});
