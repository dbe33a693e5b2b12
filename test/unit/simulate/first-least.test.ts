import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FirstLeast } from '../../../src/simulate/first-least.ts';

describe('the first of the least numbers', () => {
  it('is the one that a search through all of them finds', () => {
    const change = fc.tuple(fc.nat(), fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(Number.POSITIVE_INFINITY)));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 130 }), fc.array(change, { maxLength: 200 }), (count, changes) => {
        const least = new FirstLeast(count, 3);
        const values = new Array<number>(count).fill(3);
        for (const [at, value] of changes) {
          values[at % count] = value;
          least.set(at % count, value);
          const place = values.indexOf(Math.min(...values));
          expect([least.place, least.valueAt(least.place)]).toEqual([place, values[place]]);
        }
      }),
    );
  });
});
