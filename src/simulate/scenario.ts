/** One pool under the load of a log, repeated: arrivals, services and accepting workers are drawn anew each time. */
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
  /** The estimate is their median: every request keeps its own service time. */
  readonly runs: readonly PoolMeasures[];
  /**
   * Whether a service time belongs to its request or to the luck of the moment a log does not say: here all are drawn anew,
   * and these belong to the range as well.
   */
  readonly wider: readonly PoolMeasures[];
  /** Other readings of the same log (clients open instead of closed, the longest waits possible): they widen the range alone. */
  readonly others: readonly PoolMeasures[];
  /** If one of several processes took nearly all connections: no reading of the log, but what the host may do. */
  readonly lopsided: readonly PoolMeasures[];
}

/** Nothing is drawn but what every pool is dealt alike: a run of the likely callers does not depend on the runs before it. */
export const drawsNothing = ({ contention, interruptions, callers }: Workload): boolean =>
  contention === null && interruptions === null && callers.likely.kind !== 'closed';

/**
 * Deterministic for a workload and a number of repetitions. @param isDecided asked after each repetition: the others are not
 * run when it says yes
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
  // Most who ask look at the estimates alone.
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
