/**
 * Callers that arrive together, in logs whose stamps are too coarse to show it: how large the groups are, and who may have come with whom.
 * Members of a group queue behind each other, which makes the group look smaller and later than it was. So the queue in front of the pool
 * is modelled too.
 */
import { floatsAt, indicesBelow } from '../core/columns.ts';
import { ascendingOrder } from '../core/order.ts';
import { createRandom, type Random, seedOf } from '../core/random.ts';
import { countUpTo } from '../core/statistics.ts';
import { drawGroups, type GroupSize, type LikelySize, likelySize } from './arrival-groups.ts';
import { type ClumpSize, clumpSize } from './clumps.ts';
import { waitsOfSharedQueue } from './fifo-pool.ts';
import type { Trace } from './trace.ts';

export const NO_CLUMPS: ClumpSize = { size: 1, drawn: 1, most: 1, isDense: false };

/** A tick shorter than this share of the mean service time hides no clump that matters. */
const COARSE = 0.25;
/** The beginning of a log: this many ticks or this share of the log, whichever is longer. */
const BEGINNING_TICKS = 3;
const BEGINNING = 0.05;
/** The group size is estimated from at most this many requests. */
const SAMPLED = 3000;
/**
 * Callers come in groups if the 5 % quantile of the sampled size reaches CLEAR, or CLEAR_BESIDE_COUNTS where the counts per window already
 * scatter as groups would make them. Loads without groups whose rate changes within seconds reach 1.9 at 15 requests/s, and 1.5 at 6.
 */
const CLEAR = 1.9;
const CLEAR_BESIDE_COUNTS = 1.3;
/** If the clump size of the whole log exceeds that of the log without its beginning by this factor, the beginning is left out. */
const CROWD = 2;

/** The mean clump size of the arrivals in `trace`; NO_CLUMPS where the tick is too short to hide clumps. @param meanService µs */
export function clumpsOf(trace: Trace, meanService: number): ClumpSize {
  const { tick, start, waits } = trace;
  if (!(tick >= COARSE * meanService)) return NO_CLUMPS;
  const arrival = start.map((at, i) => at - waits.reduce((sum, wait) => sum + wait[i], 0) / waits.length).sort();
  const all = clumpSize(arrival, tick);
  // A log may begin with a crowd of callers who had waited for the server to start. It is not typical of later arrivals.
  const begun = arrival[0] + Math.max(BEGINNING_TICKS * tick, BEGINNING * (arrival[arrival.length - 1] - arrival[0]));
  const later = clumpSize(arrival.subarray(countUpTo(arrival, begun)), tick);
  const counted = CROWD * later.size < all.size ? later : all;
  if (counted.isDense) return counted;
  const likely = likelySizeIn(trace, begun);
  return likely ? ofGroups(counted, likely) : counted;
}

/** The sampled group size if groups are evident; otherwise no groups, with the largest size that the evidence does not exclude as `most`. */
function ofGroups(counted: ClumpSize, { mean, low, high }: LikelySize): ClumpSize {
  const most = Math.max(counted.most, high);
  const shows = low >= CLEAR || (counted.size > 1 && low >= CLEAR_BESIDE_COUNTS);
  return shows ? { size: mean, drawn: mean, most, isDense: false } : { ...NO_CLUMPS, most };
}

/** Interval in which each request arrived, µs, one entry per row. */
interface Arrivals {
  readonly earliest: Float64Array;
  readonly latest: Float64Array;
}

/**
 * The interval in which each request arrived according to one history of the waits (`wait`: µs of row i; `isHeld`: see `Trace.held`). The
 * interval of a request that did not wait is at most a tick long: one whose start is hardly known could otherwise join any other request.
 */
function arrivalsWithin(
  { start, uncertainty, ticks, tick, length }: Trace,
  wait: (i: number) => number,
  isHeld: Uint8Array,
): Arrivals {
  const earliest = new Float64Array(length);
  const latest = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const half = Math.min(uncertainty[i], tick / 2);
    earliest[i] = start[i] - half;
    latest[i] = start[i] + half;
  }
  for (const group of ticks.groups) {
    for (const i of group) {
      if (ticks.width[i] > tick) continue;
      earliest[i] = start[i] - ticks.back[i];
      latest[i] = earliest[i] + ticks.width[i];
    }
  }
  // A request that waited arrived before its start. The inference spreads arrivals out evenly, so members of a group tend to have arrived
  // earlier than the history says: the interval reaches a whole tick back, but only half a tick forward.
  for (let i = 0; i < length; i++) {
    if (isHeld[i] === 0) continue;
    const arrival = start[i] - wait(i);
    earliest[i] = arrival - tick;
    latest[i] = Math.max(arrival, Math.min(start[i], arrival + tick / 2));
  }
  return { earliest, latest };
}

type Queue = Pick<Trace, 'start' | 'service' | 'uncertainty' | 'tick' | 'sharedSlots'>;

/**
 * Rounds of `likelySize`. From the second on, each request may also have arrived earlier by the time it would queue behind the groups drawn
 * so far, so that groups can gain members.
 */
const ROUNDS = 3;

/**
 * Extends each interval backwards by the wait of its request in a queue shared by all slots, if all requests arrived at `instants` (µs). The
 * inferred waits assume independent callers, and are too short where callers come in groups.
 */
function earlier(trace: Queue, { earliest, latest }: Arrivals, instants: Float64Array): Arrivals {
  if (trace.sharedSlots === null) return { earliest, latest };
  const order = ascendingOrder(instants);
  const wait = new Float64Array(order.length);
  waitsOfSharedQueue(floatsAt(instants, order), floatsAt(trace.service, order), trace.sharedSlots, wait);
  const from = earliest.slice();
  for (let k = 0; k < order.length; k++) {
    const i = order[k];
    from[i] = Math.min(from[i], trace.start[i] - Math.min(trace.uncertainty[i], trace.tick / 2) - wait[k]);
  }
  return { earliest: from, latest };
}

/** At least this share of the requests must have waited for no more than a tick; otherwise the log cannot show who came with whom. */
const MOSTLY_AT_ONCE = 0.75;

/** Size of the groups among requests that started after `begun` (µs); null: too many of them queued to tell. */
function likelySizeIn(trace: Trace, begun: number): LikelySize | null {
  const wait = trace.waits[0];
  // The arrival of a request that waited longer than a tick was inferred for independent callers, so it is no evidence of groups.
  const all = indicesBelow(trace.length).filter((i) => trace.start[i] > begun);
  const rows = all.filter((i) => wait[i] <= trace.tick);
  if (rows.length < MOSTLY_AT_ONCE * all.length) return null;
  const of = rows.subarray(0, SAMPLED);
  const some = {
    start: floatsAt(trace.start, of),
    service: floatsAt(trace.service, of),
    uncertainty: floatsAt(trace.uncertainty, of),
    tick: trace.tick,
    sharedSlots: trace.sharedSlots,
  };
  const random = createRandom(seedOf(trace.start));
  const { earliest, latest } = arrivalsWithin(trace, (i) => wait[i], trace.held(0));
  let within: Arrivals = { earliest: floatsAt(earliest, of), latest: floatsAt(latest, of) };
  let size = likelySize(within, random);
  for (let round = 1; round < ROUNDS && some.sharedSlots !== null; round++) {
    within = earlier(some, within, size.instants);
    size = likelySize(within, random);
  }
  return size;
}

/** Rounds of `drawInGroups`; from the second on, members of a group queue behind each other. */
const DRAWN_ROUNDS = 2;

/** Draws one possible set of arrivals in groups, µs per row. `wait` and `isHeld` belong to one history of the waits. */
export function drawnInGroups(
  trace: Trace,
  wait: (i: number) => number,
  isHeld: Uint8Array,
  size: GroupSize,
  random: Random,
): Float64Array {
  let within = arrivalsWithin(trace, wait, isHeld);
  let arrival = drawGroups(within.earliest, within.latest, size, random);
  for (let round = 1; round < DRAWN_ROUNDS; round++) {
    within = earlier(trace, within, arrival);
    arrival = drawGroups(within.earliest, within.latest, size, random);
  }
  return arrival;
}
