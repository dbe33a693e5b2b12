/** How many requests started at each level of the server, and for how long it was at that level: distinguishes open from closed callers. */
import { endsOf } from '../core/client-rhythm.ts';
import { createRandom, seedOf } from '../core/random.ts';
import { drawStarts, type Trace } from './trace.ts';

export interface Levels {
  /** By level: starts that found it, and (below) the time at it in µs; the last entry of a pool is "all slots busy". */
  readonly starts: readonly number[];
  readonly micros: readonly number[];
  /** Largest number of requests in the server at once. */
  readonly most: number;
}

/** Level = requests in service. While all slots are busy, the starts from the queue stand for the arrivals into it. */
export function levelsOfPool({ start, service, waits, length }: Trace, slots: number): Levels {
  const starts = new Array<number>(slots + 1).fill(0);
  const micros = new Array<number>(slots + 1).fill(0);
  const end = endsOf({ start, service, length });
  let level = 0;
  let ended = 0;
  let last = start[0];
  for (let i = 0; i < length; i++) {
    while (ended < length && end[ended] <= start[i]) {
      micros[Math.min(level, slots)] += Math.max(0, end[ended] - last);
      last = Math.max(last, end[ended++]);
      level--;
    }
    // A request that waited starts from the queue: between the previous end and its start the pool was never free.
    const waited = waits[0][i] > 0;
    micros[waited ? slots : Math.min(level, slots)] += Math.max(0, start[i] - last);
    if (i > 0) starts[waited ? slots : Math.min(level, slots - 1)]++;
    last = Math.max(last, start[i]);
    level++;
  }
  return { starts, micros, most: slots };
}

/**
 * Draws of the starts that levels are averaged over: point estimates, spread evenly within a tick, would look like clients who take turns.
 */
const DRAWS = 8;

/** Level = requests waiting or in service, as far as waits are known. */
export function levelsInServer(trace: Trace): Levels {
  const { service, waits, length } = trace;
  const starts: number[] = [];
  const micros: number[] = [];
  const random = createRandom(seedOf(trace.start));
  const add = (column: number[], level: number, amount: number) => {
    column[level] = (column[level] ?? 0) + amount / DRAWS;
  };
  for (let draw = 0; draw < DRAWS; draw++) {
    const begun = drawStarts(trace, random);
    const end = begun.map((at, i) => at + service[i]).sort();
    const arrival = begun.map((at, i) => at - waits[0][i]).sort();
    let ended = 0;
    let last = arrival[0];
    for (let i = 0; i < length; i++) {
      while (ended < length && end[ended] <= arrival[i]) {
        add(micros, i - ended, Math.max(0, end[ended] - last));
        last = Math.max(last, end[ended++]);
      }
      const level = i - ended;
      add(micros, level, Math.max(0, arrival[i] - last));
      if (i > 0) add(starts, level, 1);
      last = Math.max(last, arrival[i]);
    }
  }
  return { starts, micros, most: Math.max(starts.length, micros.length) };
}
