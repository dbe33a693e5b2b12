// Whether a pool is full now: from when on, until when, and what does not make it so.
import { expect, it } from 'vitest';
import { poolNow } from '../../../src/core/pool-now.ts';

const SECOND = 1_000_000;
const BEGIN = 1_795_898_520 * SECOND;

/** Requests of 0.2 s, back to back on so many of 4 slots in each second; `until` the last of them ends. */
function state(busy: readonly number[], slots = 4) {
  const start: number[] = [];
  busy.forEach((level, second) => {
    for (let slot = 0; slot < level; slot++)
      for (let k = 0; k < 5; k++) start.push(BEGIN + second * SECOND + k * 200_000 + slot * 10_000);
  });
  const rows = { start: Float64Array.from(start), end: Float64Array.from(start, (at) => at + 200_000), slots };
  const found = poolNow(rows, 1, BEGIN + busy.length * SECOND);
  const second = (at: number) => Math.round((at - BEGIN) / SECOND);
  return (
    found && {
      fullSince: found.fullSince === null ? null : second(found.fullSince),
      lastFull: found.lastFull && [second(found.lastFull.from), second(found.lastFull.to)],
      isContradicted: found.isContradicted,
    }
  );
}
const seconds = (count: number, level: number) => new Array<number>(count).fill(level);

it('is full from where all slots are busy for a while', () => {
  expect(state([...seconds(10, 2), ...seconds(12, 4)])).toEqual({
    fullSince: 10,
    lastFull: null,
    isContradicted: false,
  });
  expect(state([...seconds(10, 2), ...seconds(3, 4)])?.fullSince).toBe(null);
});

it('stays full over a second with room, and is no longer full after two', () => {
  const full = [...seconds(4, 1), ...seconds(10, 4)];
  expect(state([...full, 2, ...seconds(5, 4)])?.fullSince).toBe(4);
  expect(state([...full, ...seconds(4, 2)])).toEqual({ fullSince: null, lastFull: [4, 14], isContradicted: false });
});

it('is no longer full after one second in which most slots were idle: nobody can have waited then', () => {
  const full = [...seconds(4, 1), ...seconds(10, 4)];
  expect(state([...full, 1, 1])).toEqual({ fullSince: null, lastFull: [4, 14], isContradicted: false });
  expect(state([...full, 2, 4])?.fullSince).toBe(4);
});

it('is no longer full where an eighth of it is idle all the time, though never two seconds in a row', () => {
  const full = [...seconds(4, 1), ...seconds(10, 4)];
  expect(state([...full, ...[3, 4, 3, 4, 3, 4, 3, 4, 3, 4]])).toEqual({
    fullSince: null,
    lastFull: [4, 14],
    isContradicted: false,
  });
  // One second with an idle slot of each five is what hand-overs and late lines leave.
  expect(state([...full, 3, 4, 4, 4, 4, 3, 4, 4, 4, 4])?.fullSince).toBe(4);
});

it('says since when no slot idled: a queue may have run empty where one did, though the pool stays full', () => {
  const standing = (busy: readonly number[]) => {
    const start = busy.flatMap((level, second) =>
      seconds(level, 0).flatMap((_, slot) => [0, 1, 2, 3, 4].map((k) => BEGIN + second * SECOND + k * 200_000 + slot)),
    );
    const rows = { start: Float64Array.from(start), end: Float64Array.from(start, (at) => at + 200_000), slots: 4 };
    const since = poolNow(rows, 1, BEGIN + busy.length * SECOND)?.standingSince ?? null;
    return since === null ? null : Math.round((since - BEGIN) / SECOND);
  };
  const full = [...seconds(4, 1), ...seconds(10, 4)];
  expect(standing(full)).toBe(4);
  // The second before it counts as well, since a part of its work may have been placed there.
  expect(standing([...full, 3, ...seconds(5, 4)])).toBe(16);
  expect(standing([...full, ...seconds(4, 2)])).toBe(null);
});

it('does not take what still runs for a free slot', () => {
  // Long requests fill the pool; those that run at the end have no line yet.
  const rows = [0, 1, 2, 3].flatMap((slot) =>
    Array.from({ length: 6 }, (_, k) => BEGIN + slot * 1000 + k * 5 * SECOND),
  );
  const start = Float64Array.from(rows);
  const end = start.map((at) => at + 5 * SECOND);
  const found = poolNow({ start, end, slots: 4 }, 1, BEGIN + 34 * SECOND);
  expect(found?.fullSince).not.toBe(null);
});

it('says when more ran than there are slots', () => {
  expect(state(seconds(10, 4), 2)?.isContradicted).toBe(true);
});

it('knows nothing of requests without times', () => {
  const nothing = Float64Array.of(Number.NaN);
  expect(poolNow({ start: nothing, end: nothing, slots: 1 }, 1, BEGIN)).toBe(null);
});
