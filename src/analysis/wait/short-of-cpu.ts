/**
 * A machine that is short of CPU: its workers idle for milliseconds between two requests although callers queue, and two or three times as
 * long in one minute as in another. (Recorded in two overloads, idle time per start over the busiest five seconds and on average: 3.3 and
 * 6.8 ms, 6.6 and 14 ms.) A pool that was full for minutes then looks like one that rests between callers, and coarse stamps hardly tell
 * the two apart: for 3 workers that were asked for half more than they could answer, the result was 145 ms instead of 5.4 s.
 */
import { meanOf } from '../../core/statistics.ts';
import { leastIdle } from './most-gap.ts';
import { isQuick } from './room-to-spare.ts';
import type { Stretch } from './stretch.ts';

/** s: range of the idle time per start where the slots are busiest. Less is usual on any machine, more is rest. */
const SHORT = 0.002;
const LONG = 0.015;
/** Least utilisation there; below it, callers are missing rather than CPU. */
const BUSY = 0.9;

/**
 * The same for quick requests, whose stamps say less: idle time per start from here on, up to this share of a request. (Recorded on hosts with
 * twenty processes for two cores, and beside a load generator that took a core, pools of requests of 5 to 16 ms that were full all along: 1.3 to
 * 6.4 ms, 0.16 to 0.41 of a request. How much the work varies from second to second does not tell them from pools with slots free: what is left of
 * the processor varies as well.)
 */
const SHORT_IF_QUICK = 0.0012;
const LONG_IF_QUICK = 0.55;

/** Whether callers may have queued ever since a slot last surely idled, whatever the histories say. */
export function isShortOfCpu(stretch: Stretch): boolean {
  const idle = leastIdle(stretch);
  const service = meanOf(stretch.duration);
  if (isQuick(stretch)) return idle >= SHORT_IF_QUICK && idle <= LONG_IF_QUICK * service;
  return idle >= SHORT && idle <= Math.min(LONG, (1 / BUSY - 1) * service);
}
