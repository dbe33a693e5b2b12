/** The followed requests of a long log whose waits are known, and how many requests of the log each of them represents. */
import { indicesBelow } from '../core/columns.ts';
import type { ServerInference } from '../core/inference.ts';
import { sumOf } from '../core/statistics.ts';
import { type Known, stepAt } from './known-steps.ts';
import { FIRST_FULL, STRATA, type Strata } from './strata.ts';

/**
 * Strata of which nothing was followed leave the waits of the log unknown if they hold more than this share of the requests, or at least
 * LONG µs.
 */
const HARDLY_ANY = 0.004;
const LONG = 20_000_000;
/** Followed requests from which a stratum counts as known. */
const ENOUGH = 20;
/** µs: length of a stretch of time that is one draw of the sample. */
const DRAW = 60_000_000;

/**
 * By stratum: how many requests of the log each followed one represents. null: too many requests are in strata of which nothing was
 * followed.
 */
export function weightsOf(
  strata: Pick<Strata, 'requests' | 'steps' | 'step'>,
  counts: Float64Array,
): Float64Array | null {
  const { requests: all, steps, step } = strata;
  const total = sumOf(all);
  const weight = new Float64Array(STRATA);
  let missing = 0;
  let missingSteps = 0;
  for (let s = 0; s < STRATA; s++) {
    if (all[s] === 0) continue;
    // Callers in a calm stratum waited no longer than in the next busier one, so that one stands in if too little was followed.
    let of = s;
    while (of < FIRST_FULL && counts[of] < ENOUGH) of++;
    if (counts[of] > 0 && (counts[of] >= ENOUGH || counts[of] === all[of])) weight[of] += all[s] / counts[of];
    else {
      missing += all[s];
      missingSteps += steps[s];
    }
  }
  return missing > HARDLY_ANY * total || missingSteps * step >= LONG ? null : weight;
}

/** The followed requests whose wait is known: row, stratum and stretch of time of each. */
export interface Followed {
  readonly rows: Int32Array;
  readonly stratum: Uint8Array;
  readonly draw: Int32Array;
  /** Number of these requests by stratum. */
  readonly counts: Float64Array;
}

export function followedOf({ requests }: ServerInference, known: Known): Followed {
  const { end, wait } = requests;
  const { strata, isKnown } = known;
  const stepOf = (row: number) => stepAt(known, end[row]);
  const rows = indicesBelow(end.length).filter((row) => wait[row] >= 0 && isKnown[stepOf(row)] === 1);
  const stratum = Uint8Array.from(rows, (row) => strata.stratum[stepOf(row)]);
  const counts = new Float64Array(STRATA);
  for (const s of stratum) counts[s]++;
  return { rows, stratum, draw: rows.map((row) => Math.floor(end[row] / DRAW)), counts };
}
