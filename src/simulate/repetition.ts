/** One possible replay of a log: arrivals recovered from starts and waits, services drawn, an accepting worker each. */
import { normal, type Random } from '../core/random.ts';
import type { ServiceTimes } from './service-times.ts';
import type { Trace } from './trace.ts';

export interface Repetition {
  /** µs, ascending. */
  readonly arrival: Float64Array;
  /** Row of the trace whose service time each arrival has. */
  readonly row: Int32Array;
  /** Factor on all service times: how far the mean of so many of them may lie from the mean of the law behind them. */
  readonly scale: number;
  /** Worker that accepted each arrival in the log, dense index; null unless asked for. */
  readonly worker: Int32Array | null;
}

/**
 * Arrival = start - wait. What is not known of either is drawn: one of the wait's histories, its stretch, and the place
 * within the tick of the stamp. Requests arrive in the order in which they start, unless each worker has its own queue
 * (`byWorker`): then the order is within the worker alone, and the worker stays with its request. A request keeps its own
 * service time with probability `kept`, and draws one otherwise.
 */
export function drawRepetition(
  trace: Trace,
  times: ServiceTimes,
  random: Random,
  { byWorker, kept }: { readonly byWorker: boolean; readonly kept: number },
): Repetition {
  const { length, start, uncertainty, waits, stretch } = trace;
  const scale = kept === 0 ? Math.max(0.1, 1 + times.meanError * normal(random)) : 1;
  const wait = waits[Math.floor(random() * waits.length)];
  const [low, high] = stretch;
  const factor = low > 0 ? low * (high / low) ** random() : low + (high - low) * random();
  const arrival = new Float64Array(length);
  const row = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    arrival[i] = start[i] - wait[i] * factor + (2 * random() - 1) * uncertainty[i];
    row[i] = random() < kept ? i : times.draw(i, random);
  }
  if (!byWorker) {
    arrival.sort();
    return { arrival, row, scale, worker: null };
  }
  const order = Int32Array.from(arrival.keys()).sort((a, b) => arrival[a] - arrival[b]);
  return {
    scale,
    arrival: Float64Array.from(order, (i) => arrival[i]),
    row: Int32Array.from(order, (i) => row[i]),
    worker: Int32Array.from(order, (i) => trace.worker[i]),
  };
}
