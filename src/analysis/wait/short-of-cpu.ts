/**
 * A machine that is short of CPU: its workers stand idle for milliseconds between two requests although callers queue, and for two or three times
 * as long in one minute as in another (recorded of two overloads, each start: 3.3 ms over the busiest five seconds and 6.8 on average, 6.6 and 14).
 * A pool that was full for minutes then looks like one that rests between callers, and coarse stamps hardly tell them apart: of 3 workers
 * that were asked for half more than they could answer 145 ms were told for 5.4 s.
 */
import { meanOf } from '../../core/statistics.ts';
import { leastIdle } from './most-gap.ts';
import type { Stretch } from './stretch.ts';

/** s that slots stand idle for each start where they are busiest: less is usual, and what is more is rest. */
const SHORT = 0.002;
const LONG = 0.015;
/** Share of their time that they work there, at least: else it is callers that are missing. */
const BUSY = 0.9;

/** Callers may have queued ever since a slot surely idled, whatever the histories say. */
export function isShortOfCpu(stretch: Stretch): boolean {
  const idle = leastIdle(stretch);
  return idle >= SHORT && idle <= Math.min(LONG, (1 / BUSY - 1) * meanOf(stretch.duration));
}
