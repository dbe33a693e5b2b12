/** Stalls of a whole pool: moments in which requests have every slot and none gets on, until all of them go on at once. */
import { max, min } from 'simple-statistics';
import { indicesBelow } from '../core/columns.ts';
import type { Facts } from '../core/finding.ts';
import { groupsOf, halfWidths, type Rows, rowsOf } from '../core/rows.ts';
import { countBelow, logPoissonTail, medianOf } from '../core/statistics.ts';
import { knownSlots } from './pool-words.ts';

const FEWEST_REQUESTS = 100;
const FEWEST_STALLS = 3;
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
/** Where the size of the pool is not known, the same number in hand every time stands for it: ln of the chance that so many are alike. */
const SURELY_ALIKE = Math.log(0.01);
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
  const { start, end } = rows;
  if (!(rate * (length - 2 * rows.uncertainty) >= MISSING)) return false;
  const next = begunBefore(rows, to);
  const widest = max(held.map((i) => blur[i]));
  for (let i = begunBefore(rows, taken - others); i < next; i++) {
    if (isLong[i]) continue;
    const own = Math.max(widest, blur[i]);
    const endsInIt = end[i] > taken + own && end[i] < to - own;
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

/** As many in hand each time, and never more, is no chance: how many independent arrivals find differs by the root of their number. */
function areAlike(stalls: readonly Stall[], mostSeen: number): boolean {
  const inHand = stalls[0].held.length;
  const chance = (-(stalls.length - 1) / 2) * Math.log(2 * Math.PI * inHand);
  return chance < SURELY_ALIKE && inHand >= mostSeen && stalls.every(({ held }) => held.length === inHand);
}

/** After them callers who had been waiting begin at once: those of a crowd that slows itself down do not wait. */
function hadWaiting(rows: Rows, stalls: readonly Stall[]): boolean {
  let [begun, usual] = [0, 0];
  for (const { to, length, rate } of stalls) {
    begun += begunBefore(rows, to + length) - begunBefore(rows, to);
    usual += rate * length;
  }
  return begun >= CATCH_UP * usual && logPoissonTail(begun, usual) < SURE;
}

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

const known = new WeakMap<Facts['requests'], readonly Stall[]>();

/** Stalls of a pool, in order of time, worked out once per analysis; none where the log does not tell. */
export function findStalls(facts: Facts): readonly Stall[] {
  const before = known.get(facts.requests);
  if (before) return before;
  const found = stallsOf(facts);
  known.set(facts.requests, found);
  return found;
}

function stallsOf(facts: Facts): readonly Stall[] {
  const { summary, inference } = facts;
  if (summary.server.servers || inference.unbounded || !summary.knows.duration) return [];
  const rows = rowsOf(facts);
  if (rows.length < FEWEST_REQUESTS) return [];
  const slots = knownSlots(summary.server);
  const routes = groupsOf(rows.route);
  const usual = new Map(
    [...routes].map(([route, members]) => [
      route,
      medianOf(members.map((i) => rows.service[i]).filter((micros) => micros >= 0)),
    ]),
  );
  const lengths = lengthsOf(rows, usual);
  const blur = halfWidths(facts, rows).map((half) => 2 * half);
  const long = Array.from(indicesBelow(rows.length)).filter((i) => lengths.isLong[i] === 1);
  const firsts = new Set(Array.from(groupsOf(rows.worker).values(), ([first]) => first));
  const stalls = groupsAtOnce(rows, long)
    .filter((held) => held.length >= Math.max(FEWEST_HELD, slots ?? 0))
    .map((held) => stallOf(rows, held, usual))
    .filter((stall) => !isOfOtherMaking(rows, stall, firsts) && standsStill(rows, stall, lengths, blur));
  const all = stalls.flatMap(({ held }) => held);
  if (stalls.length < FEWEST_STALLS || all.length < MOST_LONG * long.length) return [];
  if (areOfOneRoute(rows, all) && !areOfOneRoute(rows, indicesBelow(rows.length))) return [];
  const isSize = slots !== null || areAlike(stalls, summary.server.capacity.low ?? 0);
  return isSize && hadWaiting(rows, stalls) ? stalls : [];
}
