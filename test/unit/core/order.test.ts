// Orders by native sorts are those that a comparison gives.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ascendingOrder, sortInstants, sortWaits } from '../../../src/core/order.ts';

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
