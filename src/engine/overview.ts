/** A whole log by its timeline: its rate, the time before the requests in memory, and the times in which nothing happened. */
import type { TimelineView } from '../analysis/timeline.ts';
import type { Overview, Past } from '../core/snapshot.ts';
import { MICROS_PER_SECOND } from '../core/time.ts';
import type { Range } from './player.ts';

export const overviewOf = (view: TimelineView): Overview => ({
  from: view.from,
  stepMicros: view.stepSeconds * MICROS_PER_SECOND,
  requests: view.requests,
  errors: view.errors,
});

/** Sums for the time before the requests in memory (not known per worker). null: there is nothing before them. */
export const pastOf = (view: TimelineView, until: number): Past | null =>
  until <= view.from
    ? null
    : {
        from: view.from,
        until,
        stepMicros: view.stepSeconds * MICROS_PER_SECOND,
        requests: view.requests,
        errors: view.errors,
        busyMicros: view.busyMicros,
        workers: new Map(),
      };

/** Shorter idle times than this are not worth a jump. */
const IDLE_MICROS = 3 * MICROS_PER_SECOND;

/** Times without a request in flight, shortened by a step (at most 1 s) at both ends. */
export function idleStretches(view: TimelineView): Range[] {
  const step = view.stepSeconds * MICROS_PER_SECOND;
  const stretches: Range[] = [];
  let begun = -1;
  for (let i = 0; i <= view.requests.length; i++) {
    const quiet = i < view.requests.length && view.requests[i] === 0 && view.busyMicros[i] === 0;
    if (quiet && begun < 0) begun = i;
    if (quiet || begun < 0) continue;
    const [from, to] = [
      view.from + begun * step + Math.min(step, MICROS_PER_SECOND),
      view.from + i * step - Math.min(step, MICROS_PER_SECOND),
    ];
    if (to - from >= IDLE_MICROS && i < view.requests.length) stretches.push({ from, to });
    begun = -1;
  }
  return stretches;
}
