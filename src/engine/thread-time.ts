/** What work costs on a machine that has other work, too. */
import { readFileSync } from 'node:fs';

/** Nanoseconds on a processor, then those waited for one: https://docs.kernel.org/scheduler/sched-stats.html */
const SCHEDULED = '/proc/thread-self/schedstat';

let isTold = true;

/** Time that the calling thread has run on a processor, ms; of the clock where the system does not tell it. Only differences mean something. */
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
