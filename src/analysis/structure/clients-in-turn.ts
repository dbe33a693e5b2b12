/**
 * Are all stretches of time as busy as clients leave them who each wait for their answer and pause before they ask again? Callers
 * who come as they like keep a pool busy for long, and then leave it idle for long.
 */
import type { Trace } from './trace.ts';

/** A stretch lasts so many ticks and so many requests of each client at least; fewer stretches tell nothing. */
const TICKS = 3;
const REQUESTS = 20;
const FEWEST_STRETCHES = 8;
/** Times the variance of the busy time that clients in turn would make. */
const MORE = 3;

/** true: busy now and idle then, as so many clients would not leave a server; false: it may be they, or nothing shows. */
export function variesMoreThanClients({ length: n, low, duration, resolution }: Trace, clients: number): boolean {
  const span = low[n - 1] - low[0];
  const each = span / n;
  // Whole ticks: others would hold now more of them, now fewer.
  const stretch = resolution * Math.max(TICKS, Math.ceil((REQUESTS * clients * each) / resolution));
  const count = Math.floor(span / stretch);
  if (count < FEWEST_STRETCHES) return false;
  // The tick of an end is known, and so is what had been worked by then, up to the requests that reach over it.
  const busy = new Float64Array(count);
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const k = Math.floor((low[i] - low[0]) / stretch);
    if (k < count) busy[k] += duration[i];
    sum += duration[i];
    squares += duration[i] ** 2;
  }
  const mean = busy.reduce((total, micros) => total + micros, 0) / count;
  const variance = busy.reduce((total, micros) => total + (micros - mean) ** 2, 0) / (count - 1);
  // Cycles of a service s and a pause z that varies as much as its mean: n Var(z S - s Z) / (s + z)² (renewal reward theorem).
  const service = sum / n;
  const pause = Math.max(0, clients * each - service);
  const spread = squares / n - service * service;
  const inTurn =
    ((stretch / each) * (pause * pause * spread + service * service * pause * pause)) / (service + pause) ** 2;
  const overlapping = (2 * clients * squares) / n;
  return variance > MORE * (inTurn + overlapping);
}
