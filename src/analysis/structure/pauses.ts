/**
 * Whose pauses are those between the requests of workers that run one at a time? Clients who each keep a worker to themselves
 * pause after every answer, so that all stretches of time are about as busy. Callers who come as they like leave the pool busy
 * for long, and then idle for long.
 */
import type { Trace } from './trace.ts';

/** A stretch lasts so many ticks and so many requests of each worker at least; fewer stretches tell nothing. */
const TICKS = 3;
const REQUESTS = 20;
const FEWEST_STRETCHES = 8;
/** Times the variance of the busy time that clients in turn would make. */
const MORE = 3;

/** For workers whose requests do not overlap: the pool is busy now and idle then, as no clients in turn would leave it. */
export function pausesCluster({ length: n, low, duration, resolution, workerIds }: Trace): boolean {
  const workers = workerIds.length;
  const span = low[n - 1] - low[0];
  const each = span / n;
  const stretch = Math.max(TICKS * resolution, REQUESTS * workers * each);
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
  const pause = Math.max(0, workers * each - service);
  const spread = squares / n - service * service;
  const inTurn =
    ((stretch / each) * (pause * pause * spread + service * service * pause * pause)) / (service + pause) ** 2;
  const overlapping = (2 * workers * squares) / n;
  return variance > MORE * (inTurn + overlapping);
}
