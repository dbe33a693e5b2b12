/**
 * Possible histories of a pool in which callers usually found a slot free, where stamps are so coarse that each holds many requests of every
 * slot. A filter cannot find its way there: within a tick it may believe in a queue that nothing contradicts.
 *
 * Such a pool answers in each tick about those who came in it. So arrivals are drawn within the ticks, and served first come, first served, in
 * the logged service times. Given their number, callers who come at random are spread evenly over the tick. In one half of the histories they come
 * alone; in the other half they come in groups, which make the numbers of answers vary as much from tick to tick as they do: groups of m
 * callers on average, of geometric size, give counts a variance / mean of 2 m - 1.
 */
import { ascendingOrder } from '../../core/order.ts';
import { meanOf, sumOf } from '../../core/statistics.ts';
import { createDraws, type Draws } from './draws.ts';
import type { Plan } from './histories.ts';
import { binOf, leastIdle } from './most-gap.ts';
import type { FilterRun, Path } from './paths.ts';
import { PARTS } from './resample.ts';
import { binsOf } from './room-to-spare.ts';
import type { Stretch } from './stretch.ts';

/** s: mean gap between two requests of a slot on a machine that is not short of CPU, unless the slots are seen to idle for less. */
const USUAL_GAP = 0.0008;
/** A bin in which the slots are taken for this share of the time may be full to its end. After two in a row the queue may be of any length. */
const FULL = 0.93;
/** Counts that vary more than this (variance / mean) come from bursts that are not spread over a tick. */
const MOST_DISPERSION = 12;
/** Standard errors by which the dispersion must exceed that of callers who come alone. */
const BEYOND_CHANCE = 3;

/** null: callers may have queued for longer than a tick. */
export function spreadArrivals(queue: Stretch, { paths, runs }: Plan, seed: number): FilterRun | null {
  const gap = Math.min(USUAL_GAP, leastIdle(queue));
  const group = meanGroup(queue, gap);
  if (group === null) return null;
  const draws = createDraws(seed);
  return {
    paths: Array.from({ length: paths * runs }, (_, k) =>
      served(queue, arrivals(queue, k % 2 ? group : 1, draws), gap),
    ),
    logEvidence: new Float64Array(PARTS),
    callers: 'who come alone or in groups, spread over each tick of the stamps',
  };
}

/** Mean number of callers who come together; null: see above. */
function meanGroup(queue: Stretch, gap: number): number | null {
  const { ended, work } = binsOf(queue);
  const offered = queue.slots * binOf(queue.tick);
  let squares = 0;
  for (let k = 1; k < ended.length; k++) {
    const [before, now] = [k - 1, k].map((bin) => work[bin] + gap * ended[bin] >= FULL * offered);
    if (before && now) return null;
    squares += (ended[k] - ended[k - 1]) ** 2;
  }
  // Half the mean square of successive differences is the variance without what changes slowly (von Neumann).
  const dispersion = (squares / 2 / (ended.length - 1)) * (ended.length / sumOf(ended));
  const chance = 1 + BEYOND_CHANCE * Math.sqrt(3 / (ended.length - 1));
  if (!(dispersion <= MOST_DISPERSION)) return null;
  return dispersion > chance ? (dispersion + 1) / 2 : 1;
}

/** s, by request: the arrivals, so that requests end about in the ticks of their stamps if nobody waits. */
function arrivals({ length, low, duration, tick }: Stretch, group: number, draws: Draws): Float64Array {
  const at = new Float64Array(length);
  const service = meanOf(duration);
  for (let from = 0; from < length; ) {
    let to = from + 1;
    while (to < length && low[to] === low[from]) to++;
    const sizes = groupsOf(to - from, group, draws);
    const ends = Float64Array.from(sizes, () => low[from] + draws.next() * tick).sort();
    for (let k = 0, i = from; k < sizes.length; k++)
      for (const beyond = i + sizes[k]; i < beyond; i++) at[i] = ends[k] - (sizes[k] > 1 ? service : duration[i]);
    from = to;
  }
  return at;
}

/** Divides `count` callers into groups of geometric size. */
function groupsOf(count: number, mean: number, draws: Draws): number[] {
  const sizes: number[] = [];
  for (let left = count; left > 0; ) {
    let size = 1;
    while (size < left && draws.next() > 1 / mean) size++;
    sizes.push(size);
    left -= size;
  }
  return sizes;
}

/** First come, first served: when each request starts if its caller comes at `arrived`. */
function served({ slots, duration, length }: Stretch, arrived: Float64Array, gap: number): Path {
  const start = new Float64Array(length);
  const queued = new Uint8Array(length);
  const came = new Float64Array(length).fill(Number.NaN);
  const free = new Float64Array(slots).fill(Number.NEGATIVE_INFINITY);
  for (const i of ascendingOrder(arrived)) {
    let first = 0;
    for (let slot = 1; slot < slots; slot++) if (free[slot] < free[first]) first = slot;
    start[i] = Math.max(arrived[i], free[first]);
    if (free[first] > arrived[i]) {
      queued[i] = 1;
      came[i] = arrived[i];
    }
    free[first] = start[i] + duration[i] + gap;
  }
  return { start, queued, arrived: came };
}
