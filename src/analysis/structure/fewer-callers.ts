/**
 * If fewer callers than slots each ask again as soon as they are answered (a load test, workers of a job queue), they keep as many slots
 * busy as there are callers, nearly always, and never one more. Nobody waits, however busy the workers look.
 */
import { fewestLanes } from './lanes.ts';
import { limitOf } from './limit.ts';
import type { Trace } from './trace.ts';

/** Share of their time for which such callers are being served. */
const FILL = 0.9;
/** Fewer requests may look like this by chance. */
const FEWEST = 40;
/** Score from which a limit counts as certain (docs/inference-wait.md). */
const SCORE = 25;
const REPLICAS = 3;

/** The number of callers, if it is smaller than `slots`; null: it is not, or the log cannot tell. */
export function fewerCallers(trace: Trace, slots: number): number | null {
  const n = trace.length;
  if (!trace.hasDurations || trace.startsOnly || n < FEWEST || slots < 2) return null;
  let work = 0;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    work += trace.duration[i];
    first = Math.min(first, trace.low[i] - trace.duration[i]);
    last = Math.max(last, trace.high[i]);
  }
  const busy = work / (last - first);
  if (busy > slots - 1 || busy < FILL * Math.ceil(busy)) return null;
  const callers = fewestLanes(trace, null, 1, slots - 1);
  if (callers === null || busy < FILL * callers) return null;
  return limitOf(trace, false, REPLICAS).score >= SCORE ? callers : null;
}
