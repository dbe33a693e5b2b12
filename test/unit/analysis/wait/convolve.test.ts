// The convolution of two laws, beside the sum that defines it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addConvolution, type Run } from '../../../../src/analysis/wait/convolve.ts';

/** Σ_x weights[x] · law[y - x - shift] at each y, added to what stands there; nothing outside of the target. */
function convolved(target: readonly number[], weights: readonly number[], law: readonly number[], shift: number) {
  const sums = [...target];
  for (let x = 0; x < weights.length; x++)
    for (let k = 0; k < law.length; k++) {
      const y = x + k + shift;
      if (y >= 0 && y < sums.length) sums[y] += weights[x] * law[k];
    }
  return sums;
}

/** Numbers that add up without an error, so that the order of the sums does not matter. */
const values = (most: number) => fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: most });

const OUTSIDE = -1;
/** The values as a run of a longer array. */
const runOf = (own: readonly number[], before: number, after: number): Run => {
  const outside = (length: number) => new Array<number>(length).fill(OUTSIDE);
  return {
    values: Float64Array.from([...outside(before), ...own, ...outside(after)]),
    at: before,
    length: own.length,
  };
};

describe('addConvolution', () => {
  it('is the sum of its definition for laws of every length, at every shift', () => {
    fc.assert(
      fc.property(
        values(20),
        values(14),
        values(14),
        fc.integer({ min: -20, max: 20 }),
        fc.nat(5),
        fc.nat(5),
        (target, weights, law, shift, before, after) => {
          const run = runOf(target, before, after);
          addConvolution(run, runOf(weights, before, after), runOf(law, after, before), shift);
          expect([...run.values]).toEqual([
            ...new Array(before).fill(OUTSIDE),
            ...convolved(target, weights, law, shift),
            ...new Array(after).fill(OUTSIDE),
          ]);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('keeps the whole mass of two laws where the target is wide enough', () => {
    const chances = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 });
    const sum = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0);
    fc.assert(
      fc.property(chances, chances, fc.nat(6), (weights, law, shift) => {
        const target = runOf(new Array(weights.length + law.length + shift).fill(0), 0, 0);
        addConvolution(target, runOf(weights, 0, 0), runOf(law, 0, 0), shift);
        expect(sum(target.values)).toBeCloseTo(sum(weights) * sum(law), 9);
      }),
    );
  });
});
