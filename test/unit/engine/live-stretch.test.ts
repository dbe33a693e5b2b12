// A stretch in which the pool is full: how its wait is told from one examination to the next.
import { expect, it } from 'vitest';
import { LiveStretch } from '../../../src/engine/live-stretch.ts';

const SECOND = 1_000_000;
const found = { mean: SECOND, low: 0.4 * SECOND, high: 9 * SECOND, isOpen: true };

/** What is told of a queue whose likeliest wait stays while the least creeps up to it. */
function toldAsLeastGrows(leasts: readonly number[]): (boolean | undefined)[] {
  const stretch = new LiveStretch(0, false);
  stretch.waited(found, true);
  return leasts.map((least) => {
    stretch.bound(least * SECOND, 20 * SECOND);
    return stretch.told?.isLeast;
  });
}

it('tells the likeliest wait until the least has come up to it, not now this and then that', () => {
  expect(toldAsLeastGrows([0.5, 0.75, 0.85, 0.78, 0.9, 0.97])).toEqual([false, false, false, false, false, true]);
});

it('tells the likeliest again when it lies well above the least', () => {
  expect(toldAsLeastGrows([0.7, 0.85, 0.75, 0.65, 0.85])).toEqual([true, true, true, false, false]);
});
