/**
 * Does a worker fall silent before the lines of one route? If it runs one request at a time, no other request can end on it while a slow
 * one runs, so the line of a slow route always follows a pause. A worker that runs many at once keeps writing lines.
 *
 * The pause is evidence about the worker only if other workers write lines meanwhile. Where a visitor loads a page and then its scripts and
 * pictures, the whole server is silent before each page.
 */
import type { Trace } from './trace.ts';

const FEWEST_LINES = 12;

export interface RoutePause {
  /** Chance that a line of this route follows a longer pause than a line of another route (ties count half), 0..1; 0.5: no difference. */
  readonly share: number;
  /** Wilcoxon's z of `share`. */
  readonly z: number;
  /** Like `share`, but with each pause measured by the number of lines that other workers wrote meanwhile. */
  readonly shareByLines: number;
  readonly route: number;
}

/** The route with the largest `share`; `route` is -1 if no route exceeds 0.5. */
export function longestPause(trace: Trace): RoutePause {
  const n = trace.length;
  const last = new Int32Array(trace.workerIds.length).fill(-1);
  const pauses = new Float64Array(n);
  const linesOfOthers = new Float64Array(n);
  const routes = new Int32Array(n);
  let known = 0;
  for (let i = 0; i < n; i++) {
    const before = last[trace.worker[i]];
    if (before >= 0) {
      pauses[known] = trace.low[i] - trace.low[before];
      linesOfOthers[known] = i - before - 1;
      routes[known++] = trace.route[i];
    }
    last[trace.worker[i]] = i;
  }
  const byLines = sharesOf(linesOfOthers.subarray(0, known), routes);
  let best: RoutePause = { share: 0.5, z: 0, shareByLines: 0.5, route: -1 };
  for (const [route, { share, z }] of sharesOf(pauses.subarray(0, known), routes))
    if (share > best.share) best = { share, z, shareByLines: byLines.get(route)?.share ?? 0.5, route };
  return best;
}

/** For each route, the chance that one of its values exceeds one of another route, and Wilcoxon's z. Rare routes are left out. */
function sharesOf(values: Float64Array, routes: Int32Array): Map<number, { share: number; z: number }> {
  const known = values.length;
  const ranks = midranks(values);
  const sums = new Map<number, { count: number; sum: number }>();
  for (let k = 0; k < known; k++) {
    const entry = sums.get(routes[k]);
    if (entry) {
      entry.count++;
      entry.sum += ranks.values[k];
    } else sums.set(routes[k], { count: 1, sum: ranks.values[k] });
  }
  const shares = new Map<number, { share: number; z: number }>();
  for (const [route, { count, sum }] of sums) {
    const others = known - count;
    if (count < FEWEST_LINES || others < FEWEST_LINES) continue;
    // Wilcoxon's rank sum with the correction for ties.
    const mean = (count * (known + 1)) / 2;
    const variance = ((count * others) / 12) * (known + 1 - ranks.ties / (known * (known - 1)));
    const z = variance > 0 ? (sum - mean) / Math.sqrt(variance) : 0;
    shares.set(route, { share: (sum - (count * (count + 1)) / 2) / (count * others), z });
  }
  return shares;
}

/** Ranks from 1; tied values share their mean rank. `ties` is Σ(t³ - t) over the sizes t of groups of equal values. */
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
