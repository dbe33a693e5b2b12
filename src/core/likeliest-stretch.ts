/** The stretch of a log in which something happened far more often than elsewhere. */

export interface Stretch {
  /** Positions, both included. */
  readonly first: number;
  readonly last: number;
  readonly hits: number;
}

/** Least log likelihood ratio, after correction: any stretch of the log might have been the one. */
const SURE = 12;

/**
 * The stretch of positions from `from` up to `to` (not included) that is most likely at a share of hits `high` rather than `usual`: each hit
 * adds ln(high / usual) to a running sum, each other position takes ln((1 - usual) / (1 - high)) away, and the stretch with the largest sum
 * (Kadane 1984) has the largest likelihood ratio. null: chance would make such a stretch, too.
 */
export function likeliestStretch(
  isHit: (position: number) => boolean,
  usual: number,
  high: number,
  from: number,
  to: number,
): Stretch | null {
  if (high <= usual || to <= from) return null;
  const gain = Math.log(high / usual);
  const loss = Math.log((1 - usual) / (1 - high));
  let sum = 0;
  let first = from;
  let best = { sum: 0, first: from, last: from - 1 };
  for (let i = from; i < to; i++) {
    if (sum === 0) first = i;
    sum = Math.max(0, sum + (isHit(i) ? gain : -loss));
    if (sum > best.sum) best = { sum, first, last: i };
  }
  if (best.sum - 2 * Math.log(to - from) < SURE) return null;
  let hits = 0;
  for (let i = best.first; i <= best.last; i++) if (isHit(i)) hits++;
  return { first: best.first, last: best.last, hits };
}
