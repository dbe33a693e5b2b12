/** Whether events keep a period. */
import { medianOf } from './statistics.ts';
import { durationText } from './words.ts';

const FEWEST_GAPS = 3;
/** Largest distance of a gap from the period, or from so many of them, as share of the period. */
const REGULAR = 0.1;
/** Periods in a gap at most, of which all but one event did not show, where so many gaps are one period. */
const MOST_MISSED = 3;

/** The median of the gaps where all of them are as long, or twice or three times where some events did not show; NaN otherwise. @param at in order of time */
export function periodOf(at: readonly number[]): number {
  const gaps = at.slice(1).map((time, k) => time - at[k]);
  if (gaps.length < FEWEST_GAPS) return Number.NaN;
  const period = medianOf(gaps);
  const times = gaps.map((gap) => Math.round(gap / period));
  const isKept = gaps.every(
    (gap, k) => times[k] >= 1 && times[k] <= MOST_MISSED && Math.abs(gap - times[k] * period) <= REGULAR * period,
  );
  return isKept && times.filter((count) => count === 1).length >= FEWEST_GAPS ? period : Number.NaN;
}

/** ", every 12 s or so"; "" of events that keep none. @param period µs */
export const everyText = (period: number): string =>
  Number.isFinite(period) ? `, every ${durationText(period)} or so` : '';
