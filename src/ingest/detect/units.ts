/** What a bare number at the end of a line measures, told from its values. */
import type { TimeUnit } from '../../core/format.ts';

export interface UnitGuess {
  readonly unit: TimeUnit;
  readonly fine: boolean;
  /** One sentence for the reader. */
  readonly because: string;
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

/**
 * A server that gives microseconds (gunicorn's and Apache's %D) never finishes in less than some tens of them, and one
 * that gives whole milliseconds or seconds shows small numbers and zeros.
 */
export function guessUnit(texts: readonly string[]): UnitGuess | null {
  const numbers = texts.filter((text) => /^-?\d+(\.\d+)?$/.test(text));
  if (numbers.length === 0) return null;
  const values = numbers
    .map(Number)
    .filter((value) => value >= 0)
    .sort((a, b) => a - b);
  if (values.length === 0) return null;
  const decimals = Math.max(...numbers.map((text) => text.split('.')[1]?.length ?? 0));
  const median = quantile(values, 0.5);
  if (decimals > 0) {
    return median < 100 || decimals >= 6
      ? { unit: 's', fine: true, because: `${decimals} decimals and a median of ${median}: seconds` }
      : { unit: 'ms', fine: true, because: `decimals and a median of ${median}: milliseconds` };
  }
  const smallest = values[0];
  const largest = values[values.length - 1];
  if (smallest >= 40 && largest >= 200) {
    return { unit: 'us', fine: false, because: `whole numbers from ${smallest} to ${largest}: microseconds` };
  }
  if (largest >= 60)
    return { unit: 'ms', fine: false, because: `whole numbers from ${smallest} to ${largest}: milliseconds` };
  return null;
}
