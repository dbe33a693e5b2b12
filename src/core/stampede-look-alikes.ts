/** What looks like a stampede and is none: new workers, a job of one client, and a cause that makes all routes slow. */
import type { Analysis } from './finding.ts';
import { groupsOf, type Rows } from './rows.ts';
import { countUpTo, medianOf } from './statistics.ts';

/** A request that took so many times the median of its route, and at least so many µs, may have made anew what others find in the cache. */
export const SLOW = 3;
export const LEAST = 100_000;
const OTHERS_SLOW = 0.3;
/** It is a job of one client where there are so many addresses, and one has this share of the repeats, so many times its share of all requests. */
const FEWEST_CLIENTS = 10;
const OF_ONE_CLIENT = 0.5;
const TIMES_ITS_USUAL = 2;
const OF_NEW_WORKERS = 0.5;

/** The slow requests are the first ones of new workers, whose caches are empty: other findings tell of these. */
export function isOfNewWorkers({ worker }: Rows, slow: readonly number[]): boolean {
  const first = new Set<number>();
  const known = new Set<number>();
  for (let i = 0; i < worker.length; i++) {
    if (worker[i] < 0 || known.has(worker[i])) continue;
    known.add(worker[i]);
    first.add(i);
  }
  return slow.filter((i) => first.has(i)).length >= OF_NEW_WORKERS * slow.length;
}

/** A job asks for the same long thing several times at once, from one address. */
export function isOfOneClient(
  { requests }: Pick<Analysis, 'requests'>,
  rows: Rows,
  members: readonly number[],
  repeated: readonly number[],
): boolean {
  const clientOf = (i: number) => requests.client[rows.row[i]] | 0;
  const counts = (some: readonly number[]) => groupsOf(Int32Array.from(some, clientOf));
  const all = counts(members);
  if (all.size < FEWEST_CLIENTS) return false;
  return [...counts(repeated)].some(([client, own]) => {
    const share = own.length / repeated.length;
    return share > OF_ONE_CLIENT && share > (TIMES_ITS_USUAL * all.get(client)!.length) / members.length;
  });
}

/** What makes all routes slow at once is no cache of one. @param windows µs since 1970 UTC */
export function othersAreSlow(
  rows: Rows,
  route: number,
  windows: readonly { readonly from: number; readonly to: number }[],
): boolean {
  const slowness = slownessOf(rows);
  let [slow, all] = [0, 0];
  for (const { from, to } of windows) {
    for (let i = countUpTo(rows.start, from); i < rows.length && rows.start[i] < to; i++) {
      if (rows.route[i] === route || !(slowness[i] >= 0)) continue;
      all++;
      if (slowness[i] >= SLOW && rows.service[i] >= LEAST) slow++;
    }
  }
  return slow > OTHERS_SLOW * all;
}

/** Service over the median of the route. */
function slownessOf(rows: Rows): Float64Array {
  const slowness = new Float64Array(rows.length).fill(Number.NaN);
  for (const members of groupsOf(rows.route).values()) {
    const median = medianOf(members.map((i) => rows.service[i]).filter((micros) => micros >= 0));
    for (const i of members) slowness[i] = rows.service[i] / median;
  }
  return slowness;
}
