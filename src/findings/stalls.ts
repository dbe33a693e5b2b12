/** Stalls of a whole pool: moments in which requests have every slot and none gets on, until all of them go on at once. */
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
/** One request alone is a long request. */
const FEWEST_HELD = 2;
/** Times the median of its route, and µs beyond it, of a request that was held. */
export const HELD = 5;
const SHORTEST = 500_000;
/** Answers missing at the rate around a stall. */
const MISSING = 5;
/** µs on either side that the rate is counted in. */
const AROUND = 15e6;
/** Share of all long requests that stalls must hold: those of a heavy tail are long by themselves, one here and one there. */
const MOST_LONG = 0.5;
/** Times as many starts as usual right after the stalls, and ln of the chance: callers had been waiting. */
const CATCH_UP = 1.3;
const SURE = -6;
/**
 * Where the size of the pool is not known, the same number in hand every time stands for it: ln of the chance that so many are alike, or that
 * a server which stops at once had so many in hand each time.
 */
const SURELY_ALIKE = Math.log(0.01);
const SURELY_FILLED = -12;
/** Share of the requests of one route from which the log has no others to speak of. */
const NEARLY_ALL = 0.9;

export interface Stall {
  /** Positions of what was in hand. */
  readonly held: readonly number[];
  /** µs since 1970 UTC: the first of them began; the last had begun; the first ended. */
  readonly from: number;
  readonly taken: number;
  readonly to: number;
  /** µs, at least: the longest that one of them took beyond the usual. */
  readonly length: number;
  /** Callers per µs around it. */
  readonly rate: number;
}

/** Long requests in groups of which all ran at one moment, in order of time. */
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

/** Requests that began before `at`. */
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

/** Which requests are long, and µs that no other one takes. */
interface Lengths {
  readonly isLong: Uint8Array;
  readonly others: number;
}

/** Nothing else was in hand or ended while it lasted, many should have, and what came before and next took no longer than usual. `blur`: µs by which stamps may place each request wrongly. */
function standsStill(rows: Rows, stall: Stall, { isLong, others }: Lengths, blur: Float64Array): boolean {
  const { held, taken, to, length, rate } = stall;
  const { start, end, row } = rows;
  if (!(rate * (length - 2 * rows.uncertainty) >= MISSING)) return false;
  const next = begunBefore(rows, to);
  const widest = max(held.map((i) => blur[i]));
  // Stamps may place it wrongly, but not behind a line that was written later.
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

/** New workers are slow by themselves, and what fails waited for something that is away. */
function isOfOtherMaking(rows: Rows, { held }: Stall, firsts: ReadonlySet<number>): boolean {
  const count = (is: (i: number) => boolean) => held.filter(is).length;
  return 2 * count((i) => firsts.has(i)) > held.length || 2 * count((i) => rows.status[i] >= 500) > held.length;
}

/** One route that is slow is no stall of all; of a log that has no other it cannot be told apart. */
function areOfOneRoute({ route }: Rows, members: ArrayLike<number>): boolean {
  const counts = [...groupsOf(Int32Array.from(members, (i) => route[i])).values()].map(({ length }) => length);
  return max(counts) >= NEARLY_ALL * members.length;
}

/** Most of all long requests are held in them, and not those of one route alone. @param held positions of what they hold */
export const holdWhatever = (rows: Rows, held: readonly number[], long: number): boolean =>
  held.length > 0 &&
  held.length >= MOST_LONG * long &&
  !(areOfOneRoute(rows, held) && !areOfOneRoute(rows, indicesBelow(rows.length)));

/**
 * As many in hand each time, and never more, is no chance: how many independent arrivals find differs by the root of their number. A few times
 * it may be, but what stops at once has no more in hand than at other times, and it is slots that run out after a while. `level`: in hand at other times.
 */
export function areAllSlots(stalls: readonly Stall[], mostSeen: number, level: number): boolean {
  const inHand = stalls[0].held.length;
  if (inHand < mostSeen || stalls.some(({ held }) => held.length !== inHand)) return false;
  const alike = (-(stalls.length - 1) / 2) * Math.log(2 * Math.PI * inHand);
  return alike < SURELY_ALIKE || stalls.length * logPoissonTail(inHand, level) < SURELY_FILLED;
}

/** Requests in hand on average but for the long ones. */
export function usualLevel({ service, start, length }: Rows, isLong: Uint8Array): number {
  const taken = service.reduce((sum, micros, i) => (isLong[i] === 0 && micros > 0 ? sum + micros : sum), 0);
  return taken / Math.max(1, start[length - 1] - start[0]);
}

/** What began in the time that stalls lasted, right behind them, and what usually does. */
export interface Behind {
  readonly begun: number;
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

/** After them callers who had been waiting begin at once: those of a crowd that slows itself down do not wait. */
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

/** Moments in which all that a server had in hand stood still, in order of time, worked out once per analysis; whether slots or the server itself ran out is not asked. */
function standstillsOf(facts: Facts): Standstills | null {
  const before = known.get(facts.requests);
  if (before !== undefined) return before;
  const found = facts.summary.knows.duration ? standstillsIn(facts, rowsOf(facts)) : null;
  known.set(facts.requests, found);
  return found;
}

/** Those of some of the rows: of all, or of one process. */
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

/** Moments in which all that a server had in hand stood still, whatever its route, in order of time: it surely has slots for the most that it held. */
export function standstills(facts: Facts): readonly Stall[] {
  const found = standstillsOf(facts);
  if (found === null) return [];
  const held = found.stalls.flatMap((stall) => stall.held);
  return holdWhatever(found.rows, held, found.long.length) ? found.stalls : [];
}

/** Stalls of a pool with every slot taken, in order of time; none where the log does not tell. */
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

/** "10:00:12, 10:00:24, 10:00:36 and 10:00:48 UTC and 3 more": when they ended. */
export function timesListed(stalls: readonly Stall[], moments: Moments): string {
  const more = stalls.length - MOST_NAMED;
  const named = listText(stalls.slice(0, MOST_NAMED).map(({ to }) => moments.at(to)));
  return more > 0 ? `${named} UTC and ${more} more` : `${named} UTC`;
}
