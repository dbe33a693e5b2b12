/**
 * The pools of a long log, one after the other. Its timeline covers all requests of each; the followed requests show how long callers
 * waited.
 */
import type { PoolRegime, ServerInference } from '../core/inference.ts';
import { sumOf } from '../core/statistics.ts';
import { MICROS_PER_SECOND } from '../core/time.ts';
import { type Followed, followedOf, weightsOf } from './followed-waits.ts';
import { type Known, logsServices } from './known-steps.ts';
import type { Partial } from './partial.ts';
import { STRATA, type Strata } from './strata.ts';
import type { TimelineView } from './timeline.ts';
import { fullShares } from './whole-concurrency.ts';

/** @param known what the followed part shows of the log; null: neither waits nor when slots were busy */
export function regimesOfWhole(
  inference: ServerInference,
  partial: Partial,
  view: TimelineView,
  known: Known | null,
): readonly PoolRegime[] {
  const { regimes } = inference;
  if (regimes.length < 2) return regimes;
  const followed = known && followedOf(inference, known);
  return regimes.map((regime) => {
    const [first, behind] = stepsOf(view, regime);
    const requests = sumOf(view.requests.subarray(first, behind));
    const busyMicros = logsServices(partial) ? sumOf(view.busyMicros.subarray(first, behind)) : Number.NaN;
    const strata = known && strataWithin(known.strata, first, behind, view.requests);
    const full = known && fullShares(inference, known, (instant) => instant >= regime.from && instant <= regime.to);
    return {
      ...regime,
      requests,
      serviceMean: busyMicros / requests,
      saturatedMicros:
        strata && full ? strata.step * sumOf(strata.steps.map((steps, s) => steps * full[s])) : Number.NaN,
      waitMean: strata && followed ? waitWithin(regime, strata, inference.requests, followed) : Number.NaN,
    };
  });
}

/** The steps [first, behind) of the timeline that begin within the regime, to the nearest step. */
function stepsOf({ from, stepSeconds, requests }: TimelineView, regime: PoolRegime): [first: number, behind: number] {
  const at = (instant: number) =>
    Math.min(requests.length, Math.max(0, Math.round((instant - from) / (MICROS_PER_SECOND * stepSeconds))));
  return [at(regime.from), at(regime.to)];
}

function strataWithin({ stratum, step }: Strata, first: number, behind: number, counts: Float64Array) {
  const within = { step, requests: new Float64Array(STRATA), steps: new Float64Array(STRATA) };
  for (let k = first; k < behind; k++) {
    within.requests[stratum[k]] += counts[k];
    within.steps[stratum[k]]++;
  }
  return within;
}

/** Mean wait in a regime, µs. NaN: too little of its busiest strata was followed within it. */
function waitWithin(
  { from, to }: PoolRegime,
  strata: Pick<Strata, 'requests' | 'steps' | 'step'>,
  { end, wait }: ServerInference['requests'],
  { rows, stratum }: Followed,
): number {
  const sums = new Float64Array(STRATA);
  const counts = new Float64Array(STRATA);
  rows.forEach((row, k) => {
    if (end[row] < from || end[row] > to) return;
    sums[stratum[k]] += wait[row];
    counts[stratum[k]]++;
  });
  const weights = weightsOf(strata, counts);
  return weights
    ? sumOf(sums.map((sum, s) => weights[s] * sum)) / sumOf(counts.map((count, s) => weights[s] * count))
    : Number.NaN;
}
