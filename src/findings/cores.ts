/** What a larger pool takes for granted of cores, where the log does not show whether its requests compute. */
import type { Facts } from '../core/finding.ts';
import type { PoolPrediction } from '../core/prediction.ts';
import { callersAreHidden } from '../core/wait-range.ts';
import { slotsOf } from './pool-words.ts';

/** More threads in the same processes are recommended, and whether requests slow each other down there the log does not show. */
export const threadsMayShareCore = ({ summary, predictor }: Facts, smallest: PoolPrediction | null): boolean =>
  summary.server.model === 'threaded' &&
  smallest !== null &&
  smallest.pool.threads > (summary.server.threads.value ?? Number.POSITIVE_INFINITY) &&
  !callersAreHidden(summary) &&
  predictor.contention() === 'unknown';

export const SHARED_CORE =
  'If they compute, the threads of a process share one core (the GIL; top shows the process at 100 %): more of them only make each request slower, and more processes are the answer. This log does not show which.';

/** More processes are recommended, and whether their requests slow each other down the log does not show. */
export const needsCores = ({ summary, predictor }: Facts, smallest: PoolPrediction | null): boolean =>
  summary.server.model === 'sync' &&
  smallest !== null &&
  slotsOf(smallest) > (summary.server.capacity.value ?? Number.POSITIVE_INFINITY) &&
  !callersAreHidden(summary) &&
  predictor.contention() === 'unknown';

export const CORES =
  'If they compute, no more of them get on at once than there are cores that this server may use (nproc; cpu.max of its cgroup): more workers would only make each request slower.';
