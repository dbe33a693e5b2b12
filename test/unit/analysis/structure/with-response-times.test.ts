// Behind a proxy that logs arrivals and departures, a number of slots gives every start.
import { describe, expect, it } from 'vitest';
import { waitsForSlots } from '../../../../src/analysis/structure/with-response-times.ts';

/** µs: when each request came and when its answer was through. */
const waits = (slots: number, ...stays: readonly (readonly [arrival: number, end: number])[]): number[] => [
  ...waitsForSlots(
    {
      end: Float64Array.from(stays, ([, end]) => end),
      duration: Float64Array.from(stays, ([arrival, end]) => end - arrival),
    },
    slots,
  ),
];

describe('first come, first served', () => {
  it('a request waits until a slot is free', () => {
    expect(waits(1, [0, 100], [10, 200], [20, 300])).toEqual([0, 90, 180]);
    expect(waits(2, [0, 100], [10, 200], [20, 300])).toEqual([0, 0, 80]);
    expect(waits(3, [0, 100], [10, 200], [20, 300])).toEqual([0, 0, 0]);
  });

  it('nobody waits for one who has left', () => expect(waits(1, [0, 100], [100, 200])).toEqual([0, 0]));

  it('one that overtook those before it waited no longer than it stayed', () =>
    expect(waits(1, [0, 100], [10, 50])).toEqual([0, 40]));
});
