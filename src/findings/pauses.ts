/** Pauses in which no worker answered although callers kept coming, and the burst of requests after them by callers who had waited. */
import { groupsOf, type Rows } from '../core/rows.ts';
import { countBelow, countUpTo, logPoissonTail, meanOf, medianOf } from '../core/statistics.ts';

/** µs: shorter pauses are noise; longer ones may separate two runs of a test. */
const SHORTEST = 2e6;
const LONGEST = 120e6;
/** A pause must lack MISSING + ln(number of answers) answers at the rate around it; by chance a log has such a gap with p = e^-14. */
const MISSING = 14;
/** Least length (µs) and missing answers of a pause that is known from the server's own lines or from requests that stood still. */
export const SHORTEST_EXPLAINED = 1e6;
const MISSING_EXPLAINED = 5;
/** µs around a pause from which its rate is counted, and the least number of answers for that. */
export const AROUND = 30e6;
export const MINIMUM_AROUND = 20;
/** µs: if there is less log before the pause, the rate after it stands for both; if there is less after it, the pause is not judged yet. */
const LEAST_BEFORE = 10e6;
const LEAST_AFTER = 10e6;
/** Largest ratio of the rates before and after: if the load changes, it may be the callers who paused. */
const STEADY = 1.5;
/** Lulls of the callers are looked for within this many lengths of the pause on either side. */
const LENGTHS_AROUND = 10;
/**
 * A gap counts as long as the pause from AS_LONG of its length on. If such gaps take more than MANY_LULLS of the time, callers come in packs
 * and the pause is no evidence.
 */
const AS_LONG = 0.5;
const MANY_LULLS = 1 / 3;
/** The share that is enough if there are SEVERAL such gaps: a load that goes on and off makes them one after the other. */
const MANY_OF_SEVERAL = 0.15;
const SEVERAL = 3;
/** Limits above which a gap is a lull, in mean gaps: the one that gives the longest lulls is taken. It needs at least LEAST_LULLS gaps. */
const LULLS = [0, 1, 2];
const LEAST_LULLS = 12;
/**
 * If a pause has FEWEST_ALIKE similar gaps around it, and as many as there are pauses there, the load goes on and off by itself. A gap is
 * similar from ALIKE of the pause's length and SHORTEST_ALIKE (µs) on. It may be shorter, because a queue may be drained at its start.
 */
const ALIKE = 1 / 5;
const FEWEST_ALIKE = 2;
const SHORTEST_ALIKE = 1e6;
/** Missing answers in each similar gap, beyond ln(number of answers). Less than MISSING: several such gaps are as unlikely as a long one. */
const MISSING_IN_EACH = 3;
/**
 * Callers had been waiting if at least CATCH_UP times as many answers as usual follow at once, and ln of the probability of that by chance is
 * below SURE.
 */
const CATCH_UP = 1.3;
const SURE = -6;
/**
 * Callers who waited must keep KEPT_BUSY of all slots busy for DRAINING times the time that draining their queue takes. Not all slots,
 * because whatever held the workers may still hold some.
 */
const DRAINING = 2;
const KEPT_BUSY = 0.4;
/** On a server without slots, at least this share of the callers who waited must begin within TAKEN_AT_ONCE (µs) of the first. */
const TAKEN = 0.75;
const TAKEN_AT_ONCE = 100_000;

export interface Pause {
  /** µs since 1970 UTC: the last answer before it, and the first one after it. */
  readonly from: number;
  readonly to: number;
  /** Least length, µs: `to` - `from` minus the uncertainty of the stamps. */
  readonly length: number;
  /** Rates before the pause and after the catch-up that follows it, answers per µs: the lower of the two, and their mean. */
  readonly low: number;
  readonly mean: number;
}

type Between = (from: number, to: number) => boolean;
const NONE: Between = () => false;

/**
 * Pauses of all workers at once between stretches of steady traffic.
 *
 * @param ends of all requests, µs, ascending
 * @param blur uncertainty of an end, µs
 * @param isExplained the server's own lines say what it did then
 * @param isStill requests in flight show that the server stood still, so it was not the callers who paused
 */
export function pausesOf(ends: Float64Array, blur: number, isExplained = NONE, isStill = NONE): Pause[] {
  const pauses: Pause[] = [];
  const stood = new Set<Pause>();
  const usual = MISSING + Math.log(ends.length);
  for (let k = 1; k < ends.length; k++) {
    const from = ends[k - 1];
    const to = ends[k];
    const length = to - from - 2 * blur;
    if (length < SHORTEST_EXPLAINED || length > LONGEST) continue;
    const [before, after] = ratesAround(ends, from, to, length, pauses.at(-1));
    const low = Math.min(before, after);
    if (low * length < MISSING_EXPLAINED) continue;
    const pause = { from, to, length, low, mean: (before + after) / 2 };
    if (isStill(from, to)) {
      stood.add(pause);
      pauses.push(pause);
      continue;
    }
    const explained = isExplained(from, to);
    if (length < SHORTEST && !explained) continue;
    const least = explained ? MISSING_EXPLAINED : usual;
    const isSteady = Math.max(before, after) <= STEADY * low;
    if (isSteady && low * length >= least && length >= least * lullOf(ends, from, to, length)) pauses.push(pause);
  }
  return pauses.filter((pause) => stood.has(pause) || !isOneOfMany(ends, pause, pauses));
}

/** Rates before a pause and after the catch-up that follows it, answers per µs; 0: too few answers. `last`: the previous pause. */
function ratesAround(ends: Float64Array, from: number, to: number, length: number, last: Pause | undefined) {
  const rate = (since: number, until: number): number => {
    const count = countUpTo(ends, until) - countUpTo(ends, since);
    return count >= MINIMUM_AROUND ? count / (until - since) : 0;
  };
  // The catch-up, taken to last as long as the pause, is left out of the rate, and so is the time after the end of the log.
  const until = Math.min(to + length + AROUND / 2, ends[ends.length - 1]);
  const after = until - to - length >= LEAST_AFTER ? rate(to + length, until) : 0;
  const begin = Math.max(ends[0] - 1, from - AROUND, last ? last.to + last.length : Number.NEGATIVE_INFINITY);
  return [from - begin >= LEAST_BEFORE ? rate(begin, from) : after, after];
}

/** Does the load around a pause stop again and again, at other times than the pauses found? `ends` µs, ascending. */
function isOneOfMany(ends: Float64Array, { from, to, length, low }: Pause, pauses: readonly Pause[]): boolean {
  const reach = reachAround(length);
  const first = Math.max(1, countUpTo(ends, from - reach));
  const last = Math.min(ends.length - 1, countUpTo(ends, to + reach));
  const least = Math.max(SHORTEST_ALIKE, ALIKE * length, (MISSING_IN_EACH + Math.log(ends.length)) / low);
  let others = 0;
  for (let k = first; k <= last; k++) {
    if (ends[k] - ends[k - 1] >= least && !pauses.some((pause) => pause.to === ends[k])) others++;
  }
  const alike = pauses.filter((pause) => pause.from >= from - reach && pause.to <= to + reach).length;
  return others >= Math.max(FEWEST_ALIKE, alike);
}

/** µs on either side of a pause of this length (µs) in which the callers' own lulls are looked for. */
const reachAround = (length: number): number => Math.max(AROUND, LENGTHS_AROUND * length);

/**
 * Mean length of the callers' own lulls around a pause, µs; infinite if gaps as long as the pause are common. Browsers and crawlers send
 * packs of requests, and the lulls between packs do not follow from the rate of single requests. For independent callers, the mean excess of
 * gaps over a limit is the same at every limit; for packs it grows with the limit towards the mean lull.
 */
function lullOf(ends: Float64Array, from: number, to: number, length: number): number {
  const reach = reachAround(length);
  const first = Math.max(1, countUpTo(ends, from - reach));
  const last = Math.min(ends.length - 1, countUpTo(ends, to + reach));
  const gaps: number[] = [];
  let [asLong, several] = [0, 0];
  for (let k = first; k <= last; k++) {
    const gap = ends[k] - ends[k - 1];
    if (gap < AS_LONG * length) gaps.push(gap);
    else {
      asLong += gap;
      several++;
    }
  }
  if (asLong > (several >= SEVERAL ? MANY_OF_SEVERAL : MANY_LULLS) * (ends[last] - ends[first - 1]))
    return Number.POSITIVE_INFINITY;
  const mean = meanOf(gaps);
  return LULLS.reduce((longest, times) => {
    const beyond = gaps.filter((gap) => gap > times * mean);
    return beyond.length >= LEAST_LULLS ? Math.max(longest, meanOf(beyond) - times * mean) : longest;
  }, 0);
}

/** Whether no request of the log ran in the middle of the pause. Otherwise these requests held the workers, or the machine stood still. */
export const isIdle = (rows: Rows, { from, to }: Pick<Pause, 'from' | 'to'>): boolean => {
  const middle = (from + to) / 2;
  for (let i = 0; i < rows.length && rows.start[i] <= middle; i++) if (rows.end[i] > middle) return false;
  return true;
};

/** A request stood still if it took this many times the median of its route; one alone does not count, as callers may have waited for it. */
const STOOD_STILL = 5;
const SEVERAL_STOOD = 2;
/** From this many certain standstills on, weaker ones are believed too. */
const SURE_PAUSES = 2;

/**
 * Tells whether the server surely stood still in a pause: it held two or more requests, all of them took many times what their routes take
 * and ended right after the pause, and they were fewer than `leastSlots`, the slots that it surely has, so new requests could have begun.
 */
function standingStill(rows: Rows, leastSlots: number): Between {
  const isStill = heldThrough(rows);
  return (from, to) => {
    const held = isStill(from, to);
    return held >= SEVERAL_STOOD && held < leastSlots;
  };
}

/**
 * Like `standingStill`. If there are several certain standstills, pauses that held a single request, or filled all slots, count as well.
 * `ends` µs, ascending.
 */
export function standingStillAgain(rows: Rows, ends: Float64Array, leastSlots: number): Between {
  const surely = standingStill(rows, leastSlots);
  if (pausesOf(ends, rows.uncertainty, NONE, surely).filter(({ from, to }) => surely(from, to)).length < SURE_PAUSES)
    return surely;
  const isStill = heldThrough(rows);
  return (from, to) => isStill(from, to) > 0;
}

/** How many requests were in flight in the middle of a pause and held by it; 0 if any of them was not held. */
function heldThrough(rows: Rows): (from: number, to: number) => number {
  const usual = new Map(
    [...groupsOf(rows.route)].map(([route, members]) => [route, medianOf(members.map((i) => rows.service[i]))]),
  );
  return (from, to) => {
    const middle = (from + to) / 2;
    let held = 0;
    for (let i = 0; i < rows.length && rows.start[i] <= middle; i++) {
      if (rows.end[i] <= middle) continue;
      const isLong = rows.service[i] >= STOOD_STILL * usual.get(rows.route[i])! && rows.service[i] >= (to - from) / 2;
      if (!isLong || rows.end[i] > to + TAKEN_AT_ONCE + 2 * rows.uncertainty) return 0;
      held++;
    }
    return held;
  };
}

/**
 * Whether callers who came during the pause start right after it. They then keep the slots busy until their queue is gone; on a server
 * without slots (`slots` null) all of them start at once. After a pause of the callers themselves, the pool seldom fills.
 */
function isTakenAtOnce(rows: Rows, slots: number | null, { from, to, length, low }: Pause): boolean {
  const first = countBelow(rows.length, (i) => rows.start[i], (from + to) / 2);
  const waiting = low * length;
  const begin = rows.start[first];
  const blur = 2 * rows.uncertainty;
  if (slots === null) {
    const begun = countBelow(rows.length, (i) => rows.start[i], begin + TAKEN_AT_ONCE + blur) - first;
    return begun >= TAKEN * waiting;
  }
  const services = rows.service.subarray(first, first + Math.round(waiting)).filter((micros) => micros > 0);
  const drained = (DRAINING * waiting * meanOf(services)) / slots;
  const end = begin + drained + blur;
  let busy = 0;
  for (let i = first; i < rows.length && rows.start[i] < end; i++) busy += Math.min(rows.end[i], end) - rows.start[i];
  return busy >= KEPT_BUSY * slots * drained;
}

/**
 * Pauses after which answers catch up: callers had been waiting, so it was the server that paused. The catch-up is tested over all pauses
 * together. `slots` null: no limit is known.
 */
export function withBacklog(
  rows: Rows,
  ends: Float64Array,
  slots: number | null,
  pauses: readonly Pause[],
  isStill = NONE,
): readonly Pause[] {
  const held = pauses.filter(
    (pause) => (isIdle(rows, pause) || isStill(pause.from, pause.to)) && isTakenAtOnce(rows, slots, pause),
  );
  let followed = 0;
  let usual = 0;
  for (const { to, length, mean } of held) {
    followed += countUpTo(ends, to + length) - countUpTo(ends, to - 1);
    usual += mean * length;
  }
  return followed >= CATCH_UP * usual && logPoissonTail(followed, usual) < SURE ? held : [];
}
