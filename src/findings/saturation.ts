/**
 * Where the pool was full: congestion periods joined into episodes, each with how long, how deep and how many waited.
 * A congestion period runs from the start that fills the last slot to the last start taken from the queue (Larson 1990).
 */
import type { Facts } from '../core/finding.ts';
import { waitIsClockError } from './measured-waits.ts';

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

/** Waits that deserve a word: a share of the service time on average, so that the busy moments of a healthy pool do not count. */
export function materialWait(facts: Facts): boolean {
  const { wait, service } = facts.inference;
  if (!(wait.p95 >= 100_000) || waitIsClockError(facts)) return false;
  return !Number.isFinite(service.mean) || wait.mean >= 0.15 * service.mean;
}
