/** Quantities as typed on a command line: "3,4,6", "200ms", "1%"; invalid ones are usage errors. */
import { wrongUsage } from './wrong-usage.ts';

const MAX_COUNT = 4096;

/** A longer range is a typing error. */
const MOST_OF_RANGE = 64;

/** "4" → a whole number from 1. */
export function parseCount(text: string): number {
  const count = /^\s*\d{1,6}\s*$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > MAX_COUNT) throw wrongUsage(`"${text}" is not a whole number from 1 to ${MAX_COUNT}`);
  return count;
}

/** "3,4,6" and "3-6" → whole numbers from 1, in the order given, without duplicates. */
export function parseCounts(text: string): readonly number[] {
  const counts = text.split(',').flatMap((part) => {
    const [, low, high = low] = /^\s*(\d{1,6})(?:-(\d{1,6}))?\s*$/.exec(part) ?? [];
    const [from, to] = [Number(low), Number(high)];
    if (!(from >= 1 && to >= from && to <= MAX_COUNT && to - from < MOST_OF_RANGE)) {
      throw wrongUsage(`"${text}" is not a list of whole numbers from 1 to ${MAX_COUNT}, such as 3,4,6 or 3-6`);
    }
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
  return [...new Set(counts)];
}

/** From this value on a bare number may be meant in milliseconds, as in most tools. */
const AMBIGUOUS = 10;

/** "0.2", "0.2s", "200ms", "2m" → seconds. A bare number is in seconds if it is too small to be meant in milliseconds. */
export function parseSeconds(text: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*(us|µs|ms|s|m|min)?$/.exec(text.trim());
  if (!match) throw wrongUsage(`"${text}" is not a time such as 0.2, 200ms or 1.5s`);
  if (match[2] === undefined && Number(match[1]) >= AMBIGUOUS) {
    throw wrongUsage(`"${text}" has no unit: ${match[1]}ms or ${match[1]}s?`);
  }
  const unit = { us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, min: 60 }[match[2] ?? 's'] as number;
  return Number(match[1]) * unit;
}

/** "1%" or "0.01" → 0.01. */
export function parseRatio(text: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*(%)?$/.exec(text.trim());
  const ratio = match ? Number(match[1]) / (match[2] ? 100 : 1) : Number.NaN;
  if (!(ratio >= 0 && ratio <= 1)) {
    throw wrongUsage(`"${text}" is not a share such as 1% or 0.01`);
  }
  return ratio;
}
