/** Columns of numbers that are one quantity: the same time in two units, a time and its beginning, a size with its headers. */
import type { TimeUnit } from '../../core/format.ts';
import { isNumber } from './units.ts';

export const wholeNumber = /^-?\d+$/;

/** Is `coarse` the same quantity as `fine`, `factor` times coarser and rounded? (gunicorn's %(M)s and %(D)s) */
function isCoarser(coarse: readonly number[], fine: readonly number[], factor: number): boolean {
  return (
    fine.some((value) => value >= factor) &&
    coarse.every((value, i) => {
      const exact = fine[i] / factor;
      return Math.floor(exact) === Math.floor(value) || Math.round(exact) === Math.floor(value);
    })
  );
}

/** Share of the lines on which the whole is no shorter than its part. */
const NEARLY_ALL = 0.98;
/** Lines that tell two times from two numbers that happen to lie so. */
const FEWEST = 8;

/**
 * Is `whole` the time of which `part`, of a unit `factor` times as long, is the beginning? (Varnish's %D and time_firstbyte) It is never
 * the shorter one, and goes up and down with it.
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

/** What is known of a unit of columns that belong together, by their indices. */
type Units = Map<number, TimeUnit>;
/** What the values of a column tell of its unit, null for nothing. */
type UnitOf = (values: readonly string[]) => TimeUnit | null;

/** The numbers of a column, null where something else stands in it. */
const numbersOf = (values: readonly string[]): number[] | null =>
  values.every((value) => isNumber.test(value)) ? values.map(Number) : null;

/** The units of two columns of which the second may be the finer one, or the whole. */
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
 * Units that several columns prove of each other: one is the other, a thousand or a million times coarser, or its beginning.
 * @param unitOf of the finer one of two columns that differ by a thousand, which may be seconds and milliseconds as well as those
 *   and microseconds
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

/** Is one the other in another unit? Then both are times, and none is a size. */
export const areOneTime = (values: readonly string[], others: readonly string[]): boolean =>
  new Set(values).size >= FEWEST && relatedUnits([values, others], () => 'us').size > 0;

/** Do two columns of whole numbers go up and down together, one of them never the smaller? Both are times then, or both sizes. */
export function areAlikeQuantities(values: readonly string[], others: readonly string[]): boolean {
  const known = (value: string) => (wholeNumber.test(value) ? Number(value) : 0);
  const [a, b] = [values.map(known), others.map(known)];
  return new Set(values).size >= FEWEST && (isWholeOf(a, b, 1) || isWholeOf(b, a, 1));
}

/** Values below ten that times have and sizes have not. */
const FEW_SMALL = 3;

/** Times come near nothing; of the sizes of answers few are so small, and always the same. */
export const comesNearNothing = (values: readonly string[]): boolean =>
  new Set(values.filter((value) => /^[1-9]$/.test(value))).size >= FEW_SMALL;

/** Is it the size with its headers, or without, and no time in another unit in the place of the size? */
export const isSizeBeside = (values: readonly string[], sizes: readonly string[]): boolean =>
  areAlikeQuantities(values, sizes) && !comesNearNothing(values) && !areOneTime(values, sizes);
