/**
 * gunicorn's "%(T)s.%(D)s": the time in whole seconds and, behind the dot, the same time in µs. It looks like one number with decimals, but
 * 12 ms is "0.12000".
 */
import type { FoundToken } from './open-numbers.ts';

const LEAST_LINES = 20;
/** Real decimals are shortened by trailing zeros: one in ten by a digit, one in a hundred by two. More shortened ones are no decimals. */
const SHORTER = 2;
const MOST_SHORTER = 0.1;

const twoNumbers = /^(\d+)\.([1-9]\d*|0)$/;

/** Whether the digits behind the dot are a number of their own: without leading zeros, and with the length of a number. */
function areTwoNumbers(values: readonly string[]): boolean {
  if (values.length < LEAST_LINES) return false;
  const parts = values.map((value) => twoNumbers.exec(value));
  if (!parts.every((part) => part !== null && Math.floor(Number(part[2]) / 1e6) === Number(part[1]))) return false;
  const lengths = values.map((value) => value.length - value.indexOf('.') - 1);
  const longest = Math.max(...lengths);
  const isLong = longest > 6;
  return isLong || lengths.filter((one) => one <= longest - SHORTER).length > MOST_SHORTER * lengths.length;
}

/** Splits such a number into the two that it is; leaves others unchanged. */
export function splitSecondsAndMicros(found: FoundToken): readonly FoundToken[] {
  const { token, open, values } = found;
  if (!open || !('field' in token) || token.field.kind !== 'number' || !areTwoNumbers(values)) return [found];
  const part = (at: number) => values.map((value) => value.split('.')[at]);
  return [
    { token: { field: { kind: 'word' } }, values: part(0), name: '' },
    { token: { literal: '.' }, values: [], name: '' },
    { token: { field: { kind: 'duration', unit: 'us', covers: 'service' } }, values: part(1), name: '' },
  ];
}
