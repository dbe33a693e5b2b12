/** Whether requests of a stretch took long because many of them ran at once, and not because something that they call was slow. */
import type { Outage } from './outages.ts';
import { groupsOf, type Rows } from './rows.ts';
import { countUpTo, medianOf, rankSumTest } from './statistics.ts';

/** Requests that share a core or a lock take longer by at most their number; an outage must exceed that by this factor. */
const BEYOND_SHARING = 3;
/** Fewest requests with as many others in flight for a comparison, and p below which they were quicker. */
const MINIMUM_BESIDE = 10;
const SURE = 1e-9;

/** For each request: mean number of requests running while it ran, itself included. Only `members`, in order of start, are counted. */
function levelsDuring(rows: Rows, members: readonly number[], levels: Float64Array): void {
  const events = new Float64Array(2 * members.length);
  const step = new Map<number, number>();
  members.forEach((i, k) => {
    events[2 * k] = rows.start[i];
    events[2 * k + 1] = rows.end[i];
    step.set(rows.start[i], (step.get(rows.start[i]) ?? 0) + 1);
    step.set(rows.end[i], (step.get(rows.end[i]) ?? 0) - 1);
  });
  const at = Float64Array.from(new Set(events)).sort();
  const area = new Float64Array(at.length);
  let level = 0;
  for (let k = 0; k < at.length; k++) {
    if (k > 0) area[k] = area[k - 1] + level * (at[k] - at[k - 1]);
    level += step.get(at[k]) ?? 0;
  }
  const areaAt = (instant: number) => area[countUpTo(at, instant) - 1];
  for (const i of members) {
    const took = rows.end[i] - rows.start[i];
    if (took > 0) levels[i] = (areaAt(rows.end[i]) - areaAt(rows.start[i])) / took;
  }
}

/**
 * Whether the slowness is only growth with load: requests that share a core or a lock take longer when more of them run. An outage must be
 * slower than other times with as many requests in flight, or much slower than sharing among all slots explains.
 */
export function isGrowthWithLoad(
  isThreaded: boolean,
  rows: Rows,
  slowness: Float64Array,
  { inside, affected, slow, from, to }: Outage,
  slots: number,
): boolean {
  const times = medianOf(affected.map((i) => slowness[i]));
  if (times > BEYOND_SHARING * slots) return false;
  const within = affected.map((i) => slowness[i]);
  const chosen = new Set(inside);
  const all = Array.from({ length: rows.length }, (_, i) => i);
  const columns = [[all]];
  if (isThreaded) columns.push([...groupsOf(rows.worker).values()]);
  return columns.some((groups) => {
    const levels = new Float64Array(rows.length);
    for (const members of groups) levelsDuring(rows, members, levels);
    const usualLevel = medianOf(slow.map((i) => levels[i]));
    const beside = all.filter(
      (i) =>
        slowness[i] > 0 &&
        !chosen.has(i) &&
        levels[i] >= 0.9 * usualLevel &&
        (rows.start[i] > to || rows.end[i] < from),
    );
    const others = beside.map((i) => slowness[i]);
    // The stretch was chosen for its slow requests, so those next to it are quicker by chance.
    return (
      beside.length < MINIMUM_BESIDE || medianOf(others) > Math.sqrt(times) || rankSumTest(others, within).p > SURE
    );
  });
}
