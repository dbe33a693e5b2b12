/**
 * Are all stretches of time as busy as clients leave them who each wait for their answer and pause before they ask again? Callers
 * who come as they like keep a pool busy for long, and then leave it idle for long.
 */
import { meanOf } from '../../core/statistics.ts';
import type { Trace } from './trace.ts';

/** A stretch lasts so many ticks and so many requests of each client at least; fewer stretches tell nothing. */
const TICKS = 3;
const REQUESTS = 20;
const FEWEST_STRETCHES = 8;
/** Times the variance of the busy time that clients in turn would make. */
const MORE = 3;
/** What reaches over the ends of a stretch is as much of a long one as of a short one: fewer, longer ones tell what those hide. */
const FEWEST_LONG = 4;
const MORE_OF_FEW = 4;

/**
 * true: busy now and idle then, as so many clients would not leave a server; false: it may be they, or nothing shows. `long`: stretches
 * two and four times as long, and so on, are looked at, too, in which it shows sooner.
 */
export function variesMoreThanClients(trace: Trace, clients: number, long = true): boolean {
  const { duration } = trace;
  const { begin, span, each, shortest } = stretchesOf(trace, clients);
  if (Math.floor(span / shortest) < FEWEST_STRETCHES) return false;
  const service = meanOf(duration);
  const squares = meanOf(duration.map((micros) => micros * micros));
  const pause = Math.max(0, clients * each - service);
  // Cycles of a service s and a pause z that varies as much as its mean: n Var(z S - s Z) / (s + z)² (renewal reward theorem).
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

/** Would it show if stretches varied more than clients in turn make them? */
export function showsVariation(trace: Trace, clients: number): boolean {
  const { span, shortest } = stretchesOf(trace, clients);
  return Math.floor(span / shortest) >= FEWEST_STRETCHES;
}

/** µs */
function stretchesOf({ length, low, resolution }: Trace, clients: number) {
  // The log begins within its first tick, and what was worked in the rest of that says nothing.
  const begin = low[0] + resolution;
  const span = low[length - 1] - begin;
  const each = span / length;
  // Whole ticks: others would hold now more of them, now fewer.
  const shortest = resolution * Math.max(TICKS, Math.ceil((REQUESTS * clients * each) / resolution));
  return { begin, span, each, shortest };
}

/** The tick of an end is known, and so is what had been worked by then, up to the requests that reach over it: µs in each stretch. */
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
