/**
 * Did requests take longer while the pool was full? If so, running more of them at once may only slow each down, because they wait for
 * something behind the pool or share a core.
 */
import type { Facts } from '../core/finding.ts';
import type { Episode } from '../core/full-stretches.ts';
import { groupsOf, rowsOf } from '../core/rows.ts';
import { medianOf, rankSumTest } from '../core/statistics.ts';
import { roundText } from '../core/words.ts';

/** Least number of requests while full, and else, for a comparison: of each route, and of all routes together. */
const OF_ROUTE = 20;
const FEWEST = 60;
const SLOWER = 1.4;
const SURE = 1e-9;

/**
 * Median ratio of the service time of requests that ran at least partly in a full stretch to the median of their route at other times. null:
 * they took about as long, or there are too few to tell.
 */
export function slowerWhenFull(facts: Facts, episodes: readonly Episode[]): number | null {
  const rows = rowsOf(facts);
  const isIn = (i: number) => episodes.some(({ from, to }) => rows.start[i] <= to && rows.end[i] >= from);
  const [inside, outside]: [number[], number[]] = [[], []];
  for (const [, members] of groupsOf(rows.route)) {
    const timed = members.filter((i) => rows.service[i] > 0);
    const within = timed.filter(isIn);
    const others = timed.filter((i) => !isIn(i));
    if (within.length < OF_ROUTE || others.length < OF_ROUTE) continue;
    const usual = medianOf(others.map((i) => rows.service[i]));
    for (const i of within) inside.push(rows.service[i] / usual);
    for (const i of others) outside.push(rows.service[i] / usual);
  }
  if (Math.min(inside.length, outside.length) < FEWEST) return null;
  const times = medianOf(inside);
  return times >= SLOWER && rankSumTest(outside, inside).p < SURE ? times : null;
}

export const slowerText = (times: number): string =>
  `While the pool was full, requests took ${roundText(times)} times as long as else (median, each beside its own route): they wait for each other (a core, a lock, a pool of database connections), or what they call was slow just then. Where they wait for each other, more of them at once only makes each slower: look with py-spy dump for what they wait for, before adding any.`;
