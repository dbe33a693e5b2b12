/** From equally likely sets of waits to estimates with ranges. */
import type { WaitInference } from '../../core/inference.ts';
import { sortWaits } from '../../core/order.ts';
import { meanOf } from '../../core/statistics.ts';
import type { ArrivalEvidence } from './arrival-evidence.ts';

/** The result where the wait is unknown; `basis` says why. */
export const unknownWait = (basis: string): WaitInference => ({
  method: 'unknown',
  confidence: 0,
  basis,
  mean: Number.NaN,
  p50: Number.NaN,
  p95: Number.NaN,
  p99: Number.NaN,
  max: Number.NaN,
  lowMean: Number.NaN,
  highMean: Number.NaN,
  lowP95: Number.NaN,
  highP95: Number.NaN,
  waitingRatio: Number.NaN,
  peakQueue: Number.NaN,
  full: Number.NaN,
  callers: null,
});

/** Quantile `share` (0..1) of values in ascending order. */
export const quantile = (sorted: ArrayLike<number>, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];

/**
 * How far the true mean was from that of the histories on recorded servers, where nothing speaks against callers that come at random: down
 * to mean / LESS and up to mean * MORE. The other LESS_ and MORE_ factors below replace these in the case they name.
 */
const LESS = 1.8;
const MORE = 2.4;
/** Where it is unknown which slot ran a request, a pool that is nearly full looks full for longer than it was. */
const LESS_UNKNOWN_SLOTS = 10;
/** Where a tick of the stamps holds many requests of a slot: whole congestion periods fit between two stamps. */
const LESS_HIDDEN_IN_TICKS = 16;
const MORE_HIDDEN_IN_TICKS = 4;
/** Where there was time for a few histories only: applied on top of the others. */
const QUICK = 2;
/** Where callers come in waves. */
const LESS_IN_WAVES = 4;
/** Where callers come less often while the pool is full, because they wait for their answers before they ask again. */
const LESS_PATIENT = 4;
/** Where the evidence is for callers in bursts, and they were followed as such. */
const LESS_IN_BURSTS = 3;
const MORE_IN_BURSTS = 2.8;
/**
 * Where bursts are neither shown nor refuted, the range reaches up to this multiple of what bursts would mean, or to a larger one, up to
 * MORE_IN_BURSTS, the likelier bursts are.
 */
const LEAST_MAYBE = 1.3;
/**
 * Two kinds of callers keep the slots equally busy: n who come at once, and n who come at random at the rate at which they are served. The
 * former wait n / 2 services of the pool on average. The latter wait about 0.62 √n (mean of |B(t)| over the stretch: 0.53 √n for constant
 * services, 0.75 √n for exponential ones), which is 0.8 √n times less.
 */
const LESS_IN_STEP = 0.8;
/** With a single slot, starts look alike whether the pool was full or idle, so patient clients cannot be told from random callers. */
const LESS_ONE_SLOT = 30;
/** Where the pool was full most of the time, patient clients and random callers begin to look the same. */
const LESS_OFTEN_FULL = 10;
/** Where the pool was hardly ever idle: callers that come back when they are answered wait this much less. */
const LESS_WHEN_FULL = 30;
/** Killed requests hold a worker for many times the usual service time, and write no line. */
const MORE_HIDDEN = 7;
/**
 * Callers who wait for one process while another is idle look like callers who came later (two processes of two threads: 1.6 to 10 times).
 */
const MORE_IN_SEVERAL_QUEUES = 12;
/** Where no limit shows: if anybody waited, the callers came in a few crowds. Crowds that the stamps hide wait longer than they seem to. */
const MORE_OF_CROWDS = 6;
/**
 * ln R that random callers reach at low load, because some starts follow an idle moment closely. R counts as different beyond this many
 * standard errors.
 */
const USUAL_RATIO = 0.35;
const TELLING = 2;
/** Least standard error of ln R that is believed. */
const LEAST_ERROR = 0.03;
/** Factor on the wait if all had come at once: a history may break up a wave, and so lose the wait of those who came together. */
const AT_ONCE_MORE = 1.3;
/** The same factor where whole congestion periods fit between two stamps. */
const AT_ONCE_MORE_IN_TICKS = 2;
/**
 * The arrivals are hidden from these shares on: of the time that the pool was full, and of the requests that fell into one congestion
 * period.
 */
const OFTEN_FULL = 0.8;
export const ALWAYS_FULL = 0.9;
const ONE_PERIOD = 0.3;
/** Shorter waits are spread more evenly over the requests, so the 95th percentile may be as little as this multiple of the mean. */
const EVEN_SPREAD = 2;
/** µs: added to either end of a range (a multiple of it for the 95th percentile). */
const FLOOR = 10_000;
/** s: a shorter wait is just the time to accept the request. */
export const NO_WAIT = 0.002;

export interface WaitContext {
  readonly basis: string;
  /** Requests that held a worker may be missing from the log. */
  readonly hidden: boolean;
  readonly evidence: ArrivalEvidence;
  /** Slots of each queue. */
  readonly slots: number;
  /** It is known which slot ran each request. */
  readonly onLanes: boolean;
  /** The slots were followed as one queue, but may belong to several processes with a queue each. */
  readonly severalQueues: boolean;
  /** There may be more slots than were followed. With more of them nobody need have waited. */
  readonly mayBeMore: boolean;
  /** A tick of the stamps holds many requests of a slot. */
  readonly manyPerTick: boolean;
  /**
   * The gaps between requests were derived from evenly spaced answers. A few clients who ask again and again look the same, and never wait.
   */
  readonly isEven: boolean;
  /** Callers usually found a slot free, as far as such coarse stamps tell: perhaps nobody waited. */
  readonly hasRoom: boolean;
  /** Few histories were followed, under one model of the callers, and bursts were not considered. */
  readonly quick: boolean;
  /** The histories are those of callers who come in bursts. */
  readonly inBursts: boolean;
  /**
   * Waits (s, one array per history) if callers came in bursts, where the log does not refute that, and how plausible it is, 0..1; null:
   * not considered, or settled.
   */
  readonly maybe: { readonly waits: readonly Float64Array[]; readonly chance: number } | null;
  /** Slots may have idled although callers queued. Then nothing but `longest` bounds the waits. */
  readonly isShortOfCpu: boolean;
  /** By request, s: best estimate of its start. */
  readonly start: Float64Array;
  /** s, ascending: upper bounds of the waits, one for each request; null: unknown. */
  readonly longest: Float64Array | null;
  /** The same bounds if one of several processes was full while others idled; null: there is no sign of that. */
  readonly inOneProcess: Float64Array | null;
}

/** Whether callers clearly come less often while the pool is full. */
export const isPatient = ({ logRatio, error }: ArrivalEvidence): boolean =>
  logRatio < -TELLING * Math.max(LEAST_ERROR, error);

/** Factors by which the true mean may lie below and above an estimate of `mean` s. */
function doubt(mean: number, context: WaitContext): { less: number; more: number } {
  const { less: usual, more } = doubtOfMany(mean, context);
  const less = context.isEven || context.hasRoom ? Number.POSITIVE_INFINITY : usual;
  if (!context.quick) return { less, more };
  return { less: QUICK * less, more: Math.max(QUICK * more, (AT_ONCE_MORE * context.evidence.most) / mean) };
}

function doubtOfMany(
  mean: number,
  { evidence, hidden, slots, onLanes, severalQueues, mayBeMore, manyPerTick, isEven, inBursts, start }: WaitContext,
): { less: number; more: number } {
  const { logRatio, full, longest, most } = evidence;
  const error = Math.max(LEAST_ERROR, evidence.error);
  const waves = logRatio - USUAL_RATIO > TELLING * error;
  const patient = isPatient(evidence);
  const atOnce = (manyPerTick ? AT_ONCE_MORE_IN_TICKS : AT_ONCE_MORE) * (most / mean);
  const unseen = moreUnseen({ hidden, severalQueues, mayBeMore }, atOnce);
  const more = Math.max(
    manyPerTick ? MORE_HIDDEN_IN_TICKS : MORE,
    unseen,
    waves || isEven || full >= OFTEN_FULL ? atOnce : 0,
  );
  const onePeriod = longest > ONE_PERIOD;
  const oftenFull = full >= OFTEN_FULL || onePeriod;
  if (full >= ALWAYS_FULL && onePeriod) return { less: LESS_WHEN_FULL, more };
  if (inBursts)
    return {
      less: Math.max(oftenFull ? LESS_OFTEN_FULL : LESS_IN_BURSTS, LESS_IN_STEP * Math.sqrt(longest * start.length)),
      more: Math.max(MORE_IN_BURSTS, unseen, atOnce),
    };
  if (manyPerTick) return { less: LESS_HIDDEN_IN_TICKS, more };
  if (slots === 1) return { less: LESS_ONE_SLOT, more };
  if (!onLanes) return { less: LESS_UNKNOWN_SLOTS, more };
  if (oftenFull) return { less: LESS_OFTEN_FULL, more };
  return { less: waves ? LESS_IN_WAVES : patient ? LESS_PATIENT : LESS, more };
}

/** Factor by which the truth may lie above, because of callers whom the lines do not show. */
function moreUnseen(
  { hidden, severalQueues, mayBeMore }: Pick<WaitContext, 'hidden' | 'severalQueues' | 'mayBeMore'>,
  atOnce: number,
): number {
  return Math.max(
    hidden ? MORE_HIDDEN : 0,
    severalQueues ? MORE_IN_SEVERAL_QUEUES : 0,
    mayBeMore ? MORE_OF_CROWDS : 0,
    // A crowd at one of several queues, while another is idle, looks like callers who came one after the other.
    mayBeMore && severalQueues ? atOnce : 0,
  );
}

interface Quantiles {
  readonly means: number[];
  readonly p50: number[];
  readonly p95: number[];
  readonly p99: number[];
  readonly max: number[];
}

/** Mean and quantiles of the waits of each history, s. */
function quantilesOf(waits: readonly Float64Array[]): Quantiles {
  const found: Quantiles = { means: [], p50: [], p95: [], p99: [], max: [] };
  for (const wait of waits) {
    const sorted = sortWaits(wait.slice());
    let sum = 0;
    for (const w of sorted) sum += w;
    found.means.push(sum / sorted.length);
    found.p50.push(quantile(sorted, 0.5));
    found.p95.push(quantile(sorted, 0.95));
    found.p99.push(quantile(sorted, 0.99));
    found.max.push(sorted[sorted.length - 1]);
  }
  return found;
}

/** Summarises `waits`: one array per possible history, in s by request. The result is in µs. */
export function summariseWaits(waits: readonly Float64Array[], context: WaitContext): WaitInference {
  const { means, p50, p95, p99, max } = quantilesOf(waits);
  const maybe = context.maybe && quantilesOf(context.maybe.waits);
  const among = (values: number[], share: number) =>
    quantile(
      values.slice().sort((a, b) => a - b),
      share,
    );
  const at = (values: number[], share: number) => 1e6 * among(values, share);
  const moreMaybe = LEAST_MAYBE + (context.maybe?.chance ?? 0) * (MORE_IN_BURSTS - LEAST_MAYBE);
  const mean = at(means, 0.5);
  const p95Middle = at(p95, 0.5);
  const { less, more } = doubt(mean / 1e6, context);
  const lowMean = context.mayBeMore ? 0 : Math.max(0, Math.min(at(means, 0.05), mean / less) - FLOOR);
  const [mostMean, mostP95] = mostOf(context.longest);
  const atMost = (bound: number, usual: number) =>
    context.isShortOfCpu && Number.isFinite(bound) ? bound : Math.min(bound, usual);
  const [processMean, processP95] = context.inOneProcess ? mostOf(context.inOneProcess) : [0, 0];
  const waiting = waits.map((wait) => wait.filter((seconds) => seconds > NO_WAIT).length / Math.max(1, wait.length));
  return {
    ...unknownWait(context.basis),
    method: 'inferred',
    confidence: context.hidden || context.severalQueues || context.mayBeMore ? 0.7 : context.quick ? 0.8 : 0.9,
    mean,
    p50: at(p50, 0.5),
    p95: p95Middle,
    p99: at(p99, 0.5),
    max: at(max, 0.5),
    lowMean,
    highMean: Math.max(
      at(means, 0.95),
      processMean,
      atMost(mostMean, Math.max(mean * more, maybe ? moreMaybe * at(maybe.means, 0.5) : 0)) + FLOOR,
    ),
    lowP95: Math.max(
      0,
      Math.min(at(p95, 0.05) - 2 * FLOOR, p95Middle / less - 2 * FLOOR, EVEN_SPREAD * (lowMean - FLOOR / 2)),
    ),
    highP95: Math.max(
      at(p95, 0.95),
      processP95,
      atMost(mostP95, Math.max(p95Middle * more, maybe ? moreMaybe * at(maybe.p95, 0.5) : 0)) + 3 * FLOOR,
    ),
    waitingRatio: waiting.reduce((sum, share) => sum + share, 0) / waiting.length,
    peakQueue: among(
      waits.map((wait) => longestQueue(context.start, wait)),
      0.5,
    ),
  };
}

/** Mean and 95th percentile of the bounds, in µs; Infinity where they are unknown. */
function mostOf(longest: Float64Array | null): [mean: number, p95: number] {
  if (!longest || longest.length === 0) return [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  return [1e6 * meanOf(longest), 1e6 * quantile(longest, 0.95)];
}

/** Most requests that waited at once in one history. `start` and `wait` are in the same unit. */
export function longestQueue(start: Float64Array, wait: Float64Array): number {
  const came = start.map((at, i) => at - wait[i]).sort();
  const began = start.slice().sort();
  let most = 0;
  for (let i = 0, j = 0; i < came.length; i++) {
    while (began[j] <= came[i]) j++;
    most = Math.max(most, i - j + 1);
  }
  return most;
}
