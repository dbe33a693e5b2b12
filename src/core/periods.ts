/** Whether events keep a period. */
import { medianOf } from './statistics.ts';
import { durationText } from './words.ts';

const FEWEST_GAPS = 3;
/** Largest distance of a gap from the period, or from a multiple of it, as a share of the period. */
const REGULAR = 0.1;
/** A gap may be up to so many periods long (events in between did not show), if enough gaps are one period. */
const MOST_MISSED = 3;

/** The median gap if every gap is about as long, or a small multiple of it; NaN otherwise. @param at in order of time */
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
