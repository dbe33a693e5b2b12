/** The wait of a request in words: an estimate that may be far off is marked as such. */
import type { WaitInference } from '../core/inference.ts';
import { shortCount, shortDuration } from './numbers.ts';

/** If the ends of the range differ by this factor, the estimate may be far off. */
const FAR_APART = 10;

const isFarOff = ({ method, lowMean, highMean }: WaitInference): boolean =>
  method === 'inferred' && highMean > FAR_APART * Math.max(lowMean, 1);

/** "~" for a value that is derived from waits that may be far off, else "". `value`: NaN unknown. */
export const roughly = (wait: WaitInference, value: number): string => (value > 0 && isFarOff(wait) ? '~' : '');

/** "8.8s", or "~8.8s" if it may be far off. `micros`: NaN unknown. */
export const waitText = (wait: WaitInference, micros: number): string =>
  `${roughly(wait, micros)}${shortDuration(micros)}`;

/**
 * "inferred" or "(860ms to 68s fit, inferred)": how the wait is known, and its range if it is wide (scaled from the range of the mean
 * wait).
 */
export function waitNote(wait: WaitInference, micros: number): string {
  if (!Number.isFinite(micros)) return '';
  if (!(micros > 0) || !isFarOff(wait) || !(wait.mean > 0)) return wait.method;
  const [low, high] = [wait.lowMean, wait.highMean].map((bound) => shortDuration((micros * bound) / wait.mean));
  return `(${low} to ${high} fit, ${wait.method})`;
}

/** Whole callers, to two digits: the ends of a range are not more exact than that. */
const roundly = (callers: number): string => shortCount(Math.round(Number(callers.toPrecision(2))));

/**
 * The range of a queue of `callers` (scaled from that of the mean wait) in at most `cells` cells, such as "13-570", "≤2.7k", "≥13" or "<1";
 * "" if the range is narrow or nothing is known.
 */
export function queueRange(wait: WaitInference, callers: number, cells: number): string {
  if (!(callers > 0) || !isFarOff(wait) || !(wait.mean > 0)) return '';
  const { mean, lowMean, highMean, mostQueued = Number.POSITIVE_INFINITY } = wait;
  const most = Math.max(callers, Math.min(mostQueued, (callers * highMean) / mean));
  const [low, high] = [(callers * lowMean) / mean, most].map(roundly);
  // "0-0" would contradict the fraction of a caller shown above it.
  if (high === roundly(0)) return '<1';
  const ways = Number.isFinite(most) ? [`${low}-${high}`, `≤${high}`] : [`≥${low}`];
  return ways.find(({ length }) => length <= cells) ?? '';
}
