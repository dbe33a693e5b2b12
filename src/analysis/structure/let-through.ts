/**
 * A proxy that lets only so many requests at once through to the servers behind it, and logs how long it held each one back (HAProxy's
 * `maxconn` and Tw). A request that was held was sent on when one of the others was answered, and found all the others there: so the lines
 * show the limit. If requests also take as long with all of them there as with fewer, the server runs that many at once and nothing queues
 * behind the proxy. The times from then on are then service times.
 */
import { orderOf } from './order.ts';
import type { Trace } from './trace.ts';

/** µs: requests held for less were sent on at once. Phases are truncated to milliseconds, so starts within CUT count as simultaneous. */
const HELD = 5_000;
const CUT = 2_000;
/** Fewest requests that were held, the share of these that must find the limit, and the share of all requests that may find more. */
const FEWEST = 10;
const NEARLY_ALL = 0.9;
const MORE = 0.01;
const MOST_SLOTS = 512;
/**
 * Requests at the limit may take longer by less than this (in logarithms), including ERRORS standard errors. It is half of the growth that
 * one slot fewer would make, as requests would wait for the first of the others, or, if that is larger, about what a fifth fewer slots
 * would make.
 */
const longerBy = (slots: number): number => Math.max(0.2, 0.5 / (slots - 1));
const ERRORS = 2;

export interface LetThrough {
  readonly slots: number;
  /** Requests that were held back and found the limit. */
  readonly held: number;
  /** Requests take as long at the limit as below it. false: they take longer, or it does not show. */
  readonly isServed: boolean;
}

/**
 * null: no limit shows.
 * @param held µs by index in the trace: how long the proxy held each request back; NaN unknown
 */
export function letThrough(trace: Trace, held: Float64Array): LetThrough | null {
  if (held.filter((micros) => micros >= HELD).length < FEWEST) return null;
  const atOnce = foundWith(trace);
  const levels = new Float64Array(MOST_SLOTS + 2);
  let [queued, most] = [0, 0];
  held.forEach((micros, i) => {
    if (!(micros >= HELD)) return;
    const level = Math.min(atOnce[i], MOST_SLOTS + 1);
    queued++;
    if (++levels[level] > levels[most]) most = level;
  });
  const above = atOnce.filter((level) => level > most).length;
  if (most > MOST_SLOTS || levels[most] < NEARLY_ALL * queued || above > MORE * trace.length) return null;
  return { slots: most, held: levels[most], isServed: most === 1 || takeAsLong(trace, atOnce, most) };
}

/** Number of requests that were with the server when each request came to it, including itself. */
function foundWith({ length, end, duration }: Trace): Int32Array {
  const start = end.map((micros, i) => micros - duration[i]);
  const found = new Int32Array(length);
  let present: number[] = [];
  // Starts that differ by no more than the truncation count as simultaneous.
  const order = orderOf(start);
  let next = 0;
  for (const i of order) {
    const now = start[i] + CUT;
    for (; next < length && start[order[next]] <= now; next++) present.push(end[order[next]]);
    present = present.filter((micros) => micros > now);
    found[i] = Math.max(1, present.length + (end[i] > now ? 0 : 1));
  }
  return found;
}

function takeAsLong({ duration, route }: Trace, atOnce: Int32Array, slots: number): boolean {
  const logs = duration.map((micros) => Math.log(Math.max(1000, micros)));
  const ofRoute = new Map<number, { sum: number; count: number }>();
  route.forEach((id, i) => {
    const { sum, count } = ofRoute.get(id) ?? { sum: 0, count: 0 };
    ofRoute.set(id, { sum: sum + logs[i], count: count + 1 });
  });
  // Durations relative to the mean of their route, so that slow routes scatter less.
  const beside = logs.map((value, i) => value - ofRoute.get(route[i])!.sum / ofRoute.get(route[i])!.count);
  const full = meanAndVariance(beside.filter((_, i) => atOnce[i] === slots));
  const below = meanAndVariance(beside.filter((_, i) => atOnce[i] < slots));
  const error = Math.sqrt(full.variance / full.count + below.variance / below.count);
  return full.mean - below.mean + ERRORS * error < longerBy(slots);
}

function meanAndVariance(values: Float64Array): { count: number; mean: number; variance: number } {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  return { count, mean, variance };
}
