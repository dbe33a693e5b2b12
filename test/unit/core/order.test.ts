// Orders by native sorts are those that a comparison gives.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ascendingOrder, packedOrder, sortInstants, sortWaits } from '../../../src/core/order.ts';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const instants = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 5 }).map((x) => 1.7e15 + x / 4),
    fc.integer({ min: 0, max: 1e6 }).map((x) => x / 1e6),
    finite.filter((x) => Math.abs(x) < 1e100),
  ),
);

it('orders indices by their values, and ties by themselves', () => {
  fc.assert(
    fc.property(instants, (list) => {
      const values = Float64Array.from(list);
      const expected = list.map((_, i) => i).sort((a, b) => values[a] - values[b] || a - b);
      expect([...ascendingOrder(values)]).toEqual(expected);
    }),
  );
});

it('takes values within one unit of the scale for ties, spread evenly, in crowds and far apart', () => {
  const spread = fc.array(fc.integer({ min: 0, max: 3e6 }), { minLength: 50, maxLength: 300 });
  const crowds = fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1e9, max: 1e9 + 3 })), {
    maxLength: 300,
  });
  fc.assert(
    fc.property(fc.oneof(spread, crowds), (list) => {
      const least = Math.min(...list);
      const values = Float64Array.from(list, (x) => 1.7e15 + x / 4);
      const key = (i: number) => Math.floor((list[i] - least) / 4);
      const expected = list.map((_, i) => i).sort((a, b) => key(a) - key(b) || a - b);
      // Values that ascend stand in their order already.
      const isAscending = list.every((x, i) => i === 0 || x >= list[i - 1]);
      expect([...packedOrder(values, 1)]).toEqual(isAscending ? list.map((_, i) => i) : expected);
    }),
  );
});

it('tells values apart that lie nearer than what is packed', () => {
  const values = Float64Array.from({ length: 2000 }, (_, i) => 1e-9 * ((i * 7919) % 2000));
  values[0] = 1e15;
  const order = ascendingOrder(values);
  for (let k = 1; k < order.length; k++) expect(values[order[k - 1]]).toBeLessThanOrEqual(values[order[k]]);
});

it('sorts waits as any numbers', () => {
  const wait = fc.oneof(fc.constant(0), fc.constant(Number.NaN), finite);
  fc.assert(
    fc.property(fc.array(wait), (list) => {
      expect(sortWaits(Float64Array.from(list)).map((x) => x + 0)).toEqual(
        Float64Array.from(list)
          .sort()
          .map((x) => x + 0),
      );
    }),
  );
});

it('sorts instants as any numbers, and those that stand in their order already', () => {
  fc.assert(
    fc.property(instants, fc.boolean(), (list, isSorted) => {
      const values = Float64Array.from(list, (x) => x + 0);
      const expected = values.slice().sort();
      expect(sortInstants(isSorted ? expected.slice() : values)).toEqual(expected);
    }),
  );
});
