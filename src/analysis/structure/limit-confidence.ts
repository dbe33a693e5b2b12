/** How sure it is that a worker runs one request at a time, or that a number of slots is a limit. */
import type { Estimate } from '../../core/summary.ts';
import type { Limit } from './limit.ts';
import { within } from './structure.ts';
import type { Trace } from './trace.ts';

/** Confidence by evidence in nats; measured on simulated servers (docs/inference-structure.md). */
export const sureOfOne = (nats: number): number => (nats >= 3 ? 0.9 : nats >= 2 ? 0.7 : 0);

/**
 * Nats from requests that are much longer than a tick and follow each other without a gap. Each time, an unrelated request would begin
 * within a tick of the last one's end with a chance of about tick / duration.
 */
export function natsOfSeamlessness(trace: Trace): number {
  const n = trace.length;
  let busy = 0;
  for (let i = 0; i < n; i++) busy += trace.duration[i];
  const span = trace.end[n - 1] - (trace.end[0] - trace.duration[0]);
  return busy >= 0.95 * span ? (n - 1) * Math.max(0, Math.log(busy / n / trace.resolution)) : 0;
}

/**
 * How sure a limit is, by its score; measured on simulated pools and on servers without a limit (docs/inference-structure.md). Ticks that
 * hide overlaps, and more lanes than a worker usually has threads, need a higher score.
 */
export function limitConfidence(limit: Limit, usualLanes: number): number {
  const sure = confidenceByScore(limit, usualLanes);
  const filled = limit.fill >= FILLED && limit.lanes <= MOST_FILLED;
  return limit.episodes >= FEWEST_EPISODES || filled ? sure : Math.min(sure, 0.58);
}

/**
 * With fewer episodes a limit may be crowds on an event loop: a third of the limits found on simulated ones had fewer, of those on thread
 * pools a tenth.
 */
const FEWEST_EPISODES = 4;
/** Lanes at least this full are the limit of a pool, if there are no more than MOST_FILLED. */
const FILLED = 0.8;
const MOST_FILLED = 12;

function confidenceByScore({ score, lanes, blurred, fill, expected }: Limit, usualLanes: number): number {
  if (lanes > usualLanes) return score >= 25 ? 0.58 : 0;
  if (blurred) return score >= 40 ? 0.85 : score >= 6 ? 0.55 : 0;
  if (score >= 25) return 0.94;
  if (score >= 12) return 0.9;
  if (score >= 6 || (fill >= FILLED && lanes <= MOST_FILLED && expected > 0.2)) return 0.75;
  return score >= 3 ? 0.58 : 0;
}

export const FEW_CLIENTS = 'but that may as well be the number of clients as a limit of the server';

/** The number of lanes is a lower bound. It is too low where ticks hide overlaps, and by one or two where lanes are many. */
export function slotsAt({ lanes, blurred, score }: Limit, sure: number, method: string): Estimate {
  if (blurred) return within(lanes, lanes, Math.ceil(lanes * 1.5) + 1, lanes <= 6 ? 0.75 : 0.55, method);
  // With a score this clear the number is as good as exact; below, a slot that is hardly ever needed may be missing.
  const exact = score >= 25 ? (lanes >= 12 ? 0.7 : 0.92) : 0.58;
  return within(lanes, lanes, lanes + Math.ceil(lanes / 6), Math.min(exact, sure), method);
}
