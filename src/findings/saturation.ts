/**
 * Where the pool was full: stretches of time in which all slots were busy, each with how many queued then and for how long. A pool of few
 * slots is full for a moment now and then; a peak is what stays.
 */
import { binLevels } from '../core/bin-levels.ts';
import type { Facts } from '../core/finding.ts';
import { clockText } from '../core/time.ts';
import { countText, durationText } from '../core/words.ts';
import { waitIsClockError } from './measured-waits.ts';
import { type Rows, rowsOf } from './rows.ts';

export interface Episode {
  /** µs since 1970 UTC */
  readonly from: number;
  readonly to: number;
  /** µs within the episode during which every slot was busy. */
  readonly fullMicros: number;
  /** Requests that came from the queue in it. */
  readonly waiters: number;
  readonly totalWaitMicros: number;
  readonly longestWaitMicros: number;
}

/** µs: shorter waits are what a hand-over takes. */
const WAITED = 10_000;
/** Bins in a row that make a stretch, and the most between two of them that do not part it: coarse stamps blur its edges. */
const STRETCH_BINS = 3;
const GAP_BINS = 2;
/** Share of the slots busy in a bin that counts as full. */
export const NEARLY_FULL = 0.9;
const MOST_BINS = 200_000;

/** Stretches of a pool of `slots` in order of time; empty where the log does not tell how many requests ran. */
export function episodesOf(facts: Facts, slots: number): Episode[] {
  const rows = rowsOf(facts);
  const stretches = fullStretches(rows, facts.inference.service.mean, slots);
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

/** Something that held slots for longer than usual. */
export interface Holdup {
  /** µs since 1970 UTC */
  readonly from: number;
  readonly to: number;
  /** µs of slots beyond what the same requests usually take. */
  readonly excessMicros: number;
}

/** What was waited in the full stretches that holdups made, and in all of the log: seconds. */
export interface WaitingIn {
  readonly seconds: number;
  readonly waiters: number;
  readonly ofAll: number;
  /** At least half of all waiting: the pool was full because of them. */
  readonly isMost: boolean;
}

/** Findings that call a full pool too small, or of the wrong kind: symptoms where something else filled it. */
export const findingsOfFullPool = [
  'pool-saturated',
  'pool-too-small',
  'callers-queue',
  'threads-would-help',
  'asgi-would-not-queue',
] as const;

const MOST_WAITING = 0.5;
/** µs: a full stretch of coarse bins may seem to begin so long before what made it. */
const BEGINS_BEFORE = 3e6;
/** Share of the slots' time in a full stretch that is excess: a pool that is overloaded anyway is not full because of it. */
const LEAST_EXCESS = 0.25;

/** A full stretch is made by the holdups that reach into it, if it begins with them and they are much of it; it lasts until its queue is gone. */
export function waitingIn(facts: Facts, slots: number, holdups: readonly Holdup[]): WaitingIn {
  const ofAll = rowsOf(facts).wait.reduce((sum, micros) => sum + (micros > 0 ? micros : 0), 0) / 1e6;
  const episodes = episodesOf(facts, slots).filter((episode) => {
    const within = holdups.filter(({ from, to }) => episode.from <= to && episode.to >= from);
    const excess = within.reduce((sum, { excessMicros }) => sum + excessMicros, 0);
    return (
      within.some(({ from }) => episode.from >= from - BEGINS_BEFORE) &&
      excess >= LEAST_EXCESS * slots * episode.fullMicros
    );
  });
  const seconds = episodes.reduce((sum, { totalWaitMicros }) => sum + totalWaitMicros, 0) / 1e6;
  const waiters = episodes.reduce((sum, episode) => sum + episode.waiters, 0);
  return { seconds, waiters, ofAll, isMost: waiters > 0 && seconds >= MOST_WAITING * ofAll };
}

/** From the first arrival that had to wait to the last start from the queue, µs since 1970 UTC; NaN where none is known. */
export function waitingSpan(facts: Facts): { readonly from: number; readonly to: number } {
  const { length, start, wait } = rowsOf(facts);
  let [from, to] = [Number.NaN, Number.NaN];
  for (let i = 0; i < length; i++) {
    if (!(wait[i] >= WAITED)) continue;
    if (!(from <= start[i] - wait[i])) from = start[i] - wait[i];
    to = start[i];
  }
  return { from, to };
}

/** Waits that deserve a word: a share of the service time on average, so that the busy moments of a healthy pool do not count. */
export function materialWait(facts: Facts): boolean {
  const { wait, service } = facts.inference;
  if (!(wait.p95 >= 100_000) || waitIsClockError(facts)) return false;
  return !Number.isFinite(service.mean) || wait.mean >= 0.15 * service.mean;
}

/** "From 13:19:19 to 13:19:48 UTC (29 s) 834 requests queued, for 657 ms on average (inferred)." */
export function peakText(
  { from, to, waiters, totalWaitMicros }: Episode,
  queued: 'queued' | 'may have queued',
  how: string,
): string {
  return `From ${clockText(from)} to ${clockText(to)} UTC (${durationText(to - from)}) ${countText(waiters, 'request')} ${queued}, for ${durationText(totalWaitMicros / waiters)} on average (${how}).`;
}
