/** Pauses in which no worker answered although callers came all the time, and the mark that those leave who waited in them. */
import { groupsOf, type Rows } from '../core/rows.ts';
import { countBelow, countUpTo, logPoissonTail, meanOf, medianOf } from '../core/statistics.ts';

/** µs: shorter pauses are noise; longer ones may be two runs of a test. */
const SHORTEST = 2e6;
const LONGEST = 120e6;
/** Answers missing at the rate around it, beyond ln(number of pauses): e^-14 each. */
const MISSING = 14;
/** µs, and answers missing, of a pause in which the server says what it did, or requests show that it stood still: no other one is in question. */
export const SHORTEST_EXPLAINED = 1e6;
const MISSING_EXPLAINED = 5;
/** µs around a pause that its rate is counted in, and the answers in it that make one. */
export const AROUND = 30e6;
export const MINIMUM_AROUND = 20;
/** µs: less before it tells no rate, and the one after it stands for both; less after it tells nothing yet. */
const LEAST_BEFORE = 10e6;
const LEAST_AFTER = 10e6;
/** Times that the rates before and after may differ: where the load changes, a pause may be that of the callers. */
const STEADY = 1.5;
/** Lengths of a pause on either side in which the lulls of the callers are looked at. */
const LENGTHS_AROUND = 10;
/** A lull is as long as the pause from this share of it on; callers who come in packs make many, and this share of the time is many. */
const AS_LONG = 0.5;
const MANY_LULLS = 1 / 3;
/** The same where there are so many of them: a load that goes on and off makes them, one after the other. */
const MANY_OF_SEVERAL = 0.15;
const SEVERAL = 3;
/** A lull is longer than so many mean gaps, whichever makes the longest of them; so many tell how long they are. */
const LULLS = [0, 1, 2];
const LEAST_LULLS = 12;
/**
 * So many other pauses around one, and as many as there are of its kind, are those of a load that goes on and off by itself: they are alike
 * from this share of its length on, because a queue is drained in the beginning of each.
 */
const ALIKE = 1 / 5;
const FEWEST_ALIKE = 2;
const SHORTEST_ALIKE = 1e6;
/** Answers missing in each of them, beyond ln(number of pauses): several such pauses by chance have the chance of one that is longer. */
const MISSING_IN_EACH = 3;
/** Times as many answers as usual that follow at once where callers had been waiting, and ln of the chance. */
const CATCH_UP = 1.3;
const SURE = -6;
/** Times the draining time in which those who waited keep so much of all slots busy: what held the workers may hold some of them on. */
const DRAINING = 2;
const KEPT_BUSY = 0.4;
/** Share of those who waited that begin within so many µs on a server without slots. */
const TAKEN = 0.75;
const TAKEN_AT_ONCE = 100_000;

export interface Pause {
  /** µs since 1970 UTC: the last answer before, the first one after. */
  readonly from: number;
  readonly to: number;
  /** µs, at least: less what the stamps blur. */
  readonly length: number;
  /** Answers per µs before it and after what follows it at once: the lower rate, and their mean. */
  readonly low: number;
  readonly mean: number;
}

type Between = (from: number, to: number) => boolean;
const NONE: Between = () => false;

/**
 * Pauses of all workers at once between stretches of steady traffic. `ends` ascending, µs. `isExplained`: the server says what it did then.
 * `isStill`: requests show that it stood still, so that it was not the callers who paused.
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

/** Answers per µs before a pause and behind what follows it at once; 0: too few to tell. `last`: the pause before it. */
function ratesAround(ends: Float64Array, from: number, to: number, length: number, last: Pause | undefined) {
  const rate = (since: number, until: number): number => {
    const count = countUpTo(ends, until) - countUpTo(ends, since);
    return count >= MINIMUM_AROUND ? count / (until - since) : 0;
  };
  // A catch-up is not what usually comes; what a log does not reach yet is no lower rate.
  const until = Math.min(to + length + AROUND / 2, ends[ends.length - 1]);
  const after = until - to - length >= LEAST_AFTER ? rate(to + length, until) : 0;
  const begin = Math.max(ends[0] - 1, from - AROUND, last ? last.to + last.length : Number.NEGATIVE_INFINITY);
  return [from - begin >= LEAST_BEFORE ? rate(begin, from) : after, after];
}

/** Does the load around a pause stop again and again, at other times than those of these pauses? */
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

/** µs */
const reachAround = (length: number): number => Math.max(AROUND, LENGTHS_AROUND * length);

/**
 * µs: how long the lulls of the callers around a pause last on average. Who loads pages, or crawls, sends packs of requests: what chance
 * makes of them are lulls between packs, and a rate of single requests says nothing of those. The excess of the gaps over a limit has
 * the same mean at every limit where callers are independent, and grows to that of the lulls where they come in packs.
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

/** Requests of the log that ran in the middle of it: then it is they that held the workers, or the machine stood still. */
export const isIdle = (rows: Rows, { from, to }: Pick<Pause, 'from' | 'to'>): boolean => {
  const middle = (from + to) / 2;
  for (let i = 0; i < rows.length && rows.start[i] <= middle; i++) if (rows.end[i] > middle) return false;
  return true;
};

/** Times the median of its route that a request which stood still took; of one alone, the callers may be who waited for it. */
const STOOD_STILL = 5;
const SEVERAL_STOOD = 2;
/** Pauses in which it surely did from which others are taken for the same whatever it had in hand. */
const SURE_PAUSES = 2;

/**
 * A process that stands still holds what it has in hand until it goes on: fewer than the slots that it surely has, so that whoever came
 * would have begun, and two of them or more, all there are, end right behind the pause after many times what their routes take.
 */
function standingStill(rows: Rows, leastSlots: number): Between {
  const isStill = heldThrough(rows);
  return (from, to) => {
    const held = isStill(from, to);
    return held >= SEVERAL_STOOD && held < leastSlots;
  };
}

/** The same, and where it surely stood still again and again, pauses in which it had one request in hand, or took all slots, as well. `ends` ascending. */
export function standingStillAgain(rows: Rows, ends: Float64Array, leastSlots: number): Between {
  const surely = standingStill(rows, leastSlots);
  if (pausesOf(ends, rows.uncertainty, NONE, surely).filter(({ from, to }) => surely(from, to)).length < SURE_PAUSES)
    return surely;
  const isStill = heldThrough(rows);
  return (from, to) => isStill(from, to) > 0;
}

/** How many requests a pause held, all there were; 0 where one of them was not held. */
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
 * Those who came in a pause begin right after it, and keep the slots busy until all of them are through; where there are no slots (`slots`
 * null) all of them begin at once. Callers who paused by themselves begin when they like, and seldom fill the pool.
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

/** Pauses after which answers catch up: callers had been waiting, so it was not they who paused. `slots` null: no limit is known. */
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
