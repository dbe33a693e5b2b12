/**
 * A proxy that lets only so many requests at once through to the servers behind it, and logs how long it held each one back (HAProxy's
 * `maxconn` and Tw). Whoever was held was sent when one of the others was answered, and found all the others there: the limit stands in
 * the lines. Where requests also take as long with all of them there as with fewer, the server runs that many at once, and nothing
 * queues behind the proxy: the times from then on are those of the work.
 */
import { orderOf } from './order.ts';
import type { Trace } from './trace.ts';

/** µs: requests that were held for less were on their way at once; phases are cut to milliseconds. */
const HELD = 5_000;
const CUT = 2_000;
/** Requests that were held, the share of them that found the limit, and the share of all that found more. */
const FEWEST = 10;
const NEARLY_ALL = 0.9;
const MORE = 0.01;
const MOST_SLOTS = 512;
/**
 * By so much, as a logarithm, may requests at the limit take longer, up to so many standard errors above what was seen: one slot fewer
 * would have them wait for the first of the others, half of which must not be; nor what a fifth fewer slots would make.
 */
const longerBy = (slots: number): number => Math.max(0.2, 0.5 / (slots - 1));
const ERRORS = 2;

export interface LetThrough {
  readonly slots: number;
  /** Requests that were held back and found it. */
  readonly held: number;
  /** Requests take as long at the limit as below it; false: they do not, or it does not show. */
  readonly isServed: boolean;
}

/** @param held µs by index in the trace that the proxy held each request back; NaN unknown. null: no limit shows */
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

/** How many were with the server as each request came to it, itself among them. */
function foundWith({ length, end, duration }: Trace): Int32Array {
  const start = end.map((micros, i) => micros - duration[i]);
  const found = new Int32Array(length);
  let present: number[] = [];
  // Those who came within the same cut milliseconds came at once.
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
  // Beside what their route takes: slow routes scatter less then.
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
