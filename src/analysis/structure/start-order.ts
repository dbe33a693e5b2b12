/**
 * Slots of a server whose lines carry the start of a request but are written at its end (Paste's TransLogger before waitress). The order of
 * lines is that of the ends, so a start that is out of order shows a request that was still running.
 *
 * For each tick b: lines stamped before b that stand after the first line stamped b or later are requests in flight at that moment. Their
 * number is a lower bound of the slots.
 */
import type { Trace } from './trace.ts';

/** The most requests surely in flight at once. */
export function mostInFlight(trace: Trace): number {
  const n = trace.length;
  const first = trace.low.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const last = trace.low.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const ticks = Math.round((last - first) / trace.resolution) + 1;
  if (n === 0 || ticks > 1e6) return 0;
  const before = new Float64Array(ticks + 1);
  for (let i = 0; i < n; i++) before[Math.round((trace.low[i] - first) / trace.resolution) + 1]++;
  for (let k = 1; k <= ticks; k++) before[k] += before[k - 1];
  let most = 0;
  let latest = 0;
  for (let i = 0; i < n; i++) {
    const tick = Math.round((trace.low[i] - first) / trace.resolution);
    for (let k = latest + 1; k <= tick; k++) most = Math.max(most, before[k] - i);
    latest = Math.max(latest, tick);
  }
  return most;
}

/** Numbers of threads that people configure. */
const usual = [4, 8, 12, 16, 20, 24, 32, 48, 64, 96, 128];

/** The smallest usual number of threads above the bound: a full pool shows nearly all of its slots. */
export const usualSlotsAbove = (most: number): number | null => usual.find((slots) => slots > most) ?? null;
