/**
 * Does a worker fall silent before the lines of one route? If it runs one request at a time, no other request can end on it while a slow
 * one runs, so the line of a slow route always follows a pause. A worker that runs many at once goes on writing.
 */
import type { Trace } from './trace.ts';

const FEWEST_LINES = 12;

export interface RoutePause {
  /** Chance that a line of the route follows a longer pause than a line of another (ties count half), 0..1. */
  readonly share: number;
  /** Wilcoxon's z of `share`. */
  readonly z: number;
  readonly route: number;
}

/** The route whose lines most clearly follow longer pauses of their worker than the lines of other routes do. */
export function longestPause(trace: Trace): RoutePause {
  const n = trace.length;
  const last = new Float64Array(trace.workerIds.length).fill(Number.NaN);
  const pauses = new Float64Array(n);
  const rows = new Int32Array(n);
  let known = 0;
  for (let i = 0; i < n; i++) {
    const worker = trace.worker[i];
    if (!Number.isNaN(last[worker])) {
      pauses[known] = trace.low[i] - last[worker];
      rows[known++] = i;
    }
    last[worker] = trace.low[i];
  }
  const ranks = midranks(pauses.subarray(0, known));
  const sums = new Map<number, { count: number; sum: number }>();
  for (let k = 0; k < known; k++) {
    const route = trace.route[rows[k]];
    const entry = sums.get(route);
    if (entry) {
      entry.count++;
      entry.sum += ranks.values[k];
    } else sums.set(route, { count: 1, sum: ranks.values[k] });
  }
  let best: RoutePause = { share: 0.5, z: 0, route: -1 };
  for (const [route, { count, sum }] of sums) {
    const others = known - count;
    if (count < FEWEST_LINES || others < FEWEST_LINES) continue;
    // Wilcoxon's rank sum with the correction for ties.
    const mean = (count * (known + 1)) / 2;
    const variance = ((count * others) / 12) * (known + 1 - ranks.ties / (known * (known - 1)));
    const z = variance > 0 ? (sum - mean) / Math.sqrt(variance) : 0;
    const share = (sum - (count * (count + 1)) / 2) / (count * others);
    if (share > best.share) best = { share, z, route };
  }
  return best;
}

/** Ranks from 1, where ties share their mean rank; and Σ(t³ - t) over the sizes t of ties. */
function midranks(values: Float64Array): { values: Float64Array; ties: number } {
  const order = Array.from(values.keys()).sort((a, b) => values[a] - values[b]);
  const ranks = new Float64Array(values.length);
  let ties = 0;
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    const size = to - from;
    ties += size ** 3 - size;
    for (let k = from; k < to; k++) ranks[order[k]] = (from + to + 1) / 2;
    from = to;
  }
  return { values: ranks, ties };
}
