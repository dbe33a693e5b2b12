/**
 * When the pool was full: stretches of time in which all slots were busy, and how many callers queued in each and for how long. A pool of few
 * slots is full for a moment now and then, so only what lasts is a stretch.
 */
import { binLevels } from './bin-levels.ts';
import type { Analysis } from './finding.ts';
import { type Rows, rowsOf } from './rows.ts';

export interface Episode {
  /** µs since 1970 UTC */
  readonly from: number;
  readonly to: number;
  /** µs within the episode during which every slot was busy. */
  readonly fullMicros: number;
  /** Requests that were taken from the queue in it. */
  readonly waiters: number;
  readonly totalWaitMicros: number;
  readonly longestWaitMicros: number;
}

/** µs: a shorter wait is only the hand-over from one request to the next. */
export const WAITED = 10_000;
/** Full bins in a row that make a stretch, and the longest gap between full bins that does not end it: coarse stamps blur its edges. */
const STRETCH_BINS = 3;
const GAP_BINS = 2;
/** Share of the slots busy in a bin that counts as full. */
export const NEARLY_FULL = 0.9;
const MOST_BINS = 200_000;

/** Stretches of a pool of `slots` in order of time; empty where the log does not tell how many requests ran. */
export function episodesOf(analysis: Pick<Analysis, 'requests' | 'inference'>, slots: number): Episode[] {
  const rows = rowsOf(analysis);
  const stretches = fullStretches(rows, analysis.inference.service.mean, slots);
  const episodes = stretches.map((stretch) => ({ ...stretch, waiters: 0, totalWaitMicros: 0, longestWaitMicros: 0 }));
  let k = 0;
  for (let i = 0; i < rows.length && k < episodes.length; i++) {
    while (k < episodes.length && rows.start[i] > episodes[k].to) k++;
    const episode = episodes[k];
    const wait = rows.wait[i];
    if (!episode || rows.start[i] < episode.from || !(wait >= WAITED)) continue;
    episode.waiters++;
    episode.totalWaitMicros += wait;
    episode.longestWaitMicros = Math.max(episode.longestWaitMicros, wait);
  }
  return episodes;
}

/** From the first start to the last end, µs since 1970 UTC. */
export function spanOf({ start, end }: Rows): { readonly origin: number; readonly last: number } {
  return { origin: start[0], last: end.reduce((latest, at) => Math.max(latest, at), start[0]) };
}

/** The mean number of requests running in each bin of `width` µs from the first start on. */
export const levelsOf = ({ start, service }: Rows, width: number, count: number): Float64Array =>
  binLevels(
    start,
    service.map((micros) => micros || 0),
    start[0],
    width,
    count,
  );

function fullStretches(rows: Rows, serviceMean: number, slots: number): Pick<Episode, 'from' | 'to' | 'fullMicros'>[] {
  if (rows.length === 0 || !Number.isFinite(serviceMean)) return [];
  const { origin, last } = spanOf(rows);
  const width = Math.max(1e6, serviceMean, (last - origin) / MOST_BINS);
  const count = Math.ceil((last - origin) / width) + 1;
  const levels = levelsOf(rows, width, count);
  const stretches: { from: number; to: number; bins: number }[] = [];
  for (let bin = 0; bin < count; bin++) {
    if (levels[bin] < NEARLY_FULL * slots) continue;
    const open = stretches.at(-1);
    if (open && bin - open.to <= GAP_BINS) {
      open.to = bin + 1;
      open.bins++;
    } else stretches.push({ from: bin, to: bin + 1, bins: 1 });
  }
  return stretches
    .filter(({ bins }) => bins >= STRETCH_BINS)
    .map(({ from, to, bins }) => ({
      from: origin + from * width,
      to: Math.min(last, origin + to * width),
      fullMicros: Math.min(last - origin, bins * width),
    }));
}
