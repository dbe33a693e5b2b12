/** What the range of a wait leaves open, and what must therefore not be told of it as a fact. */
import type { WaitSummary } from './summary.ts';

/** A pool that is full for long hides when its callers came: the truth may lie far above the estimate. */
export const isHidden = ({ mean, high }: WaitSummary): boolean =>
  mean !== null && high.mean !== null && high.mean > 3 * mean + 0.1;

/**
 * So wide a range is no measure: of recorded servers with one, half waited less than half or more than twice as long as was said.
 */
export const isVague = ({ low, high }: WaitSummary): boolean =>
  low.mean !== null && high.mean !== null && high.mean > VAGUE * Math.max(low.mean, 0.001) && high.mean > 0.5;
const VAGUE = 200;

/** It may be that nobody waited: callers may have queued, no more than that is known. */
export const mayBeNone = ({ method, low }: WaitSummary): boolean =>
  method === 'inferred' && low.mean !== null && low.mean < NEXT_TO_NONE;
/** s: what a mean wait rounds to in words. */
const NEXT_TO_NONE = 0.001;

/** Even the mean may be longer than the longest wait of the likely histories, which is then no longest one. */
export const longestIsOpen = ({ max, high }: WaitSummary): boolean =>
  max !== null && high.mean !== null && high.mean > max;
