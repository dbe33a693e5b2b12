/** Numbers for sentences: "2.1 s", "180 ms", "4 workers", "37 %". Units of the input are in the names. */
import type { FoundSlots } from './inference.ts';
import { hasNoSlots, type Summary } from './summary.ts';

/** Two significant digits, or all digits of the integer part: 0.0123 → "0.012", 7.04 → "7", 31.4 → "31", 1234 → "1234". */
export function roundText(value: number): string {
  if (!Number.isFinite(value)) return '?';
  if (Math.abs(value) >= 10) return String(Math.round(value));
  return String(Number(value.toPrecision(2)));
}

/** "850 µs", "12 ms", "2.1 s", "25 s", "4 min", "3.5 h". */
export function durationText(micros: number): string {
  if (!Number.isFinite(micros)) return 'unknown';
  const size = Math.abs(micros);
  if (size === 0) return '0 s';
  if (size < 999.5) return `${roundText(micros)} µs`;
  if (size < 999_500) return `${roundText(micros / 1e3)} ms`;
  if (size < 119.5e6) return `${roundText(micros / 1e6)} s`;
  if (size < 119.5 * 60e6) return `${roundText(micros / 60e6)} min`;
  return `${roundText(micros / 3600e6)} h`;
}

/** 0.034 → "3.4 %". */
export const percentText = (ratio: number): string => `${roundText(ratio * 100)} %`;

/** (1, "worker") → "1 worker", (4, "process", "processes") → "4 processes". */
export const countText = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Shortens a long name, so that a sentence with it remains readable. */
export const shortened = (text: string, letters: number): string =>
  text.length > letters ? `${text.slice(0, letters - 1)}…` : text;

/** Letters of a name where space is scarce. */
const LETTERS_OF_NAME = 20;
export const shortName = (name: string): string => shortened(name, LETTERS_OF_NAME);

/** "a, b and c" */
export const listText = (items: readonly string[], word: 'and' | 'or' = 'and'): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`;

/** "at least 24" for a number of simultaneous requests that the log proves, otherwise "about 24". */
export const atOnceText = (peak: number, proven: number | null): string =>
  `${peak === proven ? 'at least' : 'about'} ${peak}`;

/** A peak: "8", or "2 to 8" if coarse stamps leave more open than the log proves. */
export const peakText = (peak: number, atLeast: number | null): string =>
  atLeast !== null && atLeast < peak ? `${atLeast} to ${peak}` : `${peak}`;

/** Whether the log proves that all slots were busy. Coarse stamps may place more requests side by side than ran at once. */
export const isFullProven = ({ server, concurrency }: Pick<Summary, 'server' | 'concurrency'>): boolean =>
  concurrency.peak_at_least === null || concurrency.peak_at_least >= (server.capacity.value ?? 0);

/** "149 ms beside 0.5 others": the mean time of requests (µs) that found so many others in flight. */
export const besideText = ({ beside, mean }: { readonly beside: number; readonly mean: number }): string =>
  `${durationText(mean)} beside ${roundText(beside)} others`;

/** "response time": the times are a proxy's. */
export type ServiceWords = 'service time' | 'time in the application' | 'response time';

/**
 * What the times of requests are called. A server without slots accepts all requests at once, so their times contain waits for each other;
 * unless it is known that the times do not grow with the load.
 * @param grows whether they do; null: unknown
 */
export const serviceWords = (
  { model, capacity }: Pick<Summary['server'], 'model' | 'capacity'>,
  grows: boolean | null,
): ServiceWords =>
  hasNoSlots(model) && capacity.value === null && grows !== false ? 'time in the application' : 'service time';

/** "6 slots", "about 6 slots (5 to 8)" */
export const hiddenSlotsText = ({ slots, low, high }: Pick<FoundSlots, 'slots' | 'low' | 'high'>): string =>
  low === high ? countText(slots, 'slot') : `about ${countText(slots, 'slot')} (${low} to ${high})`;
