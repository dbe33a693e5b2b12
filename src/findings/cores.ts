/** The assumption about CPU cores behind a larger pool, where the log does not show whether requests compute or wait. */
import type { Facts } from '../core/finding.ts';
import type { PoolPrediction } from '../core/prediction.ts';
import { callersAreHidden } from '../core/wait-range.ts';
import { slotsOf } from './pool-words.ts';

/** Are more threads per process recommended, although the log does not show whether requests slow each other down? */
export const threadsMayShareCore = ({ summary, predictor }: Facts, smallest: PoolPrediction | null): boolean =>
  summary.server.model === 'threaded' &&
  smallest !== null &&
  smallest.pool.threads > (summary.server.threads.value ?? Number.POSITIVE_INFINITY) &&
  !callersAreHidden(summary) &&
  predictor.contention() === 'unknown';

export const SHARED_CORE =
  'If they compute, the threads of a process share one core (the GIL; top shows the process at 100 %): more of them only make each request slower, and more processes are the answer. This log does not show which.';

/** Are more processes recommended, although the log does not show whether requests slow each other down? */
export const needsCores = ({ summary, predictor }: Facts, smallest: PoolPrediction | null): boolean =>
  summary.server.model === 'sync' &&
  smallest !== null &&
  slotsOf(smallest) > (summary.server.capacity.value ?? Number.POSITIVE_INFINITY) &&
  !callersAreHidden(summary) &&
  predictor.contention() === 'unknown';

export const CORES =
  'If they compute, no more of them get on at once than there are cores that this server may use (nproc; cpu.max of its cgroup): more workers would only make each request slower.';
