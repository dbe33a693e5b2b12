/** The wait of a request in words: an estimate that may be far off looks like one. */
import type { WaitInference } from '../core/inference.ts';
import { shortCount, shortDuration } from './numbers.ts';

/** Ends of the range this far apart make a number that is no measure. */
const FAR_APART = 10;

const isFarOff = ({ method, lowMean, highMean }: WaitInference): boolean =>
  method === 'inferred' && highMean > FAR_APART * Math.max(lowMean, 1);

/** "~" in front of what follows from waits that may be far off; `value`: NaN unknown. */
export const roughly = (wait: WaitInference, value: number): string => (value > 0 && isFarOff(wait) ? '~' : '');

/** "8.8s", "~8.8s" where the log leaves open how long it was. `micros`: NaN unknown. */
export const waitText = (wait: WaitInference, micros: number): string =>
  `${roughly(wait, micros)}${shortDuration(micros)}`;

/** "inferred", "(860ms to 68s fit, inferred)": how it is known, and between what it lies as far as all waits do. */
export function waitNote(wait: WaitInference, micros: number): string {
  if (!Number.isFinite(micros)) return '';
  if (!(micros > 0) || !isFarOff(wait) || !(wait.mean > 0)) return wait.method;
  const [low, high] = [wait.lowMean, wait.highMean].map((bound) => shortDuration((micros * bound) / wait.mean));
  return `(${low} to ${high} fit, ${wait.method})`;
}

/** Whole callers, by two digits: ends of a range are no more exact than that. */
const roundly = (callers: number): string => shortCount(Math.round(Number(callers.toPrecision(2))));

/**
 * "13-570", "≤2.7k", "≥13", "<1": between what a queue of so many callers lies, as far as all waits do, in at most so many cells; "" where that
 * is near it, or nothing is known.
 */
export function queueRange(wait: WaitInference, callers: number, cells: number): string {
  if (!(callers > 0) || !isFarOff(wait) || !(wait.mean > 0)) return '';
  const { mean, lowMean, highMean, mostQueued = Number.POSITIVE_INFINITY } = wait;
  const most = Math.max(callers, Math.min(mostQueued, (callers * highMean) / mean));
  const [low, high] = [(callers * lowMean) / mean, most].map(roundly);
  // "0-0" would deny the part of a caller that stands above it.
  if (high === roundly(0)) return '<1';
  const ways = Number.isFinite(most) ? [`${low}-${high}`, `≤${high}`] : [`≥${low}`];
  return ways.find(({ length }) => length <= cells) ?? '';
}
