import { describe, expect, it } from 'vitest';
import { History } from '../../../src/engine/history.ts';
import { type HandRequest, handSnapshot, NOON } from '../../helpers/snapshots.ts';

const SECOND = 1_000_000;
const HOUR = 3600;

function historyOf(...lists: readonly (readonly HandRequest[])[]): History {
  const history = new History();
  for (const list of lists) {
    const { requests, placement } = handSnapshot({ requests: list });
    history.add(requests, placement);
  }
  return history;
}
const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);

describe('requests that are no longer held', () => {
  it('are counted in quarters of the second in which they ended', () => {
    const past = historyOf([
      { start: 0, end: 0.1 },
      { start: 0, end: 0.6 },
      { start: 0, end: 0.7 },
    ]).past(NOON + SECOND);
    expect(past).toMatchObject({ from: NOON, until: NOON + SECOND, stepMicros: SECOND / 4 });
    expect([...past!.requests]).toEqual([1, 0, 2]);
  });

  it('are errors from 500 on', () => {
    const past = historyOf([200, 404, 499, 500, 503].map((status) => ({ start: 0, end: 0.1, status }))).past(NOON);
    expect([...past!.errors]).toEqual([2]);
  });

  it('keep workers busy from their start to their end', () => {
    // The past begins with the first end.
    const past = historyOf([
      { start: 0, end: 0 },
      { start: 0, end: 1, worker: '1' },
      { start: 0.5, end: 1, worker: '2' },
    ]).past(NOON);
    expect([...past!.busyMicros].map((micros) => micros / SECOND)).toEqual([0.25, 0.25, 0.5, 0.5, 0]);
    expect([...past!.workers.values()].map((busy) => sum(busy) / SECOND).sort()).toEqual([0.5, 1]);
  });

  it('are forgotten after an hour, and one that comes later than that is not counted in its place', () => {
    const past = historyOf(
      [{ start: 0, end: 0.1 }],
      [{ start: HOUR + 5, end: HOUR + 5.1 }],
      [{ start: 1, end: 1.1 }],
    ).past(NOON);
    expect(sum(past!.requests)).toBe(1);
    expect(past!.requests.length).toBe(HOUR * 4);
  });

  it('are none before any was forgotten', () => {
    expect(new History().past(NOON)).toBeNull();
  });
});
