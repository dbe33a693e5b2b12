/**
 * Did the lines of a lone worker pile up behind its pauses? While one request blocks the event loop others go on coming, and
 * when it ends they are all taken at once. A client who waits for a slow page and then asks for what belongs to it looks the same.
 */
import { countUpTo, logPoissonTail } from '../core/statistics.ts';

/** ln of the chance from which the lines that follow are no chance, and times as many as usual that they are at least. */
const SURE = -18;
const TIMES = 1.5;
/** Part of the pause within which what was held back ends. */
const SOON = 0.5;

/**
 * @param ends µs, ascending: all lines of the worker
 * @param pauses µs: their lengths and ends, one each per line that ended a pause
 * @returns lines that followed the pauses soon; null: hardly more than usual
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

/** Instants of an ascending list within (from, to]. */
export const countWithin = (ends: Float64Array, from: number, to: number): number =>
  countUpTo(ends, to) - countUpTo(ends, from);
