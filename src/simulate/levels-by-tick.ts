/**
 * How many requests ran beside each request, where stamps are too coarse to see it: from the answers of the same tick.
 *
 * A request that takes long is not answered in a busier tick for that reason, so durations that rise with the number of answers in
 * their tick rise with the load. By Little's law the mean level of a tick is the sum of the durations in it over its width.
 */
import type { Trace } from './trace.ts';

export interface TickLevels {
  /** Answers in the tick of this one: of its own worker, and of the others. */
  readonly own: Float64Array;
  readonly others: Float64Array;
  /** Mean level of the tick, this request counted as one: of its own worker, and of all. */
  readonly ownLevel: Float64Array;
  readonly allLevel: Float64Array;
}

/** `tick` µs, the width of a stamp. */
export function levelsByTick({ length, start, service, worker }: Trace, tick: number): TickLevels {
  const of = (names: (i: number) => string) => {
    const sums = new Map<string, { count: number; micros: number }>();
    for (let i = 0; i < length; i++) {
      const sum = sums.get(names(i));
      if (sum) {
        sum.count++;
        sum.micros += service[i];
      } else sums.set(names(i), { count: 1, micros: service[i] });
    }
    return (i: number) => sums.get(names(i))!;
  };
  const tickOf = (i: number) => Math.floor((start[i] + service[i]) / tick);
  const own = of((i) => `${tickOf(i)} ${worker[i]}`);
  const all = of((i) => String(tickOf(i)));
  const column = (read: (i: number) => number) => Float64Array.from({ length }, (_, i) => read(i));
  return {
    own: column((i) => own(i).count),
    others: column((i) => all(i).count - own(i).count),
    ownLevel: column((i) => 1 + (own(i).micros - service[i]) / tick),
    allLevel: column((i) => 1 + (all(i).micros - service[i]) / tick),
  };
}
