/** What the range of a wait leaves open, and what must therefore not be stated as a fact. */
import type { Summary, WaitSummary } from './summary.ts';

/** A pool that is full for long hides when its callers arrived: the truth may be far above the estimate. */
export const isHidden = ({ mean, high }: WaitSummary): boolean =>
  mean !== null && high.mean !== null && high.mean > 3 * mean + 0.1;

/**
 * So wide a range is no measurement: of the recorded servers with such a range, half waited less than half or more than twice as long as
 * the estimate.
 */
export const isVague = ({ low, high }: Pick<WaitSummary, 'low' | 'high'>): boolean =>
  low.mean !== null && high.mean !== null && isVagueRange(low.mean, high.mean);

/** The same for a range of mean waits in s, also of waits simulated for another pool (docs/what-if.md has figures). */
export const isVagueRange = (low: number, high: number): boolean => high > VAGUE * Math.max(low, 0.001) && high > 0.5;
const VAGUE = 200;

/** Perhaps nobody waited: it is only known that callers may have queued. */
export const mayBeNone = ({ method, low }: WaitSummary): boolean =>
  method === 'inferred' && low.mean !== null && low.mean < NEXT_TO_NONE;
/** s: a mean wait below this is 0 in words. */
const NEXT_TO_NONE = 0.001;

/**
 * The waits are those that the slots seen busy at once would cause. The server may have more slots, and then nobody had to wait: only the
 * upper end is known.
 */
export const atMostSoLong = ({ wait, server }: Pick<Summary, 'wait' | 'server'>): boolean =>
  wait.method === 'inferred' && server.capacity.value === null && wait.low.mean === 0 && (wait.p95 ?? 0) > 0;

/** Even the mean may be longer than the longest wait of the likely histories, so that is not the longest possible one. */
export const longestIsOpen = ({ max, high }: WaitSummary): boolean =>
  max !== null && high.mean !== null && high.mean > max;

/** From this share of full time on, arrivals cannot be seen any more, unless the waits are known to within FACTOR. */
const HIDDEN_SHARE = 0.97;
const FACTOR = 30;

/**
 * The pool never left saturation, and the wait is known no better than to a factor of 30: a few callers that take turns and a load beyond
 * the capacity may look alike. The estimate is the middle of everything that fits, and no measurement.
 * @param low, high mean waits in the same unit
 */
export const arrivalsAreHidden = (full: number, low: number, high: number): boolean =>
  full >= HIDDEN_SHARE && high > FACTOR * low;

/** The same for the pool of a summary. */
export const neverLeftSaturation = ({ wait, concurrency }: Pick<Summary, 'wait' | 'concurrency'>): boolean =>
  wait.method === 'inferred' &&
  arrivalsAreHidden(concurrency.saturated_ratio ?? 0, wait.low.mean ?? Number.NaN, wait.high.mean ?? Number.NaN);

/** From this share of full time on, clients that take turns and callers at random begin to look the same (docs/inference-wait.md). */
const OFTEN_FULL = 0.8;

/**
 * Perhaps nobody had to wait, and the pool was as full as a few callers that ask again immediately would keep it: the estimate is no reason
 * for alarm.
 */
export const fewMayFillIt = ({ wait, concurrency }: Pick<Summary, 'wait' | 'concurrency'>): boolean =>
  mayBeNone(wait) && (concurrency.saturated_ratio ?? 0) >= OFTEN_FULL;

/** Moreover, nothing shows how many callers there are, and so how many slots would be enough. */
export const callersAreHidden = (summary: Pick<Summary, 'wait' | 'concurrency'>): boolean =>
  mayBeNone(summary.wait) && neverLeftSaturation(summary);
