/**
 * The number of slots behind a proxy whose stamps are coarser than its durations. The stamps blur which requests were there when another
 * arrived, and with that the service times that a number of slots gives to queued and other requests. How far the blur alone sets the two
 * apart is found by replaying each number: same arrivals, its service times shuffled, first come, first served, logged with stamps as
 * coarse. The right number is the one at which the log looks like its replays.
 */
import { placeOfLeast } from '../../core/order.ts';
import { createDraws, type Draws, shuffle } from './draws.ts';
import { orderOf } from './order.ts';
import { inOrderOfArrival, type Stays } from './presence.ts';
import { spreadInTicks, type Trace, ticksAt } from './trace.ts';

export interface BlurredSlots {
  readonly slots: number;
  /** Numbers that the log does not rule out: the lowest and the highest. */
  readonly low: number;
  readonly high: number;
  /** Requests that queued if `slots` is right, and those that did not. */
  readonly queued: number;
  readonly unqueued: number;
  /** µs */
  readonly serviceMean: number;
}

/** Fewest requests on either side for means to be compared. */
const FEWEST = 30;
/**
 * Standard errors by which the log may differ from the replays of the number reported (ALIKE), and from which on a number is ruled out
 * (UNLIKE).
 */
const ALIKE = 2.5;
const UNLIKE = 3;
/** Numbers of slots that are replayed on either side of the likeliest. */
const BESIDE = 3;
/**
 * A number of slots may give NEGATIVES times the share of negative service times of its replays, plus MORE_NEGATIVES. With more, the queue
 * is not first come, first served.
 */
const NEGATIVES = 1.5;
const MORE_NEGATIVES = 0.02;
/** More slots than this, or mean service times below this share of a tick, are too blurred to be counted. */
const MOST_TOLD = 11;
const BRIEF = 0.08;
/** µs below zero from which a service time is impossible, whatever the rounding. */
const IMPOSSIBLE = -10_000;

/** Requests by the queue that they stand in, and the resolution of their stamps, µs. */
export interface TimedLog {
  readonly queues: readonly Stays[];
  readonly resolution: number;
}

/** How the requests look if each queue has so many slots. */
export interface Told {
  readonly slots: number;
  readonly queued: number;
  readonly unqueued: number;
  /** Mean service time of all, µs. */
  readonly serviceMean: number;
  /** Mean service time of queued requests less that of the others, and its standard error (Welch), µs. */
  readonly difference: number;
  readonly error: number;
  /** Share of the queued whose service time comes out negative. */
  readonly negative: number;
}

/**
 * null: no number fits, or there are too few requests.
 * @param most highest number of slots that is tried
 */
export function blurredSlots(trace: Trace, most: number, replicas: number): BlurredSlots | null {
  const log: TimedLog = { queues: [trace], resolution: trace.resolution };
  const told = tellOf(log.queues, most);
  // With too few slots the queued requests seem quicker than the others, with too many slower.
  const turn = told.findIndex(({ difference }) => difference > 0);
  if (turn < 0) return null;
  const draws = createDraws(trace);
  const played = told
    .slice(Math.max(0, turn - BESIDE), turn + BESIDE + 1)
    .map((one) => ({ ...one, ...againstReplays(log, one, replicas, draws) }));
  const possible = monotone(played).filter(({ off }) => Math.abs(off) <= UNLIKE);
  const [first, last] = [played[0], played[played.length - 1]];
  // The numbers at both ends must have been ruled out.
  if (last.off <= UNLIKE || (first.slots > 1 && possible[0]?.slots === first.slots)) return null;
  const [best] = possible.toSorted((one, other) => Math.abs(one.off) - Math.abs(other.off));
  if (!best || Math.abs(best.off) > ALIKE || !best.isQueue) return null;
  const { slots, queued } = best;
  const unqueued = trace.length - queued;
  if (queued < FEWEST || unqueued < FEWEST) return null;
  const service = serviceWith(trace, slots);
  const serviceMean = service.reduce((sum, micros) => sum + micros, 0) / trace.length;
  if (slots > MOST_TOLD || serviceMean < BRIEF * trace.resolution) return null;
  return { slots, low: possible[0].slots, high: possible[possible.length - 1].slots, queued, unqueued, serviceMean };
}

/**
 * Makes `off` monotone: a number below one that is too small is at least as far off, and so is one above one that is too large. Out there
 * hardly any requests queue, or hardly any do not, so their own `off` is unreliable.
 */
function monotone<One extends { readonly off: number }>(played: readonly One[]): One[] {
  let below = 0;
  const fromAbove = played.toReversed().map((one) => {
    below = Math.min(below, one.off);
    return one.off < 0 ? { ...one, off: below } : one;
  });
  let above = 0;
  return fromAbove.toReversed().map((one) => {
    above = Math.max(above, one.off);
    return one.off > 0 ? { ...one, off: above } : one;
  });
}

/** µs by index: the service time of each request if there are so many slots. */
function serviceWith(stays: Stays, slots: number): Float64Array {
  const service = stays.duration.slice();
  inOrderOfArrival(stays, (i, present) => {
    if (present.length >= slots) service[i] = stays.end[i] - present[slots - 1];
  });
  return service;
}

/** For 1 to `most` slots; with `one`, for `most` alone. */
export function tellOf(queues: readonly Stays[], most: number, one = false): Told[] {
  const side = () => ({ count: 0, sum: 0, squares: 0 });
  const numbers = one ? [most] : Array.from({ length: most }, (_, k) => k + 1);
  const sums = numbers.map((slots) => ({ slots, queued: side(), unqueued: side(), negative: 0 }));
  for (const stays of queues) {
    inOrderOfArrival(stays, (i, present) => {
      for (const one of sums) {
        const waits = present.length >= one.slots;
        const micros = waits ? stays.end[i] - present[one.slots - 1] : stays.duration[i];
        const own = waits ? one.queued : one.unqueued;
        own.count++;
        own.sum += micros;
        own.squares += micros * micros;
        if (waits && micros < IMPOSSIBLE) one.negative++;
      }
    });
  }
  return sums.map(({ slots, queued, unqueued, negative }) => ({
    slots,
    queued: queued.count,
    unqueued: unqueued.count,
    serviceMean: (queued.sum + unqueued.sum) / (queued.count + unqueued.count),
    difference: queued.sum / queued.count - unqueued.sum / unqueued.count,
    error: Math.sqrt(Math.max(1, squaredErrors(queued, unqueued))),
    negative: negative / Math.max(1, queued.count),
  }));
}

interface Side {
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
}

/**
 * Squared standard error of the difference of both means. If either side has too few requests to show its variance, the larger variance
 * counts for both.
 */
function squaredErrors(queued: Side, unqueued: Side): number {
  const variance = ({ count, sum, squares }: Side) => squares / count - (sum / count) ** 2;
  const few = Math.min(queued.count, unqueued.count) < FEWEST;
  const [one, other] = few
    ? [Math.max(variance(queued), variance(unqueued)), Math.max(variance(queued), variance(unqueued))]
    : [variance(queued), variance(unqueued)];
  return one / queued.count + other / unqueued.count;
}

/**
 * How many standard errors the log differs from its replays with so many slots, and whether it has hardly more negative service times than
 * they.
 */
export function againstReplays(
  { queues, resolution }: TimedLog,
  told: Told,
  replicas: number,
  draws: Draws,
): { readonly off: number; readonly isQueue: boolean } {
  const service = queues.map((stays) => serviceWith(stays, told.slots));
  let [difference, negative] = [0, 0];
  for (let k = 0; k < replicas; k++) {
    const again = queues.map((stays, q) => replayed(stays, resolution, service[q], told.slots, draws));
    const [replay] = tellOf(again, told.slots, true);
    difference += replay.difference / replicas;
    negative += replay.negative / replicas;
  }
  return {
    off: (told.difference - difference) / (told.error * Math.sqrt(1 + 1 / replicas)),
    isQueue: told.negative <= NEGATIVES * negative + MORE_NEGATIVES,
  };
}

/** A replay on `slots` slots, first come, first served, as a log with such stamps would record it, in the order of its lines; µs. */
function replayed(
  { end, duration }: Stays,
  resolution: number,
  service: Float64Array,
  slots: number,
  draws: Draws,
): Stays {
  const { length } = end;
  const dealt = service.map((micros) => Math.max(1000, micros));
  shuffle(dealt, 0, length, draws);
  const came = end.map((at, i) => at - duration[i]);
  const free = new Float64Array(slots).fill(Number.NEGATIVE_INFINITY);
  const left = new Float64Array(length);
  for (const i of orderOf(came)) {
    const next = placeOfLeast(free);
    left[i] = Math.max(came[i], free[next]) + dealt[i];
    free[next] = left[i];
  }
  const order = orderOf(left);
  const low = ticksAt(left, order, resolution);
  return {
    end: spreadInTicks(
      low,
      low.map((at) => at + resolution),
    ),
    duration: Float64Array.from(order, (i) => left[i] - came[i]),
  };
}
