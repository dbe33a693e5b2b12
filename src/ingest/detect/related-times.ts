/** Columns of numbers that are the same quantity: a time in two units, a time and a part of it, a size with and without headers. */
import type { TimeUnit } from '../../core/format.ts';
import { isNumber } from './units.ts';

export const wholeNumber = /^-?\d+$/;

/** Whether `coarse` is `fine` divided by `factor` and rounded, as gunicorn's %(M)s and %(D)s are. */
function isCoarser(coarse: readonly number[], fine: readonly number[], factor: number): boolean {
  return (
    fine.some((value) => value >= factor) &&
    coarse.every((value, i) => {
      const exact = fine[i] / factor;
      return Math.floor(exact) === Math.floor(value) || Math.round(exact) === Math.floor(value);
    })
  );
}

/** Share of the lines on which the whole must be no shorter than its part. */
const NEARLY_ALL = 0.98;
/** Fewest lines that distinguish two times from two numbers that look related by chance. */
const FEWEST = 8;

/**
 * Whether `part`, in a unit `factor` times as long, is the first part of the time `whole` (Varnish's time_firstbyte and %D): never longer
 * than it, and rising and falling with it.
 */
export function isWholeOf(whole: readonly number[], part: readonly number[], factor: number): boolean {
  const pairs = whole.flatMap((value, i) => (value > 0 && part[i] > 0 ? [[value + 1, part[i] * factor] as const] : []));
  if (pairs.length < FEWEST || pairs.length * 2 < whole.length) return false;
  const longer = pairs.filter(([value, least]) => value >= least);
  if (longer.length < NEARLY_ALL * pairs.length) return false;
  const middleHalf = (values: number[]): number => {
    const sorted = values.sort((a, b) => a - b);
    return sorted[Math.floor(0.75 * (sorted.length - 1))] - sorted[Math.floor(0.25 * (sorted.length - 1))];
  };
  const spread = middleHalf(pairs.map(([, least]) => Math.log(least)));
  return spread > 3 * middleHalf(pairs.map(([value, least]) => Math.log(value / least)));
}

/** By index of a column: its unit, as far as related columns prove it. */
type Units = Map<number, TimeUnit>;
/** The unit that the values of a column show; null: none. */
type UnitOf = (values: readonly string[]) => TimeUnit | null;

/** The numbers of a column; null: not all of its values are numbers. */
const numbersOf = (values: readonly string[]): number[] | null =>
  values.every((value) => isNumber.test(value)) ? values.map(Number) : null;

/** The units of two columns, of which the second may be the finer one or the whole. */
function unitsOfPair(
  columns: readonly (readonly string[])[],
  [i, j]: readonly [number, number],
  unitOf: UnitOf,
  known: Units,
): readonly (readonly [number, TimeUnit])[] {
  const [a, b] = [numbersOf(columns[i]), numbersOf(columns[j])];
  if (!a || !b || !columns[j].every((value) => wholeNumber.test(value))) return [];
  if (isCoarser(a, b, 1_000_000)) {
    return [
      [i, 's'],
      [j, 'us'],
    ];
  }
  if (isCoarser(a, b, 1000) && !known.has(i) && !known.has(j)) {
    const fine = unitOf(columns[j]);
    const coarse = fine === 'ms' ? 's' : fine === 'us' ? 'ms' : null;
    return fine === null || coarse === null
      ? []
      : [
          [i, coarse],
          [j, fine],
        ];
  }
  if (known.has(j) || !columns[i].some((value) => value.includes('.'))) return [];
  return isWholeOf(b, a, 1_000_000) ? [[j, 'us']] : isWholeOf(b, a, 1000) ? [[j, 'ms']] : [];
}

/**
 * Units that columns prove for each other: one is the other in a unit that is a thousand or a million times longer, or a part of it.
 * @param unitOf unit of the finer of two columns that differ by a factor of a thousand: these may be s and ms, or ms and µs
 */
export function relatedUnits(columns: readonly (readonly string[])[], unitOf: UnitOf): Units {
  const units: Units = new Map();
  for (const i of columns.keys()) {
    for (const j of columns.keys()) {
      if (i === j) continue;
      for (const [index, unit] of unitsOfPair(columns, [i, j], unitOf, units)) units.set(index, unit);
    }
  }
  return units;
}

/** Whether one is the other in another unit. Then both are times, and neither is a size. */
export const areOneTime = (values: readonly string[], others: readonly string[]): boolean =>
  new Set(values).size >= FEWEST && relatedUnits([values, others], () => 'us').size > 0;

/**
 * Whether two columns of whole numbers rise and fall together, one of them never smaller than the other. Then both are times, or both are
 * sizes.
 */
export function areAlikeQuantities(values: readonly string[], others: readonly string[]): boolean {
  const known = (value: string) => (wholeNumber.test(value) ? Number(value) : 0);
  const [a, b] = [values.map(known), others.map(known)];
  return new Set(values).size >= FEWEST && (isWholeOf(a, b, 1) || isWholeOf(b, a, 1));
}

/** So many different values below ten occur among times, but not among sizes. */
const FEW_SMALL = 3;

/** Whether some values are close to 0, as times are. Few sizes are so small, and these are always the same. */
export const comesNearNothing = (values: readonly string[]): boolean =>
  new Set(values.filter((value) => /^[1-9]$/.test(value))).size >= FEW_SMALL;

/** Whether this is the size with or without headers, and not a time beside another one in the place of the size. */
export const isSizeBeside = (values: readonly string[], sizes: readonly string[]): boolean =>
  areAlikeQuantities(values, sizes) && !comesNearNothing(values) && !areOneTime(values, sizes);
