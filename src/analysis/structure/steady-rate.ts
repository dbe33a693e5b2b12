/**
 * The service time of a pool that is seldom idle, from its throughput X (of ends or starts): with c slots busy, E[S] = c / X.
 *
 * Whether the pool is busy shows in how even that rate is. A pool with free slots passes on its arrivals (Poisson or burstier: variance
 * over mean of counts ≥ 1). For a full pool that ratio tends to the squared coefficient of variation of its service times. A regular client
 * also makes an even rate; but then workers end in strict turn, while varying service times mix their order by as much as they vary.
 */
import type { Trace } from './trace.ts';

export interface EvenStretch {
  /** Requests per unit of the stamps (in a trace, µs). */
  readonly rate: number;
  /** Variance over mean of the counts in windows of one and of three bins, the larger of the two. */
  readonly dispersion: number;
  /** Number of bins; each is a tick or more. */
  readonly length: number;
  /** Position of its first request in the trace, and of the one after its last. */
  readonly from: number;
  readonly to: number;
  /** Variance over mean of the counts before or after the stretch, the larger of the two; 0: too few bins. */
  readonly elsewhere: number;
}

const FEWEST_TICKS = 30;
const FEWEST_LINES = 60;
const FEW = 3;
/** Fewest bins outside a stretch that show how evenly callers come, and the dispersion from which they come unevenly. */
const FEWEST_ELSEWHERE = 12;
const UNEVEN = 0.8;
/** Highest dispersion of an even rate: about one standard error, √(2 / ticks), below 0.65. */
const evenBelow = (ticks: number): number => 0.65 - Math.sqrt(2 / ticks);
/** Stretches begin and end on this many marks, evenly spread over the log. */
const MARKS = 8;

/** Requests in the order of their lines; times in any one unit. */
type Stamps = Pick<Trace, 'length' | 'low' | 'resolution'>;

/** The longest stretch of the log whose rate is too even for chance; null when there is none. */
export function evenStretchOf(trace: Stamps): EvenStretch | null {
  const n = trace.length;
  if (n < FEWEST_LINES) return null;
  const first = trace.low[0];
  const last = trace.low.reduce((a, b) => Math.max(a, b), first);
  // Finer stamps are counted in bins of a few requests each, or chance would drown the rest.
  const tick = Math.max(trace.resolution, (FEW * (last - first)) / n);
  const ticks = Math.floor((last - first) / tick) + 1;
  if (ticks < FEWEST_TICKS || ticks > 1e6) return null;
  const counts = new Float64Array(ticks);
  for (let i = 0; i < n; i++) {
    const bin = Math.floor((trace.low[i] - first) / tick);
    if (bin >= 0) counts[bin]++;
  }
  // The log begins and ends within the first and the last bin, so these are left out.
  const marks = Array.from({ length: MARKS + 1 }, (_, k) => 1 + Math.floor(((ticks - 2) * k) / MARKS));
  for (let width = MARKS; width >= 2; width--) {
    let best: EvenStretch | null = null;
    for (let k = 0; k + width <= MARKS; k++) {
      const stretch = examine(trace, counts, marks[k], marks[k + width], first, tick);
      if (stretch && (!best || stretch.rate > best.rate)) best = stretch;
    }
    if (best) return best;
  }
  return null;
}

function examine(
  trace: Stamps,
  counts: Float64Array,
  from: number,
  to: number,
  first: number,
  tick: number,
): EvenStretch | null {
  const length = to - from;
  if (length < FEWEST_TICKS) return null;
  const dispersion = Math.max(dispersionOf(counts, from, to, 1), dispersionOf(counts, from, to, 3));
  if (!(dispersion <= evenBelow(length))) return null;
  let lines = 0;
  for (let k = from; k < to; k++) lines += counts[k];
  if (lines < FEWEST_LINES) return null;
  const begin = first + from * tick;
  const end = first + to * tick;
  let left = 0;
  while (left < trace.length && trace.low[left] < begin) left++;
  let right = left;
  while (right < trace.length && trace.low[right] < end) right++;
  const elsewhere = Math.max(around(counts, 1, from), around(counts, to, counts.length - 1));
  return { rate: lines / (length * tick), dispersion, length, from: left, to: right, elsewhere };
}

/** Dispersion of the bins [from, to); 0 where they are too few to tell. */
const around = (counts: Float64Array, from: number, to: number): number =>
  to - from < FEWEST_ELSEWHERE ? 0 : dispersionOf(counts, from, to, 1);

/** Callers come unevenly outside the stretch, so its even rate is that of the pool and not that of a regular client. */
export const isOfThePool = ({ elsewhere }: EvenStretch): boolean => elsewhere >= UNEVEN;

/** Variance over mean of the counts in windows of `width` ticks. */
export function dispersionOf(counts: Float64Array, from: number, to: number, width: number): number {
  const windows = Math.floor((to - from) / width);
  let sum = 0;
  let squares = 0;
  for (let w = 0; w < windows; w++) {
    let count = 0;
    for (let k = 0; k < width; k++) count += counts[from + w * width + k];
    sum += count;
    squares += count * count;
  }
  const mean = sum / windows;
  return mean > 0 ? (squares - sum * mean) / (windows - 1) / mean : Number.NaN;
}

/** Squared coefficient of variation of the number of lines from one line of a worker to its next; 0: strict turns. */
export function mixingOf(trace: Trace, from: number, to: number): number {
  const last = new Int32Array(trace.workerIds.length).fill(-1);
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let i = from; i < to; i++) {
    const worker = trace.worker[i];
    if (last[worker] >= 0) {
      const gap = i - last[worker];
      count++;
      sum += gap;
      squares += gap * gap;
    }
    last[worker] = i;
  }
  const mean = sum / count;
  return squares / count / (mean * mean) - 1;
}

/**
 * Is the order of workers mixed as by workers that are seldom idle and run one request at a time, that is by as much as service times vary?
 */
export function mixesLikeBusyWorkers(stretch: EvenStretch, mixing: number): boolean {
  return stretch.dispersion <= 0.2 && mixing <= 0.005 ? true : mixing >= 0.1 && mixing <= 0.32;
}
