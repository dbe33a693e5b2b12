/** One possible replay of a log: arrivals recovered from starts and waits, services drawn, an accepting worker each. */
import type { Random } from './random.ts';
import type { ServiceTimes } from './service-times.ts';
import type { Trace } from './trace.ts';

export interface Repetition {
  /** µs, ascending. */
  readonly arrival: Float64Array;
  /** Row of the trace whose service time each arrival has. */
  readonly row: Int32Array;
}

/**
 * Arrival = start - wait. What is not known of either is drawn: one of the wait's histories, its stretch, and the place
 * within the tick of the stamp. First come, first served: the i-th to arrive is the i-th to start.
 */
export function drawRepetition(trace: Trace, times: ServiceTimes, random: Random): Repetition {
  const { length, start, uncertainty, waits, stretch } = trace;
  const wait = waits[Math.floor(random() * waits.length)];
  const [low, high] = stretch;
  const factor = low > 0 ? low * (high / low) ** random() : low + (high - low) * random();
  const arrival = new Float64Array(length);
  const row = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    arrival[i] = start[i] - wait[i] * factor + (2 * random() - 1) * uncertainty[i];
    row[i] = times.draw(i, random);
  }
  arrival.sort();
  return { arrival, row };
}
