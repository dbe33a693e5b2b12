/**
 * A night in which nobody comes says nothing about the callers of the day. A rate averaged over it is that of no hour, and compared with it
 * an ordinary peak looks like a crowd. So silences that are far longer than the pauses between requests are shortened before the arrivals
 * are inferred.
 */
import { ascendingOrder } from '../../core/order.ts';
import type { Trace } from '../structure/trace.ts';
import type { HistoryTimes } from './histories.ts';

/**
 * Length from which a silence counts as long, and to which it is shortened: in mean gaps between requests and in µs, whichever is longer.
 * Callers at random leave none so long.
 */
const GAPS = 20;
const SHORTEST = 120e6;

export interface Shortened {
  readonly trace: Trace;
  /** Share of the log's time that is left. */
  readonly kept: number;
  /** Converts times of the shortened trace (in the order of its requests) back to those of the log. */
  readonly restore: (times: HistoryTimes) => HistoryTimes;
}

/** null: there is no long silence. */
export function withoutLongSilences(trace: Trace): Shortened | null {
  const { length, low, high, duration } = trace;
  const begin = low.map((at, i) => at - duration[i]);
  const order = ascendingOrder(begin);
  const silences: { readonly place: number; readonly micros: number }[] = [];
  let until = Number.POSITIVE_INFINITY;
  for (let k = 0; k < length; k++) {
    const i = order[k];
    if (begin[i] - until > SHORTEST) silences.push({ place: k, micros: begin[i] - until });
    until = k === 0 ? high[i] : Math.max(until, high[i]);
  }
  if (silences.length === 0) return null;
  // The long silences must not count towards the mean gap that they are compared with.
  silences.sort((a, b) => b.micros - a.micros);
  const span = until - begin[order[0]];
  let rest = span;
  let limit = Number.POSITIVE_INFINITY;
  let long = 0;
  while (long < silences.length) {
    limit = Math.max(SHORTEST, (GAPS * rest) / length);
    if (silences[long].micros <= limit) break;
    rest -= silences[long++].micros;
  }
  if (long === 0) return null;
  limit = Math.max(SHORTEST, (GAPS * rest) / length);
  const cut = new Float64Array(length);
  for (const { place, micros } of silences.slice(0, long)) cut[place] = micros - limit;
  const shift = new Float64Array(length);
  let sum = 0;
  for (let k = 0; k < length; k++) {
    sum += cut[k];
    shift[order[k]] = sum;
  }
  const earlier = (times: Float64Array) => times.map((at, i) => at - shift[i]);
  const later = (times: Float64Array) => times.map((at, i) => at + shift[i]);
  return {
    kept: (span - sum) / span,
    trace: { ...trace, low: earlier(low), high: earlier(high), end: earlier(trace.end) },
    restore: ({ start, end, uncertainty }) => ({ start: later(start), end: later(end), uncertainty }),
  };
}
