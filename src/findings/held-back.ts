/**
 * Did the lines of a single worker pile up after its pauses? While one request blocks the event loop others keep arriving, and all of them
 * run once it ends. A client that waits for a slow page and then loads what belongs to it looks the same.
 */
import { countUpTo, logPoissonTail } from '../core/statistics.ts';

/** The lines that follow must have a Poisson probability (ln) of at most SURE, and be at least TIMES as many as usual. */
const SURE = -18;
const TIMES = 1.5;
/** Requests that were held back end within this fraction of the pause's length after it. */
const SOON = 0.5;

/**
 * @param ends stamps of all lines of the worker, µs, ascending
 * @param pauses lengths and ends of the pauses, µs
 * @returns number of lines that followed soon after the pauses; null: not clearly more than usual
 */
export function linesHeldBack(
  ends: Float64Array,
  pauses: readonly { readonly length: number; readonly end: number }[],
): number | null {
  const rate = ends.length / (ends[ends.length - 1] - ends[0]);
  let followed = 0;
  let usual = 0;
  for (const { length, end } of pauses) {
    followed += countWithin(ends, end, end + SOON * length);
    usual += rate * SOON * length;
  }
  return followed >= TIMES * usual && logPoissonTail(followed, usual) <= SURE ? followed : null;
}

/** Number of instants within (from, to]. `ends`: ascending. */
export const countWithin = (ends: Float64Array, from: number, to: number): number =>
  countUpTo(ends, to) - countUpTo(ends, from);
