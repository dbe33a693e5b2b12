/** Stalls of a whole pool: requests occupy every slot and none makes progress, until all of them resume at once. */
import { max, min } from 'simple-statistics';
import { indicesBelow } from '../core/columns.ts';
import type { Facts } from '../core/finding.ts';
import type { Moments } from '../core/moments.ts';
import { groupsOf, halfWidths, type Rows, rowsOf } from '../core/rows.ts';
import { countBelow, logPoissonTail, medianOf } from '../core/statistics.ts';
import { listText } from '../core/words.ts';
import { knownSlots } from './pool-words.ts';

const FEWEST_REQUESTS = 100;
export const FEWEST_STALLS = 3;
/** A stall holds at least this many requests: one alone is just a long request. */
const FEWEST_HELD = 2;
/** A request is long if it took at least HELD times the median of its route, and SHORTEST (µs) more than the median. */
export const HELD = 5;
const SHORTEST = 500_000;
/** At least this many arrivals are expected during a stall, at the rate around it. */
const MISSING = 5;
/** µs on either side of a stall from which the rate is taken. */
const AROUND = 15e6;
/** Stalls must hold at least this share of all long requests: a heavy tail also makes long requests, but scattered ones. */
const MOST_LONG = 0.5;
/**
 * Callers had been waiting if at least CATCH_UP times as many requests as usual start right after the stalls, and ln of the probability of
 * that by chance is below SURE.
 */
const CATCH_UP = 1.3;
const SURE = -6;
/**
 * If the size of the pool is not known, the same number in flight in every stall is taken for it, provided that ln of a probability is small
 * enough: of such equal numbers by chance, or of so many in flight each time if the server stopped at random moments.
 */
const SURELY_ALIKE = Math.log(0.01);
const SURELY_FILLED = -12;
/** If one route has at least this share of the requests, other routes hardly count. */
const NEARLY_ALL = 0.9;

export interface Stall {
  /** Requests in flight during the stall, as positions in the rows. */
  readonly held: readonly number[];
  /** µs since 1970 UTC: `from` is when the first of them began, `taken` when the last of them began, `to` when the first of them ended. */
  readonly from: number;
  readonly taken: number;
  readonly to: number;
  /** Lower bound of the length of the stall, µs: the most that one of them took beyond the median of its route. */
  readonly length: number;
  /** Arrival rate around the stall, requests per µs. */
  readonly rate: number;
}

/** Groups of long requests that all ran at the same moment, in order of time. `long`: positions in the rows. */
function groupsAtOnce({ start, end }: Rows, long: readonly number[]): number[][] {
  const groups: number[][] = [];
  let firstEnd = Number.NEGATIVE_INFINITY;
  for (const i of long) {
    if (start[i] < firstEnd) {
      groups.at(-1)!.push(i);
      firstEnd = Math.min(firstEnd, end[i]);
    } else {
      groups.push([i]);
      firstEnd = end[i];
    }
  }
  return groups;
}

/** Number of requests that began before `at`. */
const begunBefore = ({ start, length }: Rows, at: number): number => countBelow(length, (i) => start[i], at);

function stallOf(rows: Rows, held: readonly number[], usual: ReadonlyMap<number, number>): Stall {
  const { start, end, service, route } = rows;
  const taken = max(held.map((i) => start[i]));
  const to = min(held.map((i) => end[i]));
  const [since, until] = [Math.max(start[0], taken - AROUND), Math.min(start[rows.length - 1], to + AROUND)];
  return {
    held,
    from: start[held[0]],
    taken,
    to,
    length: max(held.map((i) => service[i] - usual.get(route[i])!)),
    rate: (begunBefore(rows, until) - begunBefore(rows, since)) / Math.max(1, until - since),
  };
}

interface Lengths {
  /** One entry per row, 1: the request is long. */
  readonly isLong: Uint8Array;
  /** Longest service time of the other requests, µs. */
  readonly others: number;
}

/**
 * Whether nothing made progress during the stall: no other request ended in it or ran through it although many should have come, and the
 * requests just before and after it were not long. `blur`: µs per row by which stamps may misplace a request.
 */
function standsStill(rows: Rows, stall: Stall, { isLong, others }: Lengths, blur: Float64Array): boolean {
  const { held, taken, to, length, rate } = stall;
  const { start, end, row } = rows;
  if (!(rate * (length - 2 * rows.uncertainty) >= MISSING)) return false;
  const next = begunBefore(rows, to);
  const widest = max(held.map((i) => blur[i]));
  // Stamps may misplace a request, but one whose line was written before those of the stall did end before them.
  const written = min(held.map((i) => row[i]));
  for (let i = begunBefore(rows, taken - others); i < next; i++) {
    if (isLong[i]) continue;
    const own = Math.max(widest, blur[i]);
    const endsInIt = end[i] > taken + own && (end[i] < to - own || row[i] < written);
    const lastsThroughIt = start[i] < taken - own && end[i] > to + own;
    if (endsInIt || lastsThroughIt) return false;
  }
  const areLong = (from: number): boolean => {
    const around = isLong.subarray(Math.max(0, from), from + held.length);
    return 2 * around.reduce((sum, one) => sum + one, 0) >= held.length;
  };
  return !areLong(next) && !areLong(held[0] - held.length);
}

/** Whether another cause is likelier: mostly first requests of new workers (cold), or mostly failures (something did not respond). */
function isOfOtherMaking(rows: Rows, { held }: Stall, firsts: ReadonlySet<number>): boolean {
  const count = (is: (i: number) => boolean) => held.filter(is).length;
  return 2 * count((i) => firsts.has(i)) > held.length || 2 * count((i) => rows.status[i] >= 500) > held.length;
}

/** Whether nearly all of these requests are of one route. */
function areOfOneRoute({ route }: Rows, members: ArrayLike<number>): boolean {
  const counts = [...groupsOf(Int32Array.from(members, (i) => route[i])).values()].map(({ length }) => length);
  return max(counts) >= NEARLY_ALL * members.length;
}

/**
 * Whether stalls hold most of the long requests, and not of one route alone: that is a slow route, unless the whole log has only that one.
 * @param held positions of the requests held in stalls @param long number of all long requests
 */
export const holdWhatever = (rows: Rows, held: readonly number[], long: number): boolean =>
  held.length > 0 &&
  held.length >= MOST_LONG * long &&
  !(areOfOneRoute(rows, held) && !areOfOneRoute(rows, indicesBelow(rows.length)));

/**
 * Whether the number in flight, the same in every stall and never exceeded, is the size of the pool. Numbers of independent arrivals would
 * differ by about the root of the number. Few stalls may agree by chance; then it must be far above `level`, the usual number in flight: a
 * server that stops at once holds no more than usual, while one that fills up during a stall holds as many as it has slots.
 */
export function areAllSlots(stalls: readonly Stall[], mostSeen: number, level: number): boolean {
  const inHand = stalls[0].held.length;
  if (inHand < mostSeen || stalls.some(({ held }) => held.length !== inHand)) return false;
  const alike = (-(stalls.length - 1) / 2) * Math.log(2 * Math.PI * inHand);
  return alike < SURELY_ALIKE || stalls.length * logPoissonTail(inHand, level) < SURELY_FILLED;
}

/** Mean number of requests in flight, without the long ones. */
export function usualLevel({ service, start, length }: Rows, isLong: Uint8Array): number {
  const taken = service.reduce((sum, micros, i) => (isLong[i] === 0 && micros > 0 ? sum + micros : sum), 0);
  return taken / Math.max(1, start[length - 1] - start[0]);
}

/** Starts right after stalls. */
export interface Behind {
  /** Requests that began after each stall, within a time as long as the stall. */
  readonly begun: number;
  /** The number expected there at the usual rate. */
  readonly usual: number;
}

export function behind(rows: Rows, stalls: readonly Stall[]): Behind {
  let [begun, usual] = [0, 0];
  for (const { to, length, rate } of stalls) {
    begun += begunBefore(rows, to + length) - begunBefore(rows, to);
    usual += rate * length;
  }
  return { begun, usual };
}

/** Whether callers had been waiting: many more than usual begin right after stalls. In a crowd that slows itself down, nobody waits. */
export const hadWaiting = ({ begun, usual }: Behind): boolean =>
  begun >= CATCH_UP * usual && logPoissonTail(begun, usual) < SURE;

function lengthsOf({ route, service }: Rows, usual: ReadonlyMap<number, number>): Lengths {
  const isLong = new Uint8Array(service.length);
  let others = 0;
  for (let i = 0; i < service.length; i++) {
    const own = usual.get(route[i])!;
    if (service[i] >= HELD * own && service[i] - own >= SHORTEST) isLong[i] = 1;
    else if (service[i] > others) others = service[i];
  }
  return { isLong, others };
}

export interface Standstills {
  readonly rows: Rows;
  readonly lengths: Lengths;
  /** Positions of all long requests. */
  readonly long: readonly number[];
  readonly stalls: readonly Stall[];
}

const known = new WeakMap<Facts['requests'], Standstills | null>();

/** Stalls of the whole server in order of time, whether or not every slot was taken; null: too little data. Cached per analysis. */
function standstillsOf(facts: Facts): Standstills | null {
  const before = known.get(facts.requests);
  if (before !== undefined) return before;
  const found = facts.summary.knows.duration ? standstillsIn(facts, rowsOf(facts)) : null;
  known.set(facts.requests, found);
  return found;
}

/** Stalls in the given rows: all rows, or those of one process. */
export function standstillsIn(facts: Facts, rows: Rows): Standstills | null {
  if (rows.length < FEWEST_REQUESTS) return null;
  const usual = new Map(
    [...groupsOf(rows.route)].map(([route, members]) => [
      route,
      medianOf(members.map((i) => rows.service[i]).filter((micros) => micros >= 0)),
    ]),
  );
  const lengths = lengthsOf(rows, usual);
  const blur = halfWidths(facts, rows).map((half) => 2 * half);
  const long = Array.from(indicesBelow(rows.length)).filter((i) => lengths.isLong[i] === 1);
  const firsts = new Set(Array.from(groupsOf(rows.worker).values(), ([first]) => first));
  const stalls = groupsAtOnce(rows, long)
    .filter((held) => held.length >= FEWEST_HELD)
    .map((held) => stallOf(rows, held, usual))
    .filter((stall) => !isOfOtherMaking(rows, stall, firsts) && standsStill(rows, stall, lengths, blur));
  return { rows, lengths, long, stalls };
}

/** Stalls of the whole server that hold requests of any route, in order of time. Each shows the least number of slots that the server has. */
export function standstills(facts: Facts): readonly Stall[] {
  const found = standstillsOf(facts);
  if (found === null) return [];
  const held = found.stalls.flatMap((stall) => stall.held);
  return holdWhatever(found.rows, held, found.long.length) ? found.stalls : [];
}

/** Stalls of a pool with every slot taken, in order of time; empty if there are none or the log cannot tell. */
export function findStalls(facts: Facts): readonly Stall[] {
  const { summary, inference } = facts;
  const found = standstillsOf(facts);
  if (found === null || summary.server.servers || inference.unbounded) return [];
  const { rows, lengths, long } = found;
  const slots = knownSlots(summary.server);
  const stalls = found.stalls.filter(({ held }) => held.length >= (slots ?? 0));
  const all = stalls.flatMap(({ held }) => held);
  if (stalls.length < FEWEST_STALLS || !holdWhatever(rows, all, long.length)) return [];
  const isSize =
    slots !== null || areAllSlots(stalls, summary.server.capacity.low ?? 0, usualLevel(rows, lengths.isLong));
  return isSize && hadWaiting(behind(rows, stalls)) ? stalls : [];
}

const MOST_NAMED = 4;

/** When the stalls ended: "10:00:12, 10:00:24, 10:00:36 and 10:00:48 UTC and 3 more". */
export function timesListed(stalls: readonly Stall[], moments: Moments): string {
  const more = stalls.length - MOST_NAMED;
  const named = listText(stalls.slice(0, MOST_NAMED).map(({ to }) => moments.at(to)));
  return more > 0 ? `${named} UTC and ${more} more` : `${named} UTC`;
}
