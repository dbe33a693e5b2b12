/**
 * Recognises pools in which callers usually found a slot free, although stamps are so coarse that a filter may believe the opposite.
 *
 * By their logged work the slots of such a pool idle for much of the time, even where it answers fastest. It can have been full only if every slot
 * also needed a pause between two requests that is about as long as a request: on a machine short of CPU, or where the work around a request
 * exceeds the request. But a full pool answers evenly. Variance / mean of the counts of a renewal process tends to the squared coefficient of
 * variation of the time from one start to the next (Cox, Renewal Theory, 1962, chapter 4), while callers at random make 1. So where answers do
 * not come evenly, the pool was not full.
 */
import { meanOf, sumOf } from '../../core/statistics.ts';
import { dispersionOf } from '../structure/steady-rate.ts';
import { binOf, leastIdle } from './most-gap.ts';
import type { Stretch } from './stretch.ts';

/** In ticks of the stamps: the mean service time below which a queue leaves no mark in the stamps that idle slots could contradict. */
const QUICK = 0.03;
/** If the slots, where they are busiest, are at work for this share of their time or more, the pool may well be full. */
const OFTEN_AT_WORK = 0.7;
/** Bins in a window, and the fewest windows that show how evenly answers come. */
const BINS = 8;
const FEWEST_WINDOWS = 2;
/** Only windows with this share of the fastest window's answers or more are compared: a full pool answers about as fast in each of them. */
const NEARLY_FASTEST = 0.85;
/** Variance / mean of the counts if callers come at random; its least value if they come in bursts; standard errors that exceed chance. */
const RANDOM = 1;
const IN_BURSTS = 1.6;
const BEYOND_CHANCE = 3;

export interface Room {
  /** The counts of answers vary enough for callers who come in bursts. */
  readonly perhapsInBursts: boolean;
}

/** @param queue all requests of a pool; null: the pool may have been full */
export function roomToSpare(queue: Stretch): Room | null {
  const { duration, tick } = queue;
  const service = meanOf(duration);
  if (service >= QUICK * tick) return null;
  const cycle = service + leastIdle(queue);
  if (cycle === Number.POSITIVE_INFINITY || service >= OFTEN_AT_WORK * cycle) return null;
  const counts = countsOf(queue);
  const windows = Array.from({ length: Math.floor(counts.length / BINS) }, (_, k) =>
    counts.subarray(k * BINS, (k + 1) * BINS),
  );
  const fastest = windows.reduce((most, window) => Math.max(most, sumOf(window)), 0);
  const compared = windows.filter((window) => sumOf(window) >= NEARLY_FASTEST * fastest);
  const variance = duration.reduce((sum, at) => sum + (at - service) ** 2, 0) / duration.length;
  const ifFull = variance / cycle ** 2;
  const isEven = compared.length >= FEWEST_WINDOWS && meanDispersion(compared) <= (RANDOM + ifFull) / 2;
  const chance = RANDOM + BEYOND_CHANCE * Math.sqrt(2 / ((BINS - 1) * windows.length));
  return isEven ? null : { perhapsInBursts: meanDispersion(windows) > Math.max(IN_BURSTS, chance) };
}

/** Of the windows in which requests end. */
const meanDispersion = (windows: readonly Float64Array[]): number =>
  meanOf(windows.map((window) => dispersionOf(window, 0, BINS, 1)).filter((one) => !Number.isNaN(one)));

/** Number of requests in each bin. The first and the last bin are left out: the log may begin and end within them. */
function countsOf({ length, low, high, tick }: Stretch): Float64Array {
  const bin = binOf(tick);
  const first = low.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY) + bin;
  const last = low.reduce((most, at) => Math.max(most, at), Number.NEGATIVE_INFINITY);
  const counts = new Float64Array(Math.max(0, Math.floor((last - first) / bin)));
  for (let i = 0; i < length; i++) {
    const k = Math.floor(((low[i] + high[i]) / 2 - first) / bin);
    if (k >= 0 && k < counts.length) counts[k]++;
  }
  return counts;
}
