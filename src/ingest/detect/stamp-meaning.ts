/**
 * Start or end of the request: told from the order of the lines. A server writes the line when it has finished, so stamps of
 * ends never go back in file order; stamps of starts do, and then stamp + duration does not.
 */
export interface StampEvidence {
  readonly meaning: 'start' | 'end';
  /** false: nothing in the data speaks for it. */
  readonly proven: boolean;
  readonly because: string;
}

/** Two processes may write in the wrong order across the border of a second: so many backward steps prove nothing. */
const TOLERATED = 0.005;

function backwardSteps(values: Float64Array, toleranceMicros: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  let steps = 0;
  for (const value of values) {
    if (value < highest - toleranceMicros) steps++;
    if (value > highest) highest = value;
  }
  return steps;
}

/** @param stamp µs, in file order; @param duration µs, NaN where unknown; @param resolution µs of a tick of the stamp */
export function stampMeaning(stamp: Float64Array, duration: Float64Array, resolution: number): StampEvidence {
  const n = stamp.length;
  const few = Math.max(1, TOLERATED * n);
  const asEnds = backwardSteps(stamp, 0);
  const timed = duration.some((value) => value === value);
  const floor = (value: number) => Math.floor(value / resolution) * resolution;
  if (!timed) {
    if (asEnds > 2 * few) {
      return {
        meaning: 'start',
        proven: true,
        because: `stamps go back ${asEnds} times in ${n} lines, as stamps of starts do`,
      };
    }
    return { meaning: 'end', proven: false, because: 'stamps never go back in file order' };
  }
  const known = (value: number) => (value === value ? value : 0);
  const asStarts = backwardSteps(
    stamp.map((value, i) => value + known(duration[i])),
    resolution,
  );
  // What the other meaning would have looked like on these very requests.
  const ifStarts = backwardSteps(
    stamp.map((value, i) => floor(value - known(duration[i]))),
    0,
  );
  if (asEnds <= few && asStarts > 2 * few) {
    return { meaning: 'end', proven: true, because: 'stamps never go back in file order' };
  }
  if (asStarts <= few && asEnds > 2 * few) {
    return {
      meaning: 'start',
      proven: true,
      because: 'stamp + duration never goes back in file order, the bare stamps do',
    };
  }
  if (asEnds <= few && ifStarts > 4 * few) {
    return { meaning: 'end', proven: true, because: 'stamps never go back in file order; stamps of starts would have' };
  }
  return { meaning: 'end', proven: false, because: 'the order of the lines fits both' };
}
