/**
 * Whether a pool is full now, since when, and when it was for the last time: from the mean number of requests running in bins of time. A
 * pool counts as full from where it is full for a while, and no longer from where it has slots to spare for a while: between both nothing
 * changes, so that what is told of it does not flicker.
 */
import { binLevels } from './bin-levels.ts';
import { floatsAt, indicesBelow } from './columns.ts';
import { NEARLY_FULL } from './full-stretches.ts';
import { meanOf, sumOf } from './statistics.ts';

/** Requests of one queue, µs; NaN: not known when it ran. */
export interface QueueRows {
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly slots: number;
}

export interface PoolNow {
  /** µs since 1970 UTC: who ran later the log does not tell yet, as what still runs writes its line at its end. */
  readonly knownTo: number;
  /** µs since 1970 UTC: since when it is full without a break; null: it is not. */
  readonly fullSince: number | null;
  /** The last stretch that is over, µs since 1970 UTC. */
  readonly lastFull: { readonly from: number; readonly to: number } | null;
  /** More ran at once than there are slots, for long: they are not so many. */
  readonly isContradicted: boolean;
}

/** A bin holds so many ticks of the stamps and so many services, on the average. */
const TICKS = 2;
const SERVICES = 2;
const SHORTEST_BIN = 1_000_000;
/** Bins in a row with slots to spare from which a pool is no longer full. */
const FREE_BINS = 2;
/** Share of the slots busy in a bin that leaves some to spare for sure: hand-overs, late lines and the work of others take the rest. */
const FREE = 0.8;
/** Share of the slots busy in a bin beside which nobody can have waited for long: one such bin is enough. Half of the slots never hand over at once. */
const MOSTLY_FREE = 0.5;
/** µs and bins from which a full pool is more than a moment. */
export const OPENS_AFTER = 5_000_000;
const FULL_BINS = 2;
/** Share of the slots from which they are more than was thought. */
const TOO_MANY = 1.25;
/** Share of the busy time spent in requests that are no longer than this: as long is waited for those still running. */
const MOST_OF_WORK = 0.9;
const LONGEST_DELAY = 20_000_000;
const MOST_BINS = 4096;

/** µs: a width that stays the same while services change a little. */
function widthOf(mean: number, resolution: number, span: number): number {
  const least = Math.max(SHORTEST_BIN, TICKS * resolution, SERVICES * mean, span / MOST_BINS);
  return SHORTEST_BIN * 2 ** Math.round(Math.log2(least / SHORTEST_BIN));
}

/** µs: most of the work is done by requests no longer than this. */
function usualLength(service: Float64Array): number {
  const sorted = service.toSorted();
  const all = sumOf(sorted);
  let sum = 0;
  for (const micros of sorted) {
    sum += micros;
    if (sum >= MOST_OF_WORK * all) return micros;
  }
  return 0;
}

/** `resolution`: µs, that of the stamps. `until`: µs since 1970 UTC up to which everything that ended was read. null: nothing ran. */
export function poolNow({ start, end, slots }: QueueRows, resolution: number, until: number): PoolNow | null {
  const known = indicesBelow(end.length).filter((row) => start[row] <= end[row]);
  if (known.length === 0) return null;
  const begun = floatsAt(start, known);
  const service = Float64Array.from(known, (row) => end[row] - start[row]);
  const first = begun.reduce((least, at) => Math.min(least, at), begun[0]);
  const mean = meanOf(service);
  const width = widthOf(mean, resolution, until - first);
  const origin = Math.floor(first / width) * width;
  const knownTo = until - Math.min(LONGEST_DELAY, usualLength(service));
  const bins = Math.max(0, Math.floor((knownTo - origin) / width));
  const level = binLevels(begun, service, origin, width, bins);
  const least = Math.max(FULL_BINS, Math.ceil(OPENS_AFTER / width));
  let fullSince: number | null = null;
  let lastFull: PoolNow['lastFull'] = null;
  let [full, free, over] = [0, 0, 0];
  for (let bin = 0; bin < bins; bin++) {
    full = level[bin] >= NEARLY_FULL * slots ? full + 1 : 0;
    free = level[bin] < FREE * slots ? free + 1 : 0;
    const isFree = free >= FREE_BINS || level[bin] < MOSTLY_FREE * slots;
    over = level[bin] > TOO_MANY * slots ? over + 1 : 0;
    if (fullSince === null && full >= least) fullSince = Math.max(first, origin + (bin + 1 - full) * width);
    if (fullSince !== null && isFree) {
      lastFull = { from: fullSince, to: origin + (bin + 1 - free) * width };
      fullSince = null;
    }
  }
  return { knownTo, fullSince, lastFull, isContradicted: over > FULL_BINS };
}
