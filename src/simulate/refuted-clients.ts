/**
 * What refutes a number of clients who wait for their answer, however well they explain who starts when: pauses of all of them at once that
 * no such clients make, and a throughput on the pool that wrote the log which is not the log's.
 */
import { meanOf, medianOf } from '../core/statistics.ts';
import { repairState } from './machine-repair.ts';
import type { Trace } from './trace.ts';

/** -ln of the chance of a pause, beyond that of seeing it once in so many requests, from which clients by themselves do not make it. */
const NEVER = 15;
/** Share of the time that such pauses take from which they are part of the load, and not a rest between two runs of a test. */
const PART_OF_LOAD = 0.05;
/** A queue for each process answers that much less than one for all; services are not exponential. */
const NEAR = 1.25;

export interface ClientsOf {
  readonly count: number;
  readonly thinkMicros: number;
}

/**
 * Whether clients are refuted. `slots`: of the pool that wrote the log, where the waits are those that the log told or that were inferred
 * from it rather than those that so many clients would make; null: not known, or they are.
 */
export function refutationOf(trace: Trace, slots: number | null): (clients: ClientsOf) => boolean {
  const { length, start, service } = trace;
  const span = start[length - 1] - start[0];
  const rate = length / span;
  const mean = meanOf(service);
  const rests = restsOf(trace);
  return ({ count, thinkMicros }) => {
    // All of them pause: the next one asks after an exponential time of think / count.
    const longest = ((NEVER + Math.log(length)) * thinkMicros) / count;
    let never = 0;
    for (const rest of rests) if (rest > longest) never += rest;
    if (never > PART_OF_LOAD * span) return true;
    if (slots === null) return false;
    const own = repairState(count, slots, mean, thinkMicros).rate;
    return own > NEAR * rate || own < rate / NEAR;
  };
}

/** µs for which nobody was in the server, less what the stamps blur, each. */
function restsOf({ start, service, waits, uncertainty, length }: Trace): number[] {
  const blur = 2 * medianOf(uncertainty);
  const rests: number[] = [];
  let last = start[0];
  for (let i = 0; i < length; i++) {
    const rest = start[i] - waits[0][i] - last - blur;
    if (rest > 0) rests.push(rest);
    last = Math.max(last, start[i] + service[i]);
  }
  return rests;
}
