/**
 * Are all stretches of time as busy as clients would leave them who each wait for their answer and pause before they ask again? Independent
 * callers, in contrast, keep a pool busy for long and then leave it idle for long.
 */
import { meanOf } from '../../core/statistics.ts';
import type { Trace } from './trace.ts';

/** A stretch lasts at least TICKS ticks, and REQUESTS requests of each client. Fewer than FEWEST_STRETCHES of them show nothing. */
const TICKS = 3;
const REQUESTS = 20;
const FEWEST_STRETCHES = 8;
/** Factor by which the variance of the busy time must exceed that of clients in turn. */
const MORE = 3;
/**
 * Requests that reach over the ends of a stretch blur long stretches no more than short ones. So fewer, longer stretches may show what
 * short ones hide; they need a larger factor.
 */
const FEWEST_LONG = 4;
const MORE_OF_FEW = 4;

/**
 * true: sometimes busier, sometimes idler than so many clients would leave a server. false: it may be such clients, or nothing shows.
 * `long`: also look at stretches two, four … times as long, in which variation shows sooner.
 */
export function variesMoreThanClients(trace: Trace, clients: number, long = true): boolean {
  const { duration } = trace;
  const { begin, span, each, shortest } = stretchesOf(trace, clients);
  if (Math.floor(span / shortest) < FEWEST_STRETCHES) return false;
  const service = meanOf(duration);
  const squares = meanOf(duration.map((micros) => micros * micros));
  const pause = Math.max(0, clients * each - service);
  // Cycles of a service s and a pause z whose standard deviation equals its mean: n Var(z S - s Z) / (s + z)² (renewal reward theorem).
  const spread = squares - service * service;
  const inTurn = (pause * pause * spread + service * service * pause * pause) / (service + pause) ** 2;
  const overlapping = 2 * clients * squares;
  for (let stretch = shortest; Math.floor(span / stretch) >= FEWEST_LONG; stretch *= 2) {
    const count = Math.floor(span / stretch);
    const more = count < FEWEST_STRETCHES ? MORE_OF_FEW : MORE;
    if (varianceOf(busyIn(trace, begin, stretch, count)) > more * ((stretch / each) * inTurn + overlapping))
      return true;
    if (!long) return false;
  }
  return false;
}

/** Has the log enough stretches to show that they vary more than clients in turn make them? */
export function showsVariation(trace: Trace, clients: number): boolean {
  const { span, shortest } = stretchesOf(trace, clients);
  return Math.floor(span / shortest) >= FEWEST_STRETCHES;
}

/** µs: begin and length of the usable log, mean time per request, shortest stretch. */
function stretchesOf({ length, low, resolution }: Trace, clients: number) {
  // The log begins within its first tick, so the work in the rest of that tick is unknown.
  const begin = low[0] + resolution;
  const span = low[length - 1] - begin;
  const each = span / length;
  // Whole ticks: other stretches would hold a varying number of ticks.
  const shortest = resolution * Math.max(TICKS, Math.ceil((REQUESTS * clients * each) / resolution));
  return { begin, span, each, shortest };
}

/**
 * µs of work in each stretch. The tick of each end is known, and so is the work done by then, but for requests that reach over the end of a
 * stretch.
 */
function busyIn({ length, low, duration }: Trace, begin: number, stretch: number, count: number): Float64Array {
  const busy = new Float64Array(count);
  for (let i = 0; i < length; i++) {
    const k = Math.floor((low[i] - begin) / stretch);
    if (k >= 0 && k < count) busy[k] += duration[i];
  }
  return busy;
}

function varianceOf(values: Float64Array): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
