import { describe, expect, it } from 'vitest';
import type { TimelineView } from '../../../src/analysis/timeline.ts';
import { idleStretches, overviewOf, pastOf } from '../../../src/engine/overview.ts';

const SECOND = 1_000_000;
const FROM = 1_700_000_000 * SECOND;

/** A step a second, with so many requests in each; `busy`: steps in which one was in flight. */
function viewOf(requests: readonly number[], busy: readonly number[] = []): TimelineView {
  const busyMicros = Float64Array.from(requests, (count, i) => (count > 0 || busy.includes(i) ? SECOND : 0));
  const column = Float64Array.from(requests);
  return { from: FROM, stepSeconds: 1, requests: column, errors: column.map(() => 0), busyMicros } as never;
}
const seconds = (view: TimelineView) =>
  idleStretches(view).map(({ from, to }) => [(from - FROM) / SECOND, (to - FROM) / SECOND]);

describe('idle stretches of a log', () => {
  it('lie between requests, with a step of quiet left at both ends', () => {
    expect(seconds(viewOf([1, 0, 0, 0, 0, 0, 2]))).toEqual([[2, 5]]);
    expect(seconds(viewOf([1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1]))).toEqual([
      [2, 5],
      [8, 12],
    ]);
  });

  it('are three seconds or longer', () => {
    expect(seconds(viewOf([1, 0, 0, 0, 0, 2]))).toEqual([]);
  });

  it('are none where a request is in flight that began and ends elsewhere', () => {
    expect(seconds(viewOf([1, 0, 0, 0, 0, 0, 2], [1, 2, 3, 4, 5]))).toEqual([]);
  });

  it('are none behind the last request: nothing follows to jump to', () => {
    expect(seconds(viewOf([1, 0, 0, 0, 0, 0, 0, 0]))).toEqual([]);
  });
});

describe('the past of what is held', () => {
  it('is none where the first request of all is held', () => {
    expect(pastOf(viewOf([1, 1]), FROM)).toBeNull();
    expect(pastOf(viewOf([1, 1]), FROM + SECOND)).toMatchObject({
      from: FROM,
      until: FROM + SECOND,
      stepMicros: SECOND,
    });
  });

  it('and the rate of the whole have the steps of the timeline', () => {
    expect(overviewOf({ ...viewOf([1, 2]), stepSeconds: 30 })).toMatchObject({ from: FROM, stepMicros: 30 * SECOND });
  });
});
