/**
 * A burst on a pool that runs one request per worker: every worker ends one request per generation, and generation j
 * ends at φ + j·S. Stamps floored to a tick then lie on a digital straight line, and every pair of generations bounds S:
 * (T_j - T_i - q)/(j - i) < S < (T_j - T_i + q)/(j - i) (Propp; Berstel & Pocchiola: digitised slopes). No durations needed.
 */
import type { Trace } from './trace.ts';

export interface Rhythm {
  /** true: a generation is one request of every worker. false: it is `size` lines in a row, whoever wrote them. */
  readonly byWorker: boolean;
  /** Requests per generation. */
  readonly size: number;
  readonly generations: number;
  /** µs between generations: the best value, and the bounds that the stamps leave. */
  readonly period: number;
  readonly low: number;
  readonly high: number;
}

/** The rhythm of a log, by workers where lines name them, else by groups of lines; null: requests keep no beat. */
export function rhythmOf(trace: Trace): Rhythm | null {
  if (trace.startsOnly || trace.length < 2 * FEWEST_GENERATIONS) return null;
  const byWorker = trace.hasWorkers && trace.workerIds.length > 1 ? rhythmOfWorkers(trace) : null;
  const rhythm = byWorker ?? rhythmOfGroups(trace);
  if (!rhythm || !trace.hasDurations) return rhythm;
  // Logged durations must agree with the beat; otherwise there is none.
  let total = 0;
  for (let i = 0; i < trace.length; i++) total += trace.duration[i];
  const mean = total / trace.length;
  return mean >= 0.8 * rhythm.low && mean <= 1.1 * rhythm.high ? { ...rhythm, period: mean } : null;
}

/** How far ends of one generation may scatter, as a share of the tick. */
const SCATTER = 0.1;
const FEWEST_GENERATIONS = 4;
const MOST_GENERATIONS = 500;

/** Every worker ends the same number of requests (the last round may be short), in rounds that keep one beat. */
export function rhythmOfWorkers(trace: Trace): Rhythm | null {
  const workers = trace.workerIds.length;
  const counts = new Int32Array(workers);
  for (let i = 0; i < trace.length; i++) counts[trace.worker[i]]++;
  const generations = counts.reduce((a, b) => Math.max(a, b), 0);
  const fewest = counts.reduce((a, b) => Math.min(a, b), generations);
  if (generations < FEWEST_GENERATIONS || generations > MOST_GENERATIONS || fewest < generations - 1) return null;
  const first = new Float64Array(generations).fill(Number.POSITIVE_INFINITY);
  const last = new Float64Array(generations).fill(Number.NEGATIVE_INFINITY);
  counts.fill(0);
  for (let i = 0; i < trace.length; i++) {
    const generation = counts[trace.worker[i]]++;
    first[generation] = Math.min(first[generation], trace.low[i]);
    last[generation] = Math.max(last[generation], trace.low[i]);
  }
  const beat = beatOf(first, last, trace.resolution, workers);
  return beat && !mayBeASchedule(beat, trace) ? { ...beat, byWorker: true } : null;
}

export interface Groups extends Rhythm {
  readonly nats: number;
  /**
   * Most requests that may have ended together. It exceeds `size` if ticks with more requests come first: processes with a queue each write
   * such lines when one queue after the other runs dry.
   */
  readonly most: number;
}

/**
 * Lines that name no worker, or several threads of one worker: the requests of each tick come in whole groups. By chance a tick's count is
 * a multiple of m one time in m, so `nats` = ticks·ln m is the evidence (the last tick may be cut short). Smaller groups on a faster beat
 * would write the same lines; `size` is the largest that fits.
 */
export function rhythmOfGroups(trace: Trace): Groups | null {
  const n = trace.length;
  if (n < 2 * FEWEST_GENERATIONS) return null;
  const counts: number[] = [];
  const ticks: number[] = [];
  for (let i = 0; i < n; i++) {
    if (i === 0 || trace.low[i] !== ticks[ticks.length - 1]) {
      ticks.push(trace.low[i]);
      counts.push(0);
    }
    counts[counts.length - 1]++;
  }
  const size = counts.slice(0, -1).reduce(greatestCommonDivisor, 0);
  const whole = counts[counts.length - 1] % Math.max(1, size) === 0;
  const nats = (counts.length - (whole ? 0 : 1)) * Math.log(size);
  const generations = Math.ceil(n / Math.max(1, size));
  if (size < 2 || nats < 4 || generations < FEWEST_GENERATIONS || generations > MOST_GENERATIONS) return null;
  const at = Float64Array.from({ length: generations }, (_, g) => trace.low[g * size]);
  const beat = beatOf(at, at, trace.resolution, size);
  return beat && !mayBeASchedule(beat, trace)
    ? { ...beat, byWorker: false, nats, most: runsDry(counts) ? counts[0] : size }
    : null;
}

const runsDry = (counts: readonly number[]): boolean => counts.every((count, k) => k === 0 || count <= counts[k - 1]);

const SECOND = 1e6;
/** Rounds at least this many ticks apart leave ticks without a line between them. */
const APART = 1.5;

/**
 * Rounds with idle ticks between them and a period of whole seconds, as far as the stamps show. Callers that a clock sends (cron, a probe)
 * keep such a beat on a server that idles in between. Logged durations tell the two apart.
 */
const mayBeASchedule = ({ low, high }: Bounds, { hasDurations, resolution }: Trace): boolean =>
  !hasDurations && low >= APART * resolution && Math.ceil(low / SECOND) * SECOND <= high;

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/** Stamps of generation j lie in [first_j, last_j]; null when no φ and S put every generation into its tick. */
function beatOf(first: Float64Array, last: Float64Array, tick: number, size: number): Omit<Rhythm, 'byWorker'> | null {
  for (let j = 0; j < first.length; j++) if (last[j] - first[j] > tick) return null;
  for (const slack of [0, SCATTER * tick]) {
    const bounds = slopeBounds(first, last, tick, slack);
    // A beat much faster than the tick puts several generations into each tick, and any regular log would fit.
    if (!bounds || bounds.low < 0.25 * tick || bounds.high > 3.2 * bounds.low) continue;
    const period = likeliestSlope(first, last, tick, slack, bounds);
    return { size, generations: first.length, period, low: bounds.low, high: bounds.high };
  }
  return null;
}

interface Bounds {
  readonly low: number;
  readonly high: number;
}

function slopeBounds(first: Float64Array, last: Float64Array, tick: number, slack: number): Bounds | null {
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  for (let j = 1; j < first.length; j++) {
    for (let i = 0; i < j; i++) {
      low = Math.max(low, (last[j] - first[i] - tick - 2 * slack) / (j - i));
      high = Math.min(high, (first[j] - last[i] + tick + 2 * slack) / (j - i));
    }
    if (low >= high) return null;
  }
  return { low, high };
}

/**
 * For a given S the phases φ that fit form an interval; with every phase as likely as any other before the log was
 * seen, its width is the likelihood of S. Concave in S: golden-section search.
 */
function likeliestSlope(first: Float64Array, last: Float64Array, tick: number, slack: number, bounds: Bounds): number {
  const width = (slope: number): number => {
    let left = Number.NEGATIVE_INFINITY;
    let right = Number.POSITIVE_INFINITY;
    for (let j = 0; j < first.length; j++) {
      left = Math.max(left, last[j] - slack - j * slope);
      right = Math.min(right, first[j] + tick + slack - j * slope);
    }
    return right - left;
  };
  let { low, high } = bounds;
  for (let step = 0; step < 60; step++) {
    const a = high - (high - low) * 0.618;
    const b = low + (high - low) * 0.618;
    if (width(a) < width(b)) low = a;
    else high = b;
  }
  return (low + high) / 2;
}
