/** Requests that slow each other down. Used by two findings: for work that one process shares, and for work that all processes share. */
import type { Facts } from '../core/finding.ts';
import type { ContentionFound, PoolPrediction } from '../core/prediction.ts';
import { secondsOf } from '../core/rows.ts';

/** A smaller slowdown (service time / service time of a request alone) is not reported. */
const MINIMUM_SLOWDOWN = 1.2;
const MINIMUM_REQUESTS = 200;
/** If work that all processes share is at least this share of each request, it is reported as the limit of the server. */
export const LIMITING_SHARE = 0.3;

export interface SharedWork {
  readonly found: ContentionFound;
  /** Shared work per request, s. */
  readonly workSeconds: number;
  /** Requests per second at which the shared resource is always busy: 1 / workSeconds. */
  readonly ceiling: number;
  /** Mean service time / mean service time of a request alone. */
  readonly slowdown: number;
  readonly lostSeconds: number;
  readonly evidence: Readonly<Record<string, number | null>>;
}

/** null: requests share less than `minimumShare` of their time, share it at another station, or the slowdown is small or not certain. */
export function sharedWorkOf(
  { summary, inference, predictor }: Facts,
  station: ContentionFound['station'],
  minimumShare: number,
): SharedWork | null {
  if (summary.requests.total < MINIMUM_REQUESTS) return null;
  const found = predictor.contention();
  if (typeof found === 'string' || found.station !== station) return null;
  if (found.share < minimumShare || found.low < minimumShare / 2) return null;
  const serviceMean = inference.service.mean;
  const slowdown = serviceMean / found.aloneMean;
  if (!(slowdown >= MINIMUM_SLOWDOWN)) return null;
  const workSeconds = (found.aloneMean / 1e6) * found.share;
  return {
    found,
    workSeconds,
    ceiling: 1 / workSeconds,
    slowdown,
    lostSeconds: ((serviceMean - found.aloneMean) / 1e6) * summary.requests.total,
    evidence: {
      shared_work: found.share,
      shared_work_low: found.low,
      shared_work_high: found.high,
      alone_mean_seconds: secondsOf(found.aloneMean),
      service_mean_seconds: secondsOf(serviceMean),
    },
  };
}

/** More slots help if doubling them lowers the simulated p95 latency by this share; otherwise the wait only moves into the request. */
const WORTH = 0.2;

export interface Doubled {
  readonly now: PoolPrediction;
  readonly doubled: PoolPrediction;
}

/** Simulation of the present pool and of twice the workers, if these would not help; null: they would, or the log cannot tell. */
export function slotsWouldNotHelp({ summary, predictor }: Facts): Doubled | null {
  const { model, workers, threads } = summary.server;
  const pool = {
    model: model === 'threaded' ? ('threaded' as const) : ('sync' as const),
    workers: workers.value ?? 1,
    threads: threads.value ?? 1,
  };
  const now = predictor.predict(pool);
  const doubled = predictor.predict({ ...pool, workers: pool.workers * 2 });
  return now && doubled && doubled.latencyP95 >= (1 - WORTH) * now.latencyP95 ? { now, doubled } : null;
}
