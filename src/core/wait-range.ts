/** What the range of a wait leaves open, and what must therefore not be told of it as a fact. */
import type { Summary, WaitSummary } from './summary.ts';

/** A pool that is full for long hides when its callers came: the truth may lie far above the estimate. */
export const isHidden = ({ mean, high }: WaitSummary): boolean =>
  mean !== null && high.mean !== null && high.mean > 3 * mean + 0.1;

/**
 * So wide a range is no measure: of recorded servers with one, half waited less than half or more than twice as long as was said.
 */
export const isVague = ({ low, high }: Pick<WaitSummary, 'low' | 'high'>): boolean =>
  low.mean !== null && high.mean !== null && isVagueRange(low.mean, high.mean);

/** The same of a range of mean waits, s; of those simulated for another pool as well (docs/what-if.md has their figures). */
export const isVagueRange = (low: number, high: number): boolean => high > VAGUE * Math.max(low, 0.001) && high > 0.5;
const VAGUE = 200;

/** It may be that nobody waited: callers may have queued, no more than that is known. */
export const mayBeNone = ({ method, low }: WaitSummary): boolean =>
  method === 'inferred' && low.mean !== null && low.mean < NEXT_TO_NONE;
/** s: what a mean wait rounds to in words. */
const NEXT_TO_NONE = 0.001;

/**
 * Waits as the slots that were seen busy at once would have made them, of a server that may have more, and then nobody need have waited:
 * the upper end is known alone.
 */
export const atMostSoLong = ({ wait, server }: Pick<Summary, 'wait' | 'server'>): boolean =>
  wait.method === 'inferred' && server.capacity.value === null && wait.low.mean === 0 && (wait.p95 ?? 0) > 0;

/** Even the mean may be longer than the longest wait of the likely histories, which is then no longest one. */
export const longestIsOpen = ({ max, high }: WaitSummary): boolean =>
  max !== null && high.mean !== null && high.mean > max;

/** Share of the time full from which arrivals no longer show, unless the waits are known to within this factor. */
const HIDDEN_SHARE = 0.97;
const FACTOR = 30;

/**
 * A pool that never left saturation, and a wait known to no better than a factor of 30: a few callers who take turns and a load beyond what it
 * can do look alike there. What is told as the estimate is the middle of all that fits, and no measure. `low`, `high`: mean waits in one unit.
 */
export const arrivalsAreHidden = (full: number, low: number, high: number): boolean =>
  full >= HIDDEN_SHARE && high > FACTOR * low;

/** The same of the pool of a summary. */
export const neverLeftSaturation = ({ wait, concurrency }: Pick<Summary, 'wait' | 'concurrency'>): boolean =>
  wait.method === 'inferred' &&
  arrivalsAreHidden(concurrency.saturated_ratio ?? 0, wait.low.mean ?? Number.NaN, wait.high.mean ?? Number.NaN);

/** Share of the time full from which clients in turn and callers at random begin to look the same (docs/inference-wait.md). */
const OFTEN_FULL = 0.8;

/** Nobody need have waited, and the pool was full as it is under a few callers who ask again at once: what is told as the estimate is no alarm. */
export const fewMayFillIt = ({ wait, concurrency }: Pick<Summary, 'wait' | 'concurrency'>): boolean =>
  mayBeNone(wait) && (concurrency.saturated_ratio ?? 0) >= OFTEN_FULL;

/** Nor does anything tell how many callers there are, and so how many slots would do. */
export const callersAreHidden = (summary: Pick<Summary, 'wait' | 'concurrency'>): boolean =>
  mayBeNone(summary.wait) && neverLeftSaturation(summary);
