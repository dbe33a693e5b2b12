/** The mean pause with which a number of clients reach the throughput of a log on the pool that wrote it, found by simulating that pool. */
import { createRandom, exponential } from '../core/random.ts';
import { type StationPool, simulateStations } from './station-pool.ts';
import type { Trace } from './trace.ts';

/** Requests of a run (at least), and bisection steps on the logarithm of the pause. */
const RUN = 4000;
const STEPS = 10;
/** The pause is searched within this factor of the first guess. */
const WITHIN = 8;

/** µs; `guess` if no pause near it gives the throughput. */
export function pauseOnPool(trace: Trace, pool: Omit<StationPool, 'station'>, count: number, guess: number): number {
  const { start, service, length, overhead } = trace;
  const rate = length / (start[length - 1] + service[length - 1] - start[0]);
  const runs = Math.max(length, RUN);
  const throughput = (pause: number): number => {
    // The same draws for every pause: the throughput then falls with the pause without noise.
    const random = createRandom(0x2c1b3c6d);
    const think = Float64Array.from({ length: runs }, () => pause * exponential(random));
    const delay = Float64Array.from({ length: runs }, () => service[Math.floor(random() * length)] + overhead);
    const worker = Uint16Array.from({ length: runs }, () => Math.floor(random() * pool.workers));
    const first = Float64Array.from({ length: count }, () => pause * exponential(random));
    const demand = { kind: 'closed' as const, first, think };
    const run = simulateStations({ ...pool, station: 'worker' }, demand, new Float64Array(runs), delay, worker);
    return runs / (run.arrival[runs - 1] + run.latency[runs - 1] - run.arrival[0]);
  };
  let low = guess / WITHIN;
  let high = guess * WITHIN;
  if (throughput(low) < rate || throughput(high) > rate) return guess;
  for (let step = 0; step < STEPS; step++) {
    const middle = Math.sqrt(low * high);
    if (throughput(middle) > rate) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}
