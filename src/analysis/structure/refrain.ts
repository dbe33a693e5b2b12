/**
 * Where requests all take about as long and the pool stays full, its slots take turns for ever: the order of workers in
 * the file repeats after as many lines as there are slots. (Sync workers: after one line of each; k threads each: after k.)
 */
import type { Trace } from './trace.ts';

export interface Refrain {
  /** Lines after which the order of workers repeats best. */
  readonly lag: number;
  /** Share of lines that have the worker of the line `lag` before. */
  readonly share: number;
  /** The same share after one line of each worker. */
  readonly ofOneEach: number;
  /** Expected by chance. */
  readonly chance: number;
  readonly lines: number;
  readonly workers: number;
  /** A divisor of the lag repeats much better than by chance, too: slots whose turns are not quite as long leave such an order. */
  readonly mayBeShorter: boolean;
}

const LONGEST = 128;
/** Share of the lines that may be out of turn. */
const STRAY = 0.1;
/** Share of a divisor beyond chance, beside that of the best lag, from which it may be the true one. */
const AS_WELL = 0.4;
/** Lines looked at. */
const LINES = 4_000;

/** null: a single worker, too few lines, or workers that are not asked in turn. */
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
  // Multiples of the true lag repeat nearly as well: the shortest that does.
  for (let lag = 2; lag < best; lag++) {
    if (best % lag === 0 && shares[lag] > 0.85 * shares[best]) {
      best = lag;
      break;
    }
  }
  // Of its k slots that take turns a worker writes k lines in a row at most. More are packs, whose second next line is its, too.
  if (shares[1] > 1 - workers / best + STRAY) return null;
  const lag = best;
  // Lines of a worker in a row make short lags alike; a lag of turns stands out from those beside it.
  const standsOut = (at: number) => shares[at] > Math.max(shares[at - 1], shares[at + 1]);
  const enough = chance + AS_WELL * (shares[lag] - chance);
  const mayBeShorter = shares
    .subarray(0, lag)
    .some((share, at) => at >= workers && lag % at === 0 && share > enough && standsOut(at));
  return { lag, share: shares[lag], ofOneEach: shares[workers], chance, lines: n, workers, mayBeShorter };
}

/** Clear enough to count the slots by. */
export const isClear = ({ share, chance, lines, lag }: Refrain): boolean =>
  share >= 0.6 && share > chance + 0.25 && lines >= Math.max(60, 8 * lag);

/** More slots take turns than there are workers; clear of the best of many lags by chance. */
export const isLonger = ({ share, ofOneEach, chance, lag, lines, workers }: Refrain): boolean =>
  lag > workers &&
  share >= 0.4 &&
  share - ofOneEach > Math.max(0.1, 3 / Math.sqrt(lines)) &&
  share - chance > 5 * Math.sqrt((chance * (1 - chance)) / lines);
