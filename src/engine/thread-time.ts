/** The cost of work in processor time, on a machine that is also busy otherwise. */
import { readFileSync } from 'node:fs';

/** Nanoseconds on a processor, then nanoseconds waited for one: https://docs.kernel.org/scheduler/sched-stats.html */
const SCHEDULED = '/proc/thread-self/schedstat';

let isTold = true;

/** Processor time of the calling thread, ms, or wall-clock time if the system does not provide it. Only differences are meaningful. */
export function threadMs(): number {
  if (isTold) {
    try {
      return Number(readFileSync(SCHEDULED, 'latin1').split(' ')[0]) / 1e6;
    } catch {
      isTold = false;
    }
  }
  return performance.now();
}
