// When the pool was full: a moment is no stretch, and a moment of rest does not end one.
import { describe, expect, it } from 'vitest';
import { episodesOf } from '../../../src/core/full-stretches.ts';
import { knownAnalysis } from '../../helpers/known-analysis.ts';

const SECOND = 1e6;
const BEGIN = 1_700_000_000 * SECOND;

/** Two sync workers, each with one request a second that takes all of it in the seconds that are full, else a tenth of it. */
function stretches(isFull: (second: number) => boolean, waitSeconds = 0) {
  const rows = Array.from({ length: 60 }, (_, second) =>
    ['1', '2'].map((worker) => {
      const start = BEGIN + second * SECOND;
      const took = isFull(second) ? 1 : 0.1;
      return { start, end: start + took * SECOND, wait: waitSeconds * SECOND, worker, route: 'GET /' };
    }),
  ).flat();
  return episodesOf(knownAnalysis(rows, { model: 'sync', workers: 2, threads: 1 }), 2);
}
const spans = (isFull: (second: number) => boolean) =>
  stretches(isFull).map(({ from, to, fullMicros }) =>
    [from - BEGIN, to - BEGIN, fullMicros].map((micros) => micros / SECOND),
  );

describe('a stretch in which the pool was full', () => {
  it('takes three seconds at least', () => {
    expect(spans((second) => second === 20 || second === 21)).toEqual([]);
    expect(spans((second) => second >= 20 && second < 23)).toEqual([[20, 23, 3]]);
  });

  it('goes on over a second of rest, which is not counted as full, and ends with a longer one', () => {
    expect(spans((second) => second >= 20 && second < 30 && second !== 25)).toEqual([[20, 30, 9]]);
    expect(spans((second) => second >= 20 && second < 40 && !(second >= 28 && second < 32))).toEqual([
      [20, 28, 8],
      [32, 40, 8],
    ]);
  });

  it('has the callers who were taken from the queue in it, not those whose wait was a hand-over', () => {
    const isFull = (second: number) => second >= 20 && second < 30;
    const waiters = (waitSeconds: number) => stretches(isFull, waitSeconds).map((one) => one.waiters);
    // Two a second for ten seconds, and two that begin as it ends.
    expect(waiters(0.5)).toEqual([22]);
    expect(waiters(0.005)).toEqual([0]);
    expect(stretches(isFull, 0.5)[0]).toMatchObject({ totalWaitMicros: 11 * SECOND, longestWaitMicros: SECOND / 2 });
  });
});
