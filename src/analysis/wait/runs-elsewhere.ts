/**
 * Filter runs that another thread may do in the meantime: they are requested before it is known whether they are needed. The result depends
 * on the request alone, so it is the same whichever thread does them.
 */

import { aloneOnLanes, runsOfLanes, runsOfQueue } from './filter-runs.ts';
import type { Plan } from './histories.ts';
import type { FilterRun } from './paths.ts';
import type { LaneStretch, Stretch } from './stretch.ts';

/**
 * What may be requested: callers in bursts on lanes, together with callers who come alone there; or one kind of callers in a queue. Plain
 * data, so that it can be posted to a worker thread.
 */
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
  /** ln P(stamps | callers who come alone) by part; null: not requested, or callers in bursts are hopelessly behind. */
  readonly alone: Float64Array | null;
}

/** Requests runs. The function that it returns waits for the result, or does the runs itself. */
export type Elsewhere = (asked: RunsAsked) => () => RunsFound;

/** Does the runs in this thread, when the result is wanted. */
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
