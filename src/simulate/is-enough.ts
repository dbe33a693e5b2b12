/**
 * Whether a pool keeps a target, with as little simulation as it takes to know: readings that only widen a range are not simulated, waits
 * are not sorted, a repetition ends as soon as too many of its requests have waited, and the remaining repetitions are skipped once they
 * cannot change the answer.
 */
import type { PoolShape } from '../core/prediction.ts';
import { acceptors, acceptorsSeen, queueOf } from './acceptors.ts';
import { lateInSharedQueue, lateInWorkerQueues } from './fifo-pool.ts';
import { isWider, likelyRepetition } from './likely-repetition.ts';
import { slotTimes } from './overhead.ts';
import { cannotMeet } from './recommend.ts';
import type { Repetition } from './repetition.ts';
import { drawsNothing } from './scenario.ts';
import type { Workload } from './workload.ts';

/** No random draw depends on the pool or on earlier runs, so each repetition can be simulated by itself. */
const standsAlone = (workload: Workload, pool: PoolShape): boolean => drawsNothing(workload) && pool.model !== 'async';

/** The same verdict as `meets` over all repetitions; null: they have to be simulated in full. */
export function wouldMeet(
  workload: Workload,
  pool: PoolShape,
  target: number,
  repetitions: number,
  share: number,
): boolean | null {
  if (!standsAlone(workload, pool)) return null;
  const isHopeless = cannotMeet(repetitions, share);
  const byWorker = acceptorsSeen(workload, pool);
  // The median is taken over the repetitions that are not "wider".
  const plain = (repetitions + 1) >> 1;
  let [good, goodPlain, badPlain] = [0, 0, 0];
  for (let r = 0; r < repetitions; r++) {
    const isGood = keeps(workload, pool, likelyRepetition(workload, r, byWorker), target);
    if (isGood) good++;
    if (!isWider(r)) isGood ? goodPlain++ : badPlain++;
    if (isHopeless(isGood) || 2 * badPlain > plain) return false;
    if (good >= share * repetitions && 2 * goodPlain > plain) return true;
  }
  return null;
}

/** Share of the repetitions that lie below the upper end of `likelyRange`. */
const LIKELY = 0.95;

/** true: the likely range of the p95 wait certainly reaches beyond the target; false: a full simulation has to decide. */
export function reachesBeyond(workload: Workload, pool: PoolShape, target: number, repetitions: number): boolean {
  if (!standsAlone(workload, pool)) return false;
  const byWorker = acceptorsSeen(workload, pool);
  const most = repetitions - Math.ceil(LIKELY * repetitions);
  let bad = 0;
  for (let r = 0; r < repetitions && bad <= most; r++) {
    // A pool that is too small usually fails at once: after `most` good repetitions give up and let the full simulation decide.
    if (r > most && bad === 0) return false;
    if (!keeps(workload, pool, likelyRepetition(workload, r, byWorker), target)) bad++;
  }
  return bad > most;
}

/**
 * Whether the likely range of the p95 wait stays within the target, without computing the range itself; null: a full simulation has to
 * decide.
 */
export function staysWithin(workload: Workload, pool: PoolShape, target: number, repetitions: number): boolean | null {
  if (!standsAlone(workload, pool)) return null;
  const byWorker = acceptorsSeen(workload, pool);
  const within = LIKELY * repetitions;
  let bad = 0;
  for (let r = 0; r < repetitions; r++) {
    if (!keeps(workload, pool, likelyRepetition(workload, r, byWorker), target)) bad++;
    if (repetitions - bad < Math.ceil(within)) return false;
  }
  // The upper end of the range may be interpolated between two repetitions.
  return repetitions - bad > within ? true : null;
}

/** Whether the p95 wait of a repetition is within the target. */
function keeps(workload: Workload, pool: PoolShape, repetition: Repetition, target: number): boolean {
  const { arrival } = repetition;
  const n = arrival.length;
  const service = slotTimes(workload.trace, pool, repetition);
  // How many requests may wait longer while the p95 stays within the target.
  const most = n - 1 - Math.min(n - 1, Math.floor(0.95 * n));
  const threads = pool.model === 'threaded' ? pool.threads : 1;
  if (queueOf(workload, pool) === 'shared') {
    return lateInSharedQueue(arrival, service, pool.workers * threads, target, most) <= most;
  }
  const worker = acceptors(workload, pool, repetition);
  return lateInWorkerQueues(arrival, service, worker, pool.workers, threads, target, most) <= most;
}
