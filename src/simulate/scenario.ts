/** One pool under the load of a log, repeated: arrivals, service times and accepting workers are drawn anew each time. */
import type { PoolShape } from '../core/prediction.ts';
import { createRandom } from '../core/random.ts';
import { acceptorsSeen } from './acceptors.ts';
import { isWider, likelyRepetition } from './likely-repetition.ts';
import type { PoolMeasures } from './measures.ts';
import { otherRuns } from './other-readings.ts';
import type { Repetition } from './repetition.ts';
import { runOnce } from './run-once.ts';
import type { Workload } from './workload.ts';

export interface ScenarioRuns {
  /** Every request keeps its own service time; the estimate is the median of these runs. */
  readonly runs: readonly PoolMeasures[];
  /**
   * Runs with all service times drawn anew: a log does not say whether a service time belongs to its request or was chance. They belong to
   * the range as well.
   */
  readonly wider: readonly PoolMeasures[];
  /** Other readings of the same log (open instead of closed callers, the longest possible waits): they only widen the range. */
  readonly others: readonly PoolMeasures[];
  /** Runs in which one of several processes takes nearly all connections: not a reading of the log, but what the host may do. */
  readonly lopsided: readonly PoolMeasures[];
}

/** true: nothing is drawn beyond what all pools share, so a run of the likely callers does not depend on the runs before it. */
export const drawsNothing = ({ contention, interruptions, callers }: Workload): boolean =>
  contention === null && interruptions === null && callers.likely.kind !== 'closed';

/**
 * Deterministic for a workload and a number of repetitions. `isDecided` is asked after each repetition; once it says yes, the others are
 * not run.
 */
export function runScenario(
  workload: Workload,
  pool: PoolShape,
  repetitions: number,
  isDecided: (run: PoolMeasures) => boolean = () => false,
): ScenarioRuns {
  const random = createRandom(workload.seed ^ 0x5bd1e995);
  const byWorker = acceptorsSeen(workload, pool);
  const runs: PoolMeasures[] = [];
  const wider: PoolMeasures[] = [];
  const others: PoolMeasures[] = [];
  const lopsided: PoolMeasures[] = [];
  // Most callers of this function need only the estimates, so the runs for the range wait until asked for.
  const later: (() => void)[] | null = drawsNothing(workload) ? [] : null;
  for (let r = 0; r < repetitions; r++) {
    const repetition = likelyRepetition(workload, r, byWorker);
    const run = runOnce(workload, pool, repetition, workload.callers.likely, random);
    (isWider(r) ? wider : runs).push(run);
    if (isDecided(run)) break;
    if (r % 4 !== 0) continue;
    if (later) later.push(() => widen(r, repetition));
    else widen(r, repetition);
  }
  const widened = () => {
    for (const run of later?.splice(0) ?? []) run();
  };
  return {
    runs,
    wider,
    get others() {
      widened();
      return others;
    },
    get lopsided() {
      widened();
      return lopsided;
    },
  };

  function widen(r: number, repetition: Repetition): void {
    const other = otherRuns(workload, pool, r, repetition, random);
    others.push(...other.others);
    lopsided.push(...other.lopsided);
  }
}
