// Where a long log was full for longest, although requests of such stretches are kept: their waits are not told.
import { describe, expect, it } from 'vitest';
import type { FollowedPart } from '../../../src/analysis/followed-part.ts';
import type { Known } from '../../../src/analysis/known-steps.ts';
import { fullYetUntold } from '../../../src/analysis/not-followed.ts';
import { strataOf } from '../../../src/analysis/strata.ts';
import { TableBuilder } from '../../../src/core/table.ts';

const SECOND = 1e6;
const BEGIN = 1_700_000_000 * SECOND;
const SLOTS = 3;

interface LongLog {
  readonly seconds: number;
  readonly rate: number;
  /** Seconds at which all slots are busy. */
  readonly isFull: (second: number) => boolean;
  /** Seconds that were followed. */
  readonly isKnown: (second: number) => boolean;
}

function told({ seconds, rate, isFull, isKnown }: LongLog) {
  const each = (value: (second: number) => number) => Float64Array.from({ length: seconds }, (_, k) => value(k));
  const view: FollowedPart['view'] = {
    from: BEGIN,
    stepSeconds: 1,
    requests: each(() => rate),
    errors: each(() => 0),
    busyMicros: each((k) => (isFull(k) ? SLOTS : 0.3) * SECOND),
  };
  const known: Known = {
    strata: strataOf(view, () => SLOTS)!,
    isKnown: Uint8Array.from({ length: seconds }, (_, k) => (isKnown(k) ? 1 : 0)),
  };
  const { notFollowed } = fullYetUntold(known, { table: new TableBuilder(1).table, view, isWhole: known.isKnown });
  return notFollowed && { ...notFollowed, since: (notFollowed.lookFrom - BEGIN) / SECOND };
}

const within = (from: number, to: number) => (second: number) => second >= from && second < to;

describe('of a log whose full stretches are kept and whose waits are not told', () => {
  it('the longest one is told, with a minute around it, and to look ten minutes before it', () => {
    const isFull = (second: number) => within(1000, 1080)(second) || within(5000, 5600)(second);
    const stretch = told({ seconds: 7200, rate: 6, isFull, isKnown: within(900, 5300) })!;
    expect(stretch.isKept).toBe(true);
    // A step counts as full by the two on either side of it.
    expect(Math.abs(stretch.fullMicros / SECOND - 600)).toBeLessThanOrEqual(4);
    expect(Math.abs((stretch.from - BEGIN) / SECOND - 4940)).toBeLessThanOrEqual(2);
    expect(Math.abs((stretch.to - BEGIN) / SECOND - 5660)).toBeLessThanOrEqual(2);
    expect(Math.abs(stretch.since - 4400)).toBeLessThanOrEqual(2);
    expect(stretch.isFollowed).toBe(true);
    // Of the seconds that were followed.
    expect(stretch.fullShare).toBeCloseTo(380 / 4400, 2);
  });

  it('pauses of less than a minute do not end it', () => {
    const isFull = (second: number) => within(1000, 1100)(second) || within(1140, 1240)(second);
    const stretch = told({ seconds: 7200, rate: 6, isFull, isKnown: () => true })!;
    expect(Math.abs(stretch.fullMicros / SECOND - 200)).toBeLessThanOrEqual(8);
    expect(Math.abs((stretch.to - stretch.from) / SECOND - 360)).toBeLessThanOrEqual(4);
  });

  it('so much that it cannot be followed whole is looked at with less before it, or without that', () => {
    const isFull = within(5000, 5600);
    // Followed whole are 40 000 requests: 720 s of it and the 240 before them, and no more.
    const less = told({ seconds: 7200, rate: 40, isFull, isKnown: () => true })!;
    expect(less.isFollowed).toBe(true);
    expect(Math.abs(less.since - 4700)).toBeLessThanOrEqual(2);
    const none = told({ seconds: 7200, rate: 100, isFull, isKnown: () => true })!;
    expect(none.isFollowed).toBe(false);
    expect(none.lookFrom).toBe(none.from);
  });

  it('a pool that is full for less than a minute is so now and then', () => {
    expect(told({ seconds: 7200, rate: 6, isFull: within(1000, 1050), isKnown: () => true })).toBeUndefined();
    expect(told({ seconds: 7200, rate: 6, isFull: () => false, isKnown: () => true })).toBeUndefined();
  });
});
