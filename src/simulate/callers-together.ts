/**
 * Callers that come together where stamps are too coarse to show it: how large their groups are, and who may have come with whom. A group
 * that waits for its own members looks smaller and later than it was, so the queue in front of the pool is part of the question.
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

/** A tick below this share of the mean service time hides no clump that matters. */
const COARSE = 0.25;
/** The beginning of a log: this many ticks or this share of it, whichever is longer. */
const BEGINNING_TICKS = 3;
const BEGINNING = 0.05;
/** Requests that the size of groups is sampled from, at most. */
const SAMPLED = 3000;
/**
 * Lower ends (5 %) of the sampled size from which there are groups: without other evidence, and where counts of seconds scatter as those of
 * groups. Loads of which the rate changes within seconds reach 1.9 at 15 requests a second, and 1.5 at 6.
 */
const CLEAR = 1.9;
const CLEAR_BESIDE_COUNTS = 1.3;
/** If the clumps of the whole log exceed those after its beginning by this factor, the beginning is a crowd of its own. */
const CROWD = 2;

/** `meanService`: µs. */
export function clumpsOf(trace: Trace, meanService: number): ClumpSize {
  const { tick, start, waits } = trace;
  if (!(tick >= COARSE * meanService)) return NO_CLUMPS;
  const arrival = start.map((at, i) => at - waits.reduce((sum, wait) => sum + wait[i], 0) / waits.length).sort();
  const all = clumpSize(arrival, tick);
  // A log may begin with callers whom nobody had answered before: one crowd that says nothing about how callers come.
  const begun = arrival[0] + Math.max(BEGINNING_TICKS * tick, BEGINNING * (arrival[arrival.length - 1] - arrival[0]));
  const later = clumpSize(arrival.subarray(countUpTo(arrival, begun)), tick);
  const counted = CROWD * later.size < all.size ? later : all;
  if (counted.isDense) return counted;
  const likely = likelySizeIn(trace, begun);
  return likely ? ofGroups(counted, likely) : counted;
}

/** Groups of the likely size if they show; else as large as neither the counts nor the likely groupings exclude. */
function ofGroups(counted: ClumpSize, { mean, low, high }: LikelySize): ClumpSize {
  const most = Math.max(counted.most, high);
  const shows = low >= CLEAR || (counted.size > 1 && low >= CLEAR_BESIDE_COUNTS);
  return shows ? { size: mean, drawn: mean, most, isDense: false } : { ...NO_CLUMPS, most };
}

/** The instants between which each request arrived, µs per row. */
interface Arrivals {
  readonly earliest: Float64Array;
  readonly latest: Float64Array;
}

/**
 * Given a history of the waits (`wait` µs per row, `isHeld` as `held` has it), between which instants each request arrived, where stamps are
 * coarse. At most a tick apart for who did not wait: a request whose start is hardly known could otherwise have come with any other.
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
  // Whoever waited came before its start. Within a group it came rather earlier than its history says: the inference spreads arrivals out.
  for (let i = 0; i < length; i++) {
    if (isHeld[i] === 0) continue;
    const arrival = start[i] - wait(i);
    earliest[i] = arrival - tick;
    latest[i] = Math.max(arrival, Math.min(start[i], arrival + tick / 2));
  }
  return { earliest, latest };
}

type Queue = Pick<Trace, 'start' | 'service' | 'uncertainty' | 'tick' | 'sharedSlots'>;

/** Rounds in which the members of a group, once drawn together, are let wait for each other, which lets more of them be members. */
const ROUNDS = 3;

/**
 * The same intervals, begun earlier by as long as each request would have waited behind a queue shared by all slots if all had come at
 * `instants` (µs). Waits are inferred for callers at random, and are too short where callers come in groups.
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

/** Share of the requests that must have waited for less than a tick, or nothing tells who came with whom. */
const MOSTLY_AT_ONCE = 0.75;

/** The size of the groups in which the requests came that began after `begun`, µs; null: the queue hides it. */
function likelySizeIn(trace: Trace, begun: number): LikelySize | null {
  const wait = trace.waits[0];
  // Who waited for longer than a tick came at an instant that was inferred for callers at random.
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

/** Rounds in which groups are drawn; after the first their members wait for each other. */
const DRAWN_ROUNDS = 2;

/** One possible set of arrivals in groups, µs per row; `wait` and `isHeld` are those of a history of the waits. */
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
