// Readers that come and go, in any order: every byte is read once.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BLOCK_BYTES, SharedRanges } from '../../../src/engine/shared-ranges.ts';

test('readers in any order read every byte once', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 2, max: 20 }),
      fc.array(fc.nat(3), { minLength: 50, maxLength: 400 }),
      (readers, blocks, worthSplitting, turns) => {
        const begin = 777;
        const end = begin + blocks * BLOCK_BYTES - 5;
        const shared = SharedRanges.create(readers, begin, end, worthSplitting);
        const at: (number | null)[] = Array(readers).fill(null);
        at[0] = begin;
        const read: [number, number][] = [];
        const step = (reader: number) => {
          const from = at[reader];
          if (from === null) {
            at[reader] = shared.split(reader, (near) => near + 1000 + reader);
            return;
          }
          const { to, last } = shared.advance(reader);
          if (to > from) read.push([from, to]);
          at[reader] = last ? null : Math.max(from, to);
        };
        for (const turn of turns) step(turn % readers);
        while (at.some((one) => one !== null)) for (let k = 0; k < readers; k++) if (at[k] !== null) step(k);
        read.sort((a, b) => a[0] - b[0]);
        let position = begin;
        for (const [from, to] of read) {
          expect(from).toBe(position);
          position = to;
        }
        expect(position).toBe(end);
        expect(shared.left()).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
});

test('nobody may take a range once it is closed', () => {
  const shared = SharedRanges.create(3, 0, 10 * BLOCK_BYTES, 2);
  expect(shared.join(0)).toBe(true);
  expect(shared.join(2)).toBe(true);
  expect(shared.close()).toEqual([0, 2]);
  expect(shared.join(1)).toBe(false);
});
