/**
 * Whether a pool is full now, since when, and when it was full last: from the mean number of running requests in bins of time. A pool becomes
 * full when it has been full for a while, and stops being full when it has had slots to spare for a while. In between nothing changes, so
 * that what is said of it does not flicker.
 */
import { binLevels } from './bin-levels.ts';
import { floatsAt, indicesBelow } from './columns.ts';
import { NEARLY_FULL } from './full-stretches.ts';
import { meanOf, sumOf } from './statistics.ts';

/** Requests of one queue, µs; NaN: it is not known when the request ran. */
export interface QueueRows {
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly slots: number;
}

export interface PoolNow {
  /** µs since 1970 UTC: what ran later is not known yet, because a request writes its line when it ends. */
  readonly knownTo: number;
  /** µs since 1970 UTC: since when it has been full without a break; null: it is not full. */
  readonly fullSince: number | null;
  /** µs since 1970 UTC: since when no slot seems to have idled, so that a queue did not run empty; at most `knownTo`. null: it is not full. */
  readonly standingSince: number | null;
  /** The last full stretch that has ended, µs since 1970 UTC. */
  readonly lastFull: { readonly from: number; readonly to: number } | null;
  /** For long, more requests ran than there are slots: the number of slots is wrong. */
  readonly isContradicted: boolean;
}

/** A bin is at least as long as so many ticks of the stamps, and as so many mean service times. */
const TICKS = 2;
const SERVICES = 2;
const SHORTEST_BIN = 1_000_000;
/** After so many bins in a row with slots to spare a pool is no longer full. */
const FREE_BINS = 2;
/** A bin with less than this share of the slots busy surely has some to spare: hand-overs, late lines and other work take no more than the rest. */
const FREE = 0.8;
/** One bin with less than this share of the slots busy is enough: nobody can have waited for long in it, as half of the slots never hand over at the same time. */
const MOSTLY_FREE = 0.5;
/**
 * Where less than this share of the slots is busy on average over so many bins of a full pool, one may have idled, because nobody queued at
 * that moment. In one bin alone less is busy where a part of its work was placed in the next.
 */
const STANDING = 0.94;
const STANDING_BINS = 2;
/** On average over so many µs, and bins, a full pool stays nearly full: one that does not has answered everybody in between, again and again. */
const ON_AVERAGE = 8_000_000;
const AVERAGED_BINS = 4;
/** A pool counts as full after so many µs, and so many bins. */
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

/** The first bin from `begin` on that is below the level; there is one. */
function firstBelow(levels: Float64Array, begin: number, least: number): number {
  let bin = begin;
  while (levels[bin] >= least) bin++;
  return bin;
}

/** The bin, of those from `begin` on, after the last ones that are below the level together; of the last bin a part of the work has no line yet. */
function firstStanding(levels: Float64Array, begin: number, least: number): number {
  for (let bin = levels.length - 1; bin >= begin + STANDING_BINS; bin--)
    if (meanOf(levels.subarray(bin - STANDING_BINS, bin)) < least) return bin;
  return begin;
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
  const averaged = Math.max(AVERAGED_BINS, Math.ceil(ON_AVERAGE / width));
  let fullSince: number | null = null;
  let lastFull: PoolNow['lastFull'] = null;
  let [full, free, over, openBins, sum] = [0, 0, 0, 0, 0];
  for (let bin = 0; bin < bins; bin++) {
    full = level[bin] >= NEARLY_FULL * slots ? full + 1 : 0;
    free = level[bin] < FREE * slots ? free + 1 : 0;
    const isFree = free >= FREE_BINS || level[bin] < MOSTLY_FREE * slots;
    over = level[bin] > TOO_MANY * slots ? over + 1 : 0;
    if (fullSince === null && full >= least) {
      fullSince = Math.max(first, origin + (bin + 1 - full) * width);
      [openBins, sum] = [0, 0];
    }
    if (fullSince === null) continue;
    openBins++;
    sum += level[bin] - (openBins > averaged ? level[bin - averaged] : 0);
    const hadRoom = openBins >= averaged && sum < averaged * NEARLY_FULL * slots;
    if (isFree || hadRoom) {
      const begin = isFree ? bin + 1 - free : firstBelow(level, bin + 1 - averaged, NEARLY_FULL * slots);
      lastFull = { from: fullSince, to: origin + begin * width };
      fullSince = null;
    }
  }
  const begin = fullSince === null ? bins : Math.round((fullSince - origin) / width);
  const standing = firstStanding(level, begin, STANDING * slots);
  const standingSince = fullSince === null ? null : Math.max(fullSince, origin + standing * width);
  return { knownTo, fullSince, standingSince, lastFull, isContradicted: over > FULL_BINS };
}
