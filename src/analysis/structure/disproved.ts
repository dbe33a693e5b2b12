/** No pool runs more at once on average than it has slots. If the work of a log exceeds that, the known number of slots is wrong. */
import type { Estimate } from '../../core/summary.ts';
import type { Declared } from './declared.ts';
import { atLeast, type Structure } from './structure.ts';
import type { Trace } from './trace.ts';

/** Factor for small errors of stamps and durations. */
const SLACK = 1.03;
/** µs: in a shorter log, requests that began before it count for too much. */
const SHORTEST = 5_000_000;

export interface Shape {
  readonly structure: Structure;
  readonly workers: Estimate;
}

export function withoutDisproved(shape: Shape, trace: Trace, declared: Declared): Shape {
  const { structure } = shape;
  const slots = structure.capacity.value;
  if (slots === null || !trace.hasDurations || declared.durationCovers === 'response') return shape;
  const [work, span] = workOf(trace);
  if (span < SHORTEST || work <= SLACK * slots * span) return shape;
  const least = Math.ceil(work / span);
  const method = `${least} requests or more ran at once on the average, which is more than ${slots} slots hold: several servers, or workers that the log does not name`;
  const workers = atLeast(Math.ceil(least / (structure.threads.value ?? least)), method);
  return { structure: { ...structure, capacity: atLeast(least, method) }, workers };
}

/** µs of work, and µs from the first start to the last end. */
function workOf({ length, duration, low, high }: Trace): [work: number, span: number] {
  let [work, first, last] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < length; i++) {
    work += duration[i];
    first = Math.min(first, low[i] - duration[i]);
    last = Math.max(last, high[i]);
  }
  return [work, last - first];
}
