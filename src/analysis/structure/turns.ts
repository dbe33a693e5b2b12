/**
 * Do workers take turns? A worker that runs one request at a time cannot end two in a row while others work, and idle workers of a prefork
 * server are woken in turn. A worker that runs many at once ends its requests in any order. The order of pids in the file shows this with
 * stamps of any resolution, and without durations.
 */
import type { Trace } from './trace.ts';

export interface Turns {
  /** Pairs of neighbouring lines from the same worker. */
  readonly repeats: number;
  /** The same, expected if each line came from a random worker (by the workers' shares in its block of lines). */
  readonly expected: number;
  /** Standard deviation of that expectation. */
  readonly deviation: number;
}

/** Shares are taken in blocks of lines, so that workers that come and go do not distort them. */
export function turnsOf(trace: Trace): Turns {
  const n = trace.length;
  const workers = trace.workerIds.length;
  const block = Math.max(24, 6 * Math.min(workers, 64));
  const counts = new Float64Array(workers);
  let repeats = 0;
  let expected = 0;
  let variance = 0;
  for (let from = 0; from < n; from += block) {
    const to = Math.min(n, from + block);
    const size = to - from;
    if (size < 4) break;
    counts.fill(0);
    let same = 0;
    for (let i = from; i < to; i++) {
      counts[trace.worker[i]]++;
      if (i > from && trace.worker[i] === trace.worker[i - 1]) same++;
    }
    let pairs = 0;
    for (let w = 0; w < workers; w++) pairs += counts[w] * (counts[w] - 1);
    const chance = pairs / (size * (size - 1));
    repeats += same;
    expected += (size - 1) * chance;
    variance += (size - 1) * chance * (1 - chance);
  }
  return { repeats, expected, deviation: Math.sqrt(variance) };
}

/** So few repeats that workers must be taking turns. */
export const inTurn = ({ repeats, expected, deviation }: Turns): boolean =>
  expected >= 4 && repeats < 0.5 * expected && repeats < expected - 3 * deviation;
