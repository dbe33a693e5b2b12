/**
 * A night in which nobody comes says nothing of the callers of the day: rates that are shared over it are those of no hour, against which an
 * ordinary peak looks like a herd. So what is far longer than the pauses between requests is shortened before arrivals are asked for.
 */
import { ascendingOrder } from '../../core/order.ts';
import type { Trace } from '../structure/trace.ts';
import type { HistoryTimes } from './histories.ts';

/** Mean gaps between requests, and µs, that a silence lasts at least, and is left with: callers at random leave none so long. */
const GAPS = 20;
const SHORTEST = 120e6;

export interface Shortened {
  readonly trace: Trace;
  /** Share of the time of the log that is left of it. */
  readonly kept: number;
  /** Times of it, in the order of its requests, as they are in the log. */
  readonly restore: (times: HistoryTimes) => HistoryTimes;
}

/** null: no silence is so long. */
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
  // Long silences themselves must not count as the gaps that they are held against.
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
