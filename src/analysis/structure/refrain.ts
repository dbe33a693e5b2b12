/**
 * If all requests take about as long and the pool stays full, its slots keep taking turns: the order of workers in the file repeats after
 * as many lines as there are slots. (Sync workers: after one line of each; with k threads each: after k.)
 */
import type { Trace } from './trace.ts';

export interface Refrain {
  /** Number of lines after which the order of workers repeats best. */
  readonly lag: number;
  /** Share of lines that have the worker of the line `lag` before. */
  readonly share: number;
  /** The same share for a lag of one line per worker. */
  readonly ofOneEach: number;
  /** The share expected by chance. */
  readonly chance: number;
  readonly lines: number;
  readonly workers: number;
  /** A divisor of the lag also repeats much better than by chance: slots whose services are not quite equally long leave such an order. */
  readonly mayBeShorter: boolean;
}

const LONGEST = 128;
/** Share of the lines that may be out of turn. */
const STRAY = 0.1;
/** A divisor may be the true lag if its share beyond chance is at least this fraction of that of the best lag. */
const AS_WELL = 0.4;
/** Lines looked at. */
const LINES = 4_000;

/** null: a single worker, too few lines, or workers that do not take turns. */
export function refrainOf(trace: Trace): Refrain | null {
  const workers = trace.workerIds.length;
  const n = Math.min(trace.length, LINES);
  const longest = Math.min(LONGEST, n >> 2);
  if (workers < 2 || workers > longest) return null;
  const counts = new Float64Array(workers);
  for (let i = 0; i < n; i++) counts[trace.worker[i]]++;
  const chance = counts.reduce((sum, count) => sum + (count / n) ** 2, 0);
  const shares = new Float64Array(longest + 1);
  let best = workers;
  for (let lag = 1; lag <= longest; lag++) {
    let same = 0;
    for (let i = lag; i < n; i++) if (trace.worker[i] === trace.worker[i - lag]) same++;
    shares[lag] = same / (n - lag);
    if (shares[lag] > shares[best]) best = lag;
  }
  // Multiples of the true lag repeat nearly as well, so the shortest lag that does is taken.
  for (let lag = 2; lag < best; lag++) {
    if (best % lag === 0 && shares[lag] > 0.85 * shares[best]) {
      best = lag;
      break;
    }
  }
  // If each worker has k slots that take turns, it writes at most k lines in a row. Longer runs are packs of one worker, not turns.
  if (shares[1] > 1 - workers / best + STRAY) return null;
  const lag = best;
  // Runs of lines of one worker make neighbouring short lags alike; a lag of turns stands out from those beside it.
  const standsOut = (at: number) => shares[at] > Math.max(shares[at - 1], shares[at + 1]);
  const enough = chance + AS_WELL * (shares[lag] - chance);
  const mayBeShorter = shares
    .subarray(0, lag)
    .some((share, at) => at >= workers && lag % at === 0 && share > enough && standsOut(at));
  return { lag, share: shares[lag], ofOneEach: shares[workers], chance, lines: n, workers, mayBeShorter };
}

/** Clear enough for the lag to count the slots. */
export const isClear = ({ share, chance, lines, lag }: Refrain): boolean =>
  share >= 0.6 && share > chance + 0.25 && lines >= Math.max(60, 8 * lag);

/** More slots take turns than there are workers, clearly beyond the best of many lags by chance. */
export const isLonger = ({ share, ofOneEach, chance, lag, lines, workers }: Refrain): boolean =>
  lag > workers &&
  share >= 0.4 &&
  share - ofOneEach > Math.max(0.1, 3 / Math.sqrt(lines)) &&
  share - chance > 5 * Math.sqrt((chance * (1 - chance)) / lines);
