/**
 * Runs of a filter that another thread may do meanwhile: they are asked for before it is known whether they are needed. What they find
 * follows from what is asked alone, so that it is the same whoever did them.
 */

import { aloneOnLanes, runsOfLanes, runsOfQueue } from './filter-runs.ts';
import type { Plan } from './histories.ts';
import type { FilterRun } from './paths.ts';
import type { LaneStretch, Stretch } from './stretch.ts';

/** Callers in bursts on lanes, beside callers who come alone there; or callers of a kind in a queue. Plain data, which can be posted. */
export type RunsAsked =
  | { readonly kind: 'lanes'; readonly lanes: LaneStretch; readonly plan: Plan; readonly mostBehind: number }
  | {
      readonly kind: 'queue';
      readonly queue: Stretch;
      readonly plan: Plan;
      readonly seed: number;
      readonly callers: 'in-bursts' | 'with-crowds';
    };

export interface RunsFound {
  readonly run: FilterRun;
  /** ln P(the stamps | callers who come alone) of each part; null: not asked, or callers in bursts are hopelessly behind. */
  readonly alone: Float64Array | null;
}

/** Asks for runs; the answer waits for them, or does them. */
export type Elsewhere = (asked: RunsAsked) => () => RunsFound;

/** In this thread, when the answer is wanted. */
export const here: Elsewhere = (asked) => () => runsFor(asked);

const ALL = Number.POSITIVE_INFINITY;

export function runsFor(asked: RunsAsked): RunsFound {
  if (asked.kind === 'queue') {
    const { queue, plan, seed, callers } = asked;
    return {
      run: runsOfQueue(queue, plan, callers === 'in-bursts', seed)(ALL, callers === 'with-crowds'),
      alone: null,
    };
  }
  const { lanes, plan, mostBehind } = asked;
  const rival = aloneOnLanes(lanes, plan);
  const run = runsOfLanes(lanes, plan, true, { rival, mostBehind })(ALL, false);
  return { run, alone: run.logEvidence[0] === Number.NEGATIVE_INFINITY ? null : rival.all() };
}
