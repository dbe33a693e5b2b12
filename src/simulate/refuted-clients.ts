/**
 * Evidence against a number of clients who wait for their answers, however well they explain who starts when: times without any request
 * that such clients would never leave, and a simulated throughput that is not the log's.
 */
import { meanOf, medianOf } from '../core/statistics.ts';
import { repairState } from './machine-repair.ts';
import type { Trace } from './trace.ts';

/** -ln of the chance of a rest, beyond that of seeing it once among all requests, from which such clients would never leave it. */
const NEVER = 15;
/** Share of the time spent in such rests from which they are part of the load, not a pause between two runs of a test. */
const PART_OF_LOAD = 0.05;
/** Tolerated ratio of throughputs: one queue per process answers less than one for all, and service times are not exponential. */
const NEAR = 1.25;

export interface ClientsOf {
  readonly count: number;
  readonly thinkMicros: number;
}

/**
 * Tells whether clients are refuted. `slots`: those of the pool that wrote the log, if the waits used were measured or inferred from the
 * log; null: slots not known, or the waits are those that so many clients would make.
 */
export function refutationOf(trace: Trace, slots: number | null): (clients: ClientsOf) => boolean {
  const { length, start, service } = trace;
  const span = start[length - 1] - start[0];
  const rate = length / span;
  const mean = meanOf(service);
  const rests = restsOf(trace);
  return ({ count, thinkMicros }) => {
    // While all of them pause, the next request comes after an exponential time with mean think / count.
    const longest = ((NEVER + Math.log(length)) * thinkMicros) / count;
    let never = 0;
    for (const rest of rests) if (rest > longest) never += rest;
    if (never > PART_OF_LOAD * span) return true;
    if (slots === null) return false;
    const own = repairState(count, slots, mean, thinkMicros).rate;
    return own > NEAR * rate || own < rate / NEAR;
  };
}

/** Times (µs) during which nobody was in the server, each less the blur of the stamps. */
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
