/** Requests that slow each other down, as two findings tell of it: by what one process shares, and by what all of them share. */
import type { Facts } from '../core/finding.ts';
import type { ContentionFound, PoolPrediction } from '../core/prediction.ts';
import { secondsOf } from '../core/rows.ts';

/** Requests that take less than this many times as long as alone do not need mending. */
const MINIMUM_SLOWDOWN = 1.2;
const MINIMUM_REQUESTS = 200;
/** Share of each request from which what all share is told as the limit of the server. */
export const LIMITING_SHARE = 0.3;

export interface SharedWork {
  readonly found: ContentionFound;
  /** Seconds of shared work in a request. */
  readonly workSeconds: number;
  /** Requests per second at which the shared work has no time left. */
  readonly ceiling: number;
  /** Times that a request takes of what it takes alone. */
  readonly slowdown: number;
  readonly lostSeconds: number;
  readonly evidence: Readonly<Record<string, number | null>>;
}

/** null: the requests share less than `minimumShare` of their time, not at this station, or it hardly shows. */
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

/** Doubling the slots must lower the p95 latency that the simulation sees by this share, or it only moves the wait into the request. */
const WORTH = 0.2;

export interface Doubled {
  readonly now: PoolPrediction;
  readonly doubled: PoolPrediction;
}

/** Twice the workers as simulated, where requests share so much that these would not help; null: they would, or it does not show. */
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
