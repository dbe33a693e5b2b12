/**
 * A server without a limit whose requests take longer the more of them there are: do they share something (a core, a backend), so that each
 * progresses the slower, or do they stand in a queue for a number of slots that the server does not tell of (the threads that run WSGI views
 * behind an event loop, a semaphore, a pool of connections), first come, first served?
 *
 * In a queue the wait is the same for long and for short requests, and who comes later does not overtake those in front: durations of
 * neighbours lie as far apart among many as among few, and as few of those that came before are still there when a request ends. What shares
 * a station takes longer in proportion, and the short ones overtake. Durations begin at the arrival then, as a proxy's do, and the number of
 * slots gives every start (blurred-slots.ts), of each process alone.
 */
import { floatsAt, integersAt } from '../../core/columns.ts';
import type { HiddenSlots, LoadGrowth } from '../../core/inference.ts';
import { againstReplays, type TimedLog, type Told, tellOf } from './blurred-slots.ts';
import { createDraws } from './draws.ts';
import { growthWithLoad } from './growth.ts';
import { inOrderOfArrival, type Stays } from './presence.ts';
import { routesAside } from './routes-aside.ts';
import { queuesOf, type Trace } from './trace.ts';
import { waitsForSlots } from './with-response-times.ts';

const MOST_SLOTS = 64;
/** Share of the growth of the mean (both in logarithms) that the spread may show at most, two standard errors included. */
const SPREAD = 0.5;
/** Of those beside it in addition, the share that is in front of a request and still there when it ends: a third and more where all progress. */
const OVERTAKES = 0.12;
/** Durations of neighbours differ by this share of the mean among few at least: those of one length never overtake, whatever they share. */
const VARIED = 0.15;
/** Standard errors by which a number of slots may be off its replays. */
const POSSIBLE = 2;
/**
 * Those that queued may be slower by such a share for another reason (a process and a host that have more to do), and those that did not by so
 * many µs: what is done outside the slot (accepting, parsing, writing) delays nobody in a queue.
 */
const BUSIER = 0.05;
const OUTSIDE = 10_000;
/** Numbers on either side of the likeliest that are played. */
const BESIDE = 10;
/** Share of the queued that may end before they begin, as blurred stamps have it: with too few slots many more do. */
const MOST_NEGATIVE = 0.3;
/** Times the shorter one that the longest service time of the range may be, for one to be told. */
const WIDEST = 2;

/**
 * Whether requests take longer among many, and if they do, whether they wait in turn. `known`: for how many slots, as a longer look at a live
 * log has found; null: that is to be found now.
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

/** null: they do not wait in turn, or it does not show. @param replicas 0: for how many slots is not asked */
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

/** Numbers of slots that the log does not rule out, in a row; empty: none, or their end does not show. */
function possibleSlots(log: TimedLog, trace: Trace, replicas: number): Possible[] {
  const told = tellOf(log.queues, Math.min(MOST_SLOTS, trace.length)).filter(
    ({ difference, negative, serviceMean }) =>
      Number.isFinite(difference) && negative <= MOST_NEGATIVE && serviceMean > 0,
  );
  // With too few slots those that queued seem the quicker ones, with too many the slower ones.
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

/** Positions of the requests that stand in each queue. */
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
  /** Of those with a neighbour of their route: how far apart both durations are. */
  pairs: number;
  apart: number;
  apartSquares: number;
}

/** Those that found many, beside those that found few: the same wait for all in addition, or all slower in proportion? */
function isQueue(queues: readonly Neighbours[]): boolean {
  const all = queues.flatMap(neighboursOf);
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
  // Of a deep queue even those that found few have waited for long: what they took is no measure of how far they vary.
  if (before.apart < VARIED * before.mean * Math.min(1, FEW_BESIDE / (few.found / few.count))) return false;
  const growth = Math.log(after.mean / before.mean);
  const error = Math.sqrt(squaredErrorOfLog(few) + squaredErrorOfLog(many));
  const overtakes = many.overtook / many.count - few.overtook / few.count;
  const beside = many.found / many.count - few.found / few.count;
  return Math.log(after.apart / before.apart) + 2 * error <= SPREAD * growth && overtakes <= OVERTAKES * beside;
}

const FEWEST_PAIRS = 40;
const FEW_BESIDE = 4;

/** Of the mean distance of neighbours; each request is in two pairs. */
const squaredErrorOfLog = ({ pairs, apart, apartSquares }: Half): number =>
  (2 * (apartSquares / pairs - (apart / pairs) ** 2)) / pairs / (apart / pairs) ** 2;

function neighboursOf(stays: Neighbours) {
  const before = new Map<number, number>();
  const all: { found: number; overtook: number; duration: number; apart: number }[] = [];
  inOrderOfArrival(stays, (i, present) => {
    let overtook = 0;
    while (overtook < present.length && present[overtook] > stays.end[i]) overtook++;
    const last = before.get(stays.route[i]);
    before.set(stays.route[i], i);
    const duration = stays.duration[i];
    const apart = last === undefined ? Number.NaN : Math.abs(duration - stays.duration[last]);
    all.push({ found: present.length, overtook, duration, apart });
  });
  return all;
}

/** µs by index: how long each request waited for one of `slots` of its process; those of routes that stand aside did not. */
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
