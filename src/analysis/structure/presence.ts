/** Which requests were still there when each request came, from arrivals and departures alone. */
import { orderOf } from './order.ts';

/** µs by index; `end` since 1970 UTC. */
export interface Stays {
  readonly end: Float64Array;
  readonly duration: Float64Array;
}

/**
 * Visits the requests in the order of their arrival. `present`: departures (µs since 1970 UTC) of earlier arrivals that are still there,
 * latest first.
 */
export function inOrderOfArrival(
  { end, duration }: Stays,
  visit: (index: number, present: readonly number[]) => void,
): void {
  const arrival = end.map((at, i) => at - duration[i]);
  const present: number[] = [];
  for (const i of orderOf(arrival)) {
    while (present.length > 0 && present[present.length - 1] <= arrival[i]) present.pop();
    visit(i, present);
    let at = 0;
    while (at < present.length && present[at] > end[i]) at++;
    present.splice(at, 0, end[i]);
  }
}
