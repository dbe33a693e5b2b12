/** What looks like a stampede and is none: new workers, a job, and what makes all routes slow. */
import type { Analysis } from './finding.ts';
import { groupsOf, type Rows } from './rows.ts';
import { countUpTo, medianOf } from './statistics.ts';

/** Times the median of its route, and µs, from which a request may have taken the long way. */
export const SLOW = 3;
export const LEAST = 100_000;
const OTHERS_SLOW = 0.3;
/** Addresses that make one of them a crowd of its own, and its share of those that made it again, beside its usual one. */
const FEWEST_CLIENTS = 10;
const OF_ONE_CLIENT = 0.5;
const TIMES_ITS_USUAL = 2;
const OF_NEW_WORKERS = 0.5;

/** A worker that is new makes everything anew, and is told of by other findings. */
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
