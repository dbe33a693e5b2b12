/**
 * Requests of a server without a limit take longer the more of them there are. Either they share something (a core, a backend), so that
 * each progresses more slowly. Or they queue, first come, first served, for slots that the server does not report: the threads that run
 * WSGI views behind an event loop, a semaphore, a pool of connections.
 *
 * In a queue, long and short requests wait equally long, and later ones do not overtake. So the durations of neighbours differ no more
 * among many requests than among few, and few of those that came earlier are still there when a request ends. Where requests share
 * something, all take longer in proportion, and short ones overtake. In a queue the duration begins at the arrival, as a proxy's does, so
 * the number of slots gives every start (blurred-slots.ts), for each process on its own.
 */
import { sampleStandardDeviation } from 'simple-statistics';
import { floatsAt, integersAt } from '../../core/columns.ts';
import type { HiddenSlots, LoadGrowth } from '../../core/inference.ts';
import { meanOf } from '../../core/statistics.ts';
import { againstReplays, type TimedLog, type Told, tellOf } from './blurred-slots.ts';
import { createDraws } from './draws.ts';
import { growthWithLoad } from './growth.ts';
import { inOrderOfArrival, type Stays } from './presence.ts';
import { routesAside } from './routes-aside.ts';
import { queuesOf, type Trace } from './trace.ts';
import { waitsForSlots } from './with-response-times.ts';

const MOST_SLOTS = 64;
/**
 * Most that the spread of durations may grow, as a share of the growth of their mean (both in logarithms), including two standard errors.
 */
const SPREAD = 0.5;
/**
 * Of the additional requests that a request finds, the share that may still be there when it ends. It is a third or more if all progress
 * together.
 */
const OVERTAKES = 0.12;
/**
 * Among few, durations of neighbours must differ by this share of the mean at least: requests of one length never overtake, whatever they
 * share.
 */
const VARIED = 0.15;
/** Fewest requests that were alone, or were joined, to compare. */
const FEWEST_ALONE = 20;
/** Standard errors by which the log may differ from the replays of a number of slots. */
const POSSIBLE = 2;
/**
 * Differences that may have another cause. Queued requests may be slower by the share BUSIER, because their process and host have more to
 * do. The others may be slower by OUTSIDE µs for work outside the slot (accepting, parsing, writing), which overlaps with the wait of
 * queued requests.
 */
const BUSIER = 0.05;
const OUTSIDE = 10_000;
/** Numbers of slots that are replayed on either side of the likeliest. */
const BESIDE = 10;
/** Share of the queued requests that may end before they begin, because stamps are blurred. With too few slots many more do. */
const MOST_NEGATIVE = 0.3;
/** A service time is reported only if the longest of the range is at most this many times the shortest. */
const WIDEST = 2;

/**
 * Whether requests take longer among many others and, if so, whether they wait in turn. `known`: the number of slots as a longer look at a
 * live log found it, or 'not-asked'; null: it is to be found now.
 */
export function loadGrowth(
  trace: Trace,
  known: HiddenSlots | 'not-asked' | null,
  replicas: number,
  behindProxy: boolean,
): LoadGrowth | null {
  const growth = growthWithLoad(trace, replicas, behindProxy);
  if (!growth?.grows || behindProxy) return growth;
  const inTurn = hiddenSlots(trace, known === null ? replicas : 0);
  if (inTurn === null) return growth;
  return { ...growth, inTurn: known === null || known === 'not-asked' ? inTurn : known };
}

/**
 * null: they do not wait in turn, or it does not show.
 * @param replicas 0: the number of slots is not asked for
 */
function hiddenSlots(trace: Trace, replicas: number): HiddenSlots | null {
  const aside = routesAside(trace);
  const queues = staysOf(trace, aside);
  if (!isQueue(queues)) return null;
  if (replicas === 0) return { found: null, aside };
  const possible = possibleSlots({ queues, resolution: trace.resolution }, trace, replicas);
  if (possible.length === 0) return { found: null, aside };
  const [best] = possible.toSorted((a, b) => Math.abs(a.off) - Math.abs(b.off));
  const [low, high] = [possible[0], possible[possible.length - 1]];
  return {
    found: {
      slots: best.slots,
      low: low.slots,
      high: high.slots,
      serviceMean: high.serviceMean > WIDEST * low.serviceMean ? Number.NaN : best.serviceMean,
      lowService: low.serviceMean,
      highService: high.serviceMean,
    },
    aside,
  };
}

type Possible = Told & { readonly off: number };

/** Consecutive numbers of slots that the log does not rule out. Empty: there are none, or no upper end shows. */
function possibleSlots(log: TimedLog, trace: Trace, replicas: number): Possible[] {
  const told = tellOf(log.queues, Math.min(MOST_SLOTS, trace.length)).filter(
    ({ difference, negative, serviceMean }) =>
      Number.isFinite(difference) && negative <= MOST_NEGATIVE && serviceMean > 0,
  );
  // With too few slots the queued requests seem quicker than the others, with too many slower.
  const turn = told.findIndex(({ difference }) => difference > 0);
  if (turn < 0) return [];
  const draws = createDraws(trace);
  const off = (one: Told) => againstReplays(log, one, replicas, draws).off;
  const isTooMany = (one: Possible) => one.off - (BUSIER * one.serviceMean) / one.error > POSSIBLE;
  const isTooFew = (one: Possible) => one.off + OUTSIDE / one.error < -POSSIBLE;
  const possible: Possible[] = [];
  let beyond = turn;
  for (; beyond < Math.min(told.length, turn + BESIDE); beyond++) {
    const one = { ...told[beyond], off: off(told[beyond]) };
    if (isTooMany(one)) break;
    possible.push(one);
  }
  if (beyond === told.length || beyond === turn + BESIDE) return [];
  for (let k = turn - 1; k >= Math.max(0, turn - BESIDE); k--) {
    const one = { ...told[k], off: off(told[k]) };
    if (isTooFew(one)) break;
    possible.unshift(one);
  }
  return possible.filter((one) => !isTooMany(one) && !isTooFew(one));
}

interface Neighbours extends Stays {
  readonly route: Int32Array;
}

/** Positions of the requests in each queue, without those of routes that stand aside. */
const standingIn = (trace: Trace, aside: ReadonlySet<number>) =>
  queuesOf(trace, trace.hasWorkers).map((members) => members.filter((i) => !aside.has(trace.route[i])));

const staysOf = (trace: Trace, aside: ReadonlySet<number>): Neighbours[] =>
  standingIn(trace, aside).map((members) => ({
    end: floatsAt(trace.end, members),
    duration: floatsAt(trace.duration, members),
    route: integersAt(trace.route, members),
  }));

interface Half {
  count: number;
  found: number;
  overtook: number;
  duration: number;
  /** Pairs of neighbours of one route; the sum of the distances between their durations (µs), and of their squares. */
  pairs: number;
  apart: number;
  apartSquares: number;
}

/**
 * Compares requests that found many others with those that found few: do all wait equally long in addition, or are all slower in
 * proportion?
 */
function isQueue(queues: readonly Neighbours[]): boolean {
  const all = queues.flatMap(neighboursOf);
  if (laterOnesSlow(all)) return false;
  const middle = Float64Array.from(all, ({ found }) => found).sort()[all.length >> 1];
  const half = (): Half => ({ count: 0, found: 0, overtook: 0, duration: 0, pairs: 0, apart: 0, apartSquares: 0 });
  const [few, many] = [half(), half()];
  for (const { found, overtook, duration, apart } of all) {
    const own = found <= middle ? few : many;
    own.count++;
    own.found += found;
    own.overtook += overtook;
    own.duration += duration;
    if (Number.isNaN(apart)) continue;
    own.pairs++;
    own.apart += apart;
    own.apartSquares += apart * apart;
  }
  if (Math.min(few.pairs, many.pairs) < FEWEST_PAIRS) return false;
  const [before, after] = [few, many].map((one) => ({ mean: one.duration / one.count, apart: one.apart / one.pairs }));
  // In a deep queue even requests that found few others have waited long, so what they took is no measure of how much durations vary.
  if (before.apart < VARIED * before.mean * Math.min(1, FEW_BESIDE / (few.found / few.count))) return false;
  const growth = Math.log(after.mean / before.mean);
  const error = Math.sqrt(squaredErrorOfLog(few) + squaredErrorOfLog(many));
  const overtakes = many.overtook / many.count - few.overtook / few.count;
  const beside = many.found / many.count - few.found / few.count;
  return Math.log(after.apart / before.apart) + 2 * error <= SPREAD * growth && overtakes <= OVERTAKES * beside;
}

/**
 * Whether requests of about equal length take longer if others come while they run. In a queue those who come later wait behind them. (Among
 * requests of different lengths the longer ones are joined more often.)
 */
function laterOnesSlow(all: readonly Neighbour[]): boolean {
  const first = all.filter(({ found }) => found === 0);
  const [alone, joined] = [false, true].map((is) =>
    first.filter((one) => one.isJoined === is).map(({ duration }) => duration),
  );
  if (Math.min(alone.length, joined.length) < FEWEST_ALONE) return false;
  const usual = meanOf(alone);
  return sampleStandardDeviation(alone) < VARIED * usual && meanOf(joined) > (1 + VARIED) * usual;
}

const FEWEST_PAIRS = 40;
const FEW_BESIDE = 4;

/** Squared standard error of the logarithm of the mean distance of neighbours; each request is in two pairs. */
const squaredErrorOfLog = ({ pairs, apart, apartSquares }: Half): number =>
  (2 * (apartSquares / pairs - (apart / pairs) ** 2)) / pairs / (apart / pairs) ** 2;

interface Neighbour {
  /** Requests that were there when it came, and how many of those were still there when it ended. */
  readonly found: number;
  readonly overtook: number;
  /** µs */
  readonly duration: number;
  /** µs between its duration and that of the request of its route before; NaN: there is none. */
  readonly apart: number;
  /** The next request came before it ended. */
  isJoined: boolean;
}

function neighboursOf(stays: Neighbours): Neighbour[] {
  const before = new Map<number, number>();
  const all: Neighbour[] = [];
  let lastEnd = Number.NEGATIVE_INFINITY;
  inOrderOfArrival(stays, (i, present) => {
    let overtook = 0;
    while (overtook < present.length && present[overtook] > stays.end[i]) overtook++;
    const last = before.get(stays.route[i]);
    before.set(stays.route[i], i);
    const duration = stays.duration[i];
    const apart = last === undefined ? Number.NaN : Math.abs(duration - stays.duration[last]);
    if (all.length > 0) all[all.length - 1].isJoined = stays.end[i] - duration < lastEnd;
    lastEnd = stays.end[i];
    all.push({ found: present.length, overtook, duration, apart, isJoined: false });
  });
  return all;
}

/** µs by index: how long each request waited for one of `slots` slots of its process; 0 for routes that stand aside. */
export function waitsInTurn(trace: Trace, slots: number, aside: ReadonlySet<number>): Float64Array {
  const wait = new Float64Array(trace.length);
  standingIn(trace, aside).forEach((members) => {
    const end = floatsAt(trace.end, members);
    const duration = floatsAt(trace.duration, members);
    waitsForSlots({ end, duration }, slots).forEach((micros, k) => {
      wait[members[k]] = micros;
    });
  });
  return wait;
}
