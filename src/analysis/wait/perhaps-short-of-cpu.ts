/**
 * Workers that are busy for the same share of every few seconds, but never all the time. Callers at random fill a pool now and then and
 * leave it empty in between: the work that comes in a stretch has the variance Σ S² of a compound Poisson process. If the work varies by
 * far less, there are two explanations. On a machine short of CPU, each worker needs a while between two requests, and callers queue all
 * the time. Or as many clients as workers pause before they ask again, and nobody waits. No server log tells one from the other, so the
 * range holds both. Recorded on a host with twenty processes for two cores: workers busy for 86 to 92 % of each ten seconds, and mean waits
 * of 20 to 53 s; without this rule they came out as 0.1 to 1.1 s.
 */
import { sampleVariance } from 'simple-statistics';
import { meanOf, sumOf } from '../../core/statistics.ts';
import type { Trace } from '../structure/trace.ts';
import type { FilteredWaits, Pool } from './filtered-waits.ts';
import { longestWaits, UNSTEADY, upTo } from './idle-moments.ts';

/** Least width of a window, in ticks of the stamps, mean service times and requests. */
const TICKS = 8;
const SERVICES = 8;
const REQUESTS = 30;
/** Least number of such windows in a row, and their least share of the log. */
const FEWEST_WINDOWS = 6;
const MOST_OF_LOG = 0.5;
/** Utilisation of such a window. Above this range a pool is full except for hand-overs; below it, rests are to be expected. */
const LEAST_BUSY = 0.72;
const MOST_BUSY = 0.985;
/** The variance must be below this share of that under random callers. */
const EVEN = 0.15;
const GUESS = 0.5;

/** Widens the range for processes that run one request at a time. */
export function perhapsShortOfCpu(found: FilteredWaits, trace: Trace, pool: Pool): FilteredWaits {
  const { summary } = found;
  // A worker that is killed and started again idles for that reason.
  const isPlain = pool.onLanes && !pool.changes && trace.killed.length === 0;
  if (summary.method !== 'inferred' || !isPlain) return found;
  const idle = evenIdling(trace, pool.slots);
  const longest =
    idle && longestWaits(trace, { slots: pool.slots, own: false, changes: undefined, handOverMicros: UNSTEADY * idle });
  if (!longest) return found;
  return {
    ...found,
    summary: {
      ...summary,
      lowMean: 0,
      lowP95: 0,
      ...upTo(summary, longest),
      confidence: Math.min(summary.confidence, GUESS),
      basis: `${summary.basis}; workers are as busy all along as callers at random never make them: either a machine short of CPU lets callers queue, or clients as many as the workers pause before they ask again, and the range holds both`,
    },
  };
}

/** Idle time per request (µs), if the utilisation is the same throughout; null: it is not. */
function evenIdling({ length, low, high, duration, resolution }: Trace, slots: number): number | null {
  if (length < REQUESTS * FEWEST_WINDOWS) return null;
  const end = Float64Array.from(low, (from, i) => (from + high[i]) / 2);
  const first = end.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
  const last = end.reduce((most, at) => Math.max(most, at), Number.NEGATIVE_INFINITY);
  const width = Math.max(TICKS * resolution, SERVICES * meanOf(duration), (REQUESTS * (last - first)) / length);
  const count = Math.floor((last - first) / width);
  const work = new Float64Array(count);
  const squares = new Float64Array(count);
  const ended = new Float64Array(count);
  for (let i = 0; i < length; i++) {
    const at = Math.floor((end[i] - first) / width);
    if (at < count) {
      squares[at] += duration[i] ** 2;
      ended[at]++;
    }
    const start = Math.max(first, end[i] - duration[i]);
    for (let k = Math.floor((start - first) / width); k <= Math.min(at, count - 1); k++)
      work[k] += Math.min(end[i], first + (k + 1) * width) - Math.max(start, first + k * width);
  }
  const [from, to] = longestRun(work.map((micros) => micros / (slots * width)));
  if (to - from < Math.max(FEWEST_WINDOWS, MOST_OF_LOG * count)) return null;
  const alike = work.slice(from, to);
  if (sampleVariance(Array.from(alike)) > EVEN * meanOf(squares.slice(from, to))) return null;
  return (slots * width * alike.length - sumOf(alike)) / sumOf(ended.slice(from, to));
}

/** The longest run of windows none of which is calm or full. */
function longestRun(busy: Float64Array): [from: number, to: number] {
  let best: [number, number] = [0, 0];
  for (let from = 0; from < busy.length; ) {
    let to = from;
    while (to < busy.length && busy[to] >= LEAST_BUSY && busy[to] <= MOST_BUSY) to++;
    if (to - from > best[1] - best[0]) best = [from, to];
    from = Math.max(to, from + 1);
  }
  return best;
}
