/**
 * How many requests ran beside each request where stamps are too coarse to show it: from the answers of the same tick.
 *
 * A long request is no more likely than a short one to end in a busy tick. So if durations rise with the number of answers in their tick,
 * they rise with the load. By Little's law the mean level of a tick is the sum of the durations of its answers over its width.
 */
import type { Trace } from './trace.ts';

export interface TickLevels {
  /** Answers in the tick of this one: of its own worker, and (below) of the others. */
  readonly own: Float64Array;
  readonly others: Float64Array;
  /** Mean level of the tick with this request counted as one: of its own worker, and (below) of all. */
  readonly ownLevel: Float64Array;
  readonly allLevel: Float64Array;
}

/** `tick`: resolution of the stamps, µs. */
export function levelsByTick({ length, start, service, worker }: Trace, tick: number): TickLevels {
  const tickOf = (i: number) => Math.floor((start[i] + service[i]) / tick);
  const ticks = numbered(length, tickOf);
  const workers = numbered(length, (i) => worker[i]);
  const sumsOf = (group: Int32Array) => {
    const count = new Float64Array(length);
    const micros = new Float64Array(length);
    for (let i = 0; i < length; i++) {
      count[group[i]]++;
      micros[group[i]] += service[i];
    }
    return (i: number) => ({ count: count[group[i]], micros: micros[group[i]] });
  };
  const own = sumsOf(numbered(length, (i) => ticks[i] * length + workers[i]));
  const all = sumsOf(ticks);
  const column = (read: (i: number) => number) => Float64Array.from({ length }, (_, i) => read(i));
  return {
    own: column((i) => own(i).count),
    others: column((i) => all(i).count - own(i).count),
    ownLevel: column((i) => 1 + (own(i).micros - service[i]) / tick),
    allLevel: column((i) => 1 + (all(i).micros - service[i]) / tick),
  };
}

/** Numbers the rows' groups from 0: rows of the same key share a group. */
function numbered(length: number, key: (i: number) => number): Int32Array {
  const known = new Map<number, number>();
  return Int32Array.from({ length }, (_, i) => {
    const group = known.get(key(i)) ?? known.size;
    known.set(key(i), group);
    return group;
  });
}
