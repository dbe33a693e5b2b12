// Bands of counts at several levels, beside plain arrays of the same masses.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CountBands } from '../../../../src/analysis/wait/count-bands.ts';

/** masses[level][count - low] of one band. */
interface Band {
  readonly low: number;
  readonly masses: readonly (readonly number[])[];
}

const mass = fc.oneof(
  fc.constant(0),
  fc.constant(1e-9),
  fc.double({ min: 2e-8, max: 1, noNaN: true, noDefaultInfinity: true }),
);

const bandsOf = (levels: number) =>
  fc.array(
    fc
      .tuple(fc.integer({ min: -5, max: 50 }), fc.integer({ min: 1, max: 12 }))
      .chain(([low, width]) =>
        fc
          .array(fc.array(mass, { minLength: width, maxLength: width }), { minLength: levels, maxLength: levels })
          .map((masses): Band => ({ low, masses })),
      ),
    { minLength: 1, maxLength: 8 },
  );

const levelsAndBands = fc.integer({ min: 1, max: 4 }).chain((levels) => fc.tuple(fc.constant(levels), bandsOf(levels)));

function write(bands: CountBands, e: number, { low, masses }: Band): void {
  const width = masses[0].length;
  const at = bands.begin(e, low, width);
  masses.forEach((counts, level) => {
    bands.mass.set(counts, at + level * width);
  });
}

const read = (bands: CountBands, e: number, levels: number): Band => ({
  low: bands.low[e],
  masses: Array.from({ length: levels }, (_, level) => {
    const at = bands.at[e] + level * bands.width[e];
    return [...bands.mass.subarray(at, at + bands.width[e])];
  }),
});

const total = ({ masses }: Band): number => masses.flat().reduce((a, b) => a + b, 0);

/** What is left when the counts at both ends that are as good as impossible at every level are left out. */
function pruned({ low, masses }: Band): Band {
  const isLikely = (count: number) => masses.some((counts) => counts[count] > 1e-8);
  const counts = masses[0].map((_, count) => count);
  // Of a band in which nothing is likely the last count stays.
  const first = counts.find(isLikely) ?? counts.length - 1;
  const last = counts.findLast(isLikely) ?? counts.length - 1;
  return { low: low + first, masses: masses.map((one) => one.slice(first, last + 1)) };
}

describe('bands of counts', () => {
  it('hold what was written in each of them, however many outgrow the room there was', () => {
    fc.assert(
      fc.property(levelsAndBands, ([levels, written]) => {
        const bands = new CountBands(written.length, levels);
        written.forEach((band, e) => {
          write(bands, e, band);
        });
        written.forEach((band, e) => {
          expect(read(bands, e, levels)).toEqual(band);
        });
      }),
    );
  });

  it('lose the unlikely counts at their ends, and nothing between, before the next one begins', () => {
    fc.assert(
      fc.property(levelsAndBands, ([levels, written]) => {
        const bands = new CountBands(written.length, levels);
        written.forEach((band, e) => {
          write(bands, e, band);
          bands.prune(e);
        });
        written.forEach((band, e) => {
          expect(read(bands, e, levels)).toEqual(pruned(band));
        });
      }),
    );
  });

  it('begin with nothing in them, also where a pruned band had stood', () => {
    const bands = new CountBands(2, 1);
    write(bands, 0, { low: 0, masses: [[0, 1, 0, 0, 7]] });
    write(bands, 0, { low: 3, masses: [[1, 0, 0]] });
    bands.prune(0);
    bands.begin(1, 4, 4);
    expect(read(bands, 1, 1)).toEqual({ low: 4, masses: [[0, 0, 0, 0]] });
  });

  it('are laws once they are scaled, and tell the logarithm of what they held', () => {
    fc.assert(
      fc.property(levelsAndBands, ([levels, [band]]) => {
        fc.pre(total(band) > 0);
        const bands = new CountBands(1, levels);
        write(bands, 0, band);
        expect(bands.scale(0, new Float64Array(levels))).toBeCloseTo(Math.log(total(band)), 9);
        const scaled = read(bands, 0, levels);
        expect(total(scaled)).toBeCloseTo(1, 9);
        scaled.masses.flat().forEach((value, i) => {
          expect(value).toBeCloseTo(band.masses.flat()[i] / total(band), 9);
        });
      }),
    );
  });

  it('start anew from the chances of the levels where nothing is left, at a price', () => {
    const bands = new CountBands(1, 2);
    const nothing: Band = { low: 2, masses: [new Array(3).fill(0), new Array(3).fill(0)] };
    write(bands, 0, nothing);
    expect(bands.scale(0, Float64Array.of(0.25, 0.75))).toBe(-700);
    expect(read(bands, 0, 2).masses).toEqual([
      [0.25, 0, 0],
      [0.75, 0, 0],
    ]);
  });
});
