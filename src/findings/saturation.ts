/**
 * Where the pool was full: congestion periods joined into episodes, each with how long, how deep and how many waited.
 * A congestion period runs from the start that fills the last slot to the last start taken from the queue (Larson 1990).
 */
import { binLevels } from '../core/bin-levels.ts';
import type { Facts } from '../core/finding.ts';
import { waitIsClockError } from './measured-waits.ts';
import { rowsOf } from './rows.ts';

export interface Episode {
  /** µs since 1970 UTC */
  readonly from: number;
  readonly to: number;
  /** µs within the episode during which every slot was busy. */
  readonly fullMicros: number;
  readonly waiters: number;
  readonly totalWaitMicros: number;
  readonly peakQueue: number;
}

/** Periods closer together than this many mean service times are one episode: the pool never recovered in between. */
const JOIN_SERVICE_TIMES = 10;

/** Episodes in order of time; empty where the wait could not be inferred. */
export function episodesOf(facts: Facts): Episode[] {
  const { wait, service } = facts.inference;
  const join = Math.max(1e6, JOIN_SERVICE_TIMES * (Number.isFinite(service.mean) ? service.mean : 0));
  const episodes: { -readonly [K in keyof Episode]: Episode[K] }[] = [];
  const periods = wait.periods.toSorted((a, b) => a.from - b.from);
  for (const period of periods) {
    const last = episodes.at(-1);
    if (last && period.from - last.to <= join) {
      last.fullMicros += Math.max(0, period.to - Math.max(period.from, last.to));
      last.to = Math.max(last.to, period.to);
      last.waiters += period.waiters;
      last.totalWaitMicros += period.totalWaitMicros;
      last.peakQueue = Math.max(last.peakQueue, period.peakQueue);
    } else {
      episodes.push({
        from: period.from,
        to: period.to,
        fullMicros: period.to - period.from,
        waiters: period.waiters,
        totalWaitMicros: period.totalWaitMicros,
        peakQueue: period.peakQueue,
      });
    }
  }
  return episodes;
}

/** Bins in a row that make a stretch: a pool of few slots is full for a moment now and then. */
const STRETCH_BINS = 3;
/** Share of the slots busy in a bin that counts as full: coarse stamps blur its edges. */
const NEARLY_FULL = 0.9;
const MOST_BINS = 200_000;

/** From when to when the pool was full, without the moments in between; NaN where no stretch of it was. µs since 1970 UTC. */
export function fullSpan(facts: Facts, slots: number): { readonly from: number; readonly to: number } {
  const rows = rowsOf(facts);
  const none = { from: Number.NaN, to: Number.NaN };
  const { mean } = facts.inference.service;
  if (rows.length === 0 || !Number.isFinite(mean)) return none;
  const origin = rows.start[0];
  const last = rows.end.reduce((latest, at) => Math.max(latest, at), origin);
  const width = Math.max(1e6, mean, (last - origin) / MOST_BINS);
  const count = Math.ceil((last - origin) / width) + 1;
  const levels = binLevels(
    rows.start,
    rows.service.map((micros) => micros || 0),
    origin,
    width,
    count,
  );
  let from = Number.NaN;
  let to = Number.NaN;
  let run = 0;
  for (let bin = 0; bin < count; bin++) {
    run = levels[bin] >= NEARLY_FULL * slots ? run + 1 : 0;
    if (run < STRETCH_BINS) continue;
    if (Number.isNaN(from)) from = origin + (bin + 1 - STRETCH_BINS) * width;
    to = Math.min(last, origin + (bin + 1) * width);
  }
  return { from, to };
}

/** Waits that deserve a word: a share of the service time on average, so that the busy moments of a healthy pool do not count. */
export function materialWait(facts: Facts): boolean {
  const { wait, service } = facts.inference;
  if (!(wait.p95 >= 100_000) || waitIsClockError(facts)) return false;
  return !Number.isFinite(service.mean) || wait.mean >= 0.15 * service.mean;
}
