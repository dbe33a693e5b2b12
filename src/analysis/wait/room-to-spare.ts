/**
 * Recognises pools in which callers usually found a slot free, although stamps are so coarse that a filter may believe the opposite.
 *
 * By their logged work the slots of such a pool idle for much of the time. It can have been full only if every slot also needed a pause between
 * two requests, as on a machine short of CPU, or where the work around a request is long. But a full pool is even. One of two tests shows that
 * it was not:
 *
 * - Where the slots idle a lot even where they are busiest: the answers. Variance / mean of the counts of a renewal process tends to the squared
 *   coefficient of variation of the time from one start to the next (Cox, Renewal Theory, 1962, chapter 4), while callers at random make 1.
 * - Otherwise: the work. Slots that are always busy do the same work in every tick, except for what crosses its borders and for the variance
 *   of the pauses. The work of callers at random who find slots free is a compound Poisson process, with a variance of E[S²] for each caller.
 */
import { sampleVariance } from 'simple-statistics';
import { meanOf, sumOf } from '../../core/statistics.ts';
import { dispersionOf } from '../structure/steady-rate.ts';
import { binOf, leastIdle } from './most-gap.ts';
import type { Stretch } from './stretch.ts';

/** In ticks of the stamps: the mean service time below which a queue leaves no mark in the stamps that idle slots could contradict. */
const QUICK = 0.03;
/** If the slots, where they are busiest, are at work for this share of their time or more, the pool may well be full. */
const OFTEN_AT_WORK = 0.7;
/** Variation of the work above which the pool was not full all along. */
const HALFWAY = 0.5;
/** Bins in a window, and the fewest windows that show how even a pool is. */
const BINS = 8;
const FEWEST_WINDOWS = 2;
/** Only windows with this share of the greatest value or more are compared: a full pool is about as fast in each of them. */
const NEARLY_MOST = 0.85;
/** Variance / mean of the counts if callers come at random. */
const RANDOM = 1;

/** @param queue all requests of a pool; false: the pool may have been full */
export function hasRoomToSpare(queue: Stretch): boolean {
  if (!isQuick(queue)) return false;
  const service = meanOf(queue.duration);
  const gap = leastIdle(queue);
  if (gap === Number.POSITIVE_INFINITY) return false;
  if (service < OFTEN_AT_WORK * (service + gap)) return !answersAreEven(windowsOf(queue), queue, gap);
  return !(workVariation(queue, gap) <= HALFWAY);
}

/** Whether a queue leaves no mark in the stamps that idle slots could contradict. */
export const isQuick = ({ duration, tick }: Stretch): boolean => meanOf(duration) < QUICK * tick;

function windowsOf(queue: Stretch): Bins[] {
  const bins = binsOf(queue);
  return Array.from({ length: Math.floor(bins.ended.length / BINS) }, (_, k) => windowOf(bins, k));
}

/** Whether the answers come as evenly as from slots that need `gap` s between two requests and always have one to answer. */
function answersAreEven(windows: readonly Bins[], { duration }: Stretch, gap: number): boolean {
  const fastest = nearlyMost(windows, ({ ended }) => sumOf(ended));
  const service = meanOf(duration);
  const ifFull = (meanSquare(duration) - service ** 2) / (service + gap) ** 2;
  return fastest.length >= FEWEST_WINDOWS && meanDispersion(fastest) <= (RANDOM + ifFull) / 2;
}

/**
 * How much the work varies from bin to bin: 0 as that of slots that need about `gap` s between two requests and always have one to answer, 1 as
 * callers at random make it who find slots free, more if they come in groups; NaN: the log is too short to tell.
 */
function workVariation(queue: Stretch, gap: number): number {
  const { duration, slots } = queue;
  const busiest = nearlyMost(windowsOf(queue), ({ work }) => sumOf(work));
  if (busiest.length < FEWEST_WINDOWS) return Number.NaN;
  const perAnswer = meanOf(busiest.map(({ ended, work }) => sampleVariance(Array.from(work)) / meanOf(ended)));
  // Of a request that crosses a border, a part with the second moment E[S³] / 3 E[S] counts for the other bin; each bin has two borders.
  const acrossBorders = (2 * slots * meanCube(duration)) / (3 * meanOf(duration));
  const ifFull = acrossBorders / meanOf(busiest.map(({ ended }) => meanOf(ended))) + gap ** 2;
  return (perAnswer - ifFull) / (meanSquare(duration) - ifFull);
}

const meanSquare = (values: Float64Array): number => meanOf(values.map((value) => value ** 2));
const meanCube = (values: Float64Array): number => meanOf(values.map((value) => value ** 3));

export interface Bins {
  /** By bin: number of requests that ended. */
  readonly ended: Float64Array;
  /** By bin, s: their service time. */
  readonly work: Float64Array;
}

const windowOf = ({ ended, work }: Bins, k: number): Bins => ({
  ended: ended.subarray(k * BINS, (k + 1) * BINS),
  work: work.subarray(k * BINS, (k + 1) * BINS),
});

function nearlyMost(windows: readonly Bins[], sizeOf: (window: Bins) => number): readonly Bins[] {
  const most = windows.reduce((greatest, window) => Math.max(greatest, sizeOf(window)), 0);
  return windows.filter((window) => sizeOf(window) >= NEARLY_MOST * most);
}

/** Variance / mean of the numbers of answers in the bins of a window: the mean over those windows in which requests end. */
const meanDispersion = (windows: readonly Bins[]): number =>
  meanOf(windows.map(({ ended }) => dispersionOf(ended, 0, BINS, 1)).filter((one) => !Number.isNaN(one)));

/** The first and the last bin are left out: the log may begin and end within them. */
export function binsOf({ length, low, high, duration, tick }: Stretch): Bins {
  const bin = binOf(tick);
  const first = low.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY) + bin;
  const last = low.reduce((most, at) => Math.max(most, at), Number.NEGATIVE_INFINITY);
  const count = Math.max(0, Math.floor((last - first) / bin));
  const ended = new Float64Array(count);
  const work = new Float64Array(count);
  for (let i = 0; i < length; i++) {
    const k = Math.floor(((low[i] + high[i]) / 2 - first) / bin);
    if (k < 0 || k >= count) continue;
    ended[k]++;
    work[k] += duration[i];
  }
  return { ended, work };
}
