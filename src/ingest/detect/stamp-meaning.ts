/**
 * Whether stamps are starts or ends of requests, by the order of the lines. A server writes a line when the request has ended. So ends
 * never go back in file order; starts do, while start + duration does not.
 */
export interface StampEvidence {
  readonly meaning: 'start' | 'end';
  /** false: nothing in the data supports it. */
  readonly proven: boolean;
  readonly because: string;
}

/** Share of backward steps that proves nothing: at the turn of a second, two processes may write in the wrong order. */
const TOLERATED = 0.005;
/** A log shorter than so many mean durations may be a single burst. */
const BURST_DURATIONS = 5;
/** µs: threads write lines a moment after they stamped them, in another order. Steps back by less than this do not show starts. */
const WRITTEN_LATE = 50_000;

function backwardSteps(values: Float64Array, toleranceMicros: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  let steps = 0;
  for (const value of values) {
    if (value < highest - toleranceMicros) steps++;
    if (value > highest) highest = value;
  }
  return steps;
}

/**
 * If the stamps are starts: the number of requests that start during one of an earlier line, and after its start. Each of these might as
 * well have started before it. In a burst, all start in one tick and none counts.
 */
function overlapping(stamp: Float64Array, duration: Float64Array, toleranceMicros: number): number {
  let latest = Number.NEGATIVE_INFINITY;
  let itsStart = Number.NEGATIVE_INFINITY;
  let count = 0;
  stamp.forEach((value, i) => {
    if (value + toleranceMicros < latest && value > itsStart + toleranceMicros) count++;
    const end = value + duration[i];
    if (!(end > latest)) return;
    latest = end;
    itsStart = value;
  });
  return count;
}

/** Whether the log is much longer than its requests. Within a single burst, requests may have started in the order in which they ended. */
function lasts(stamp: Float64Array, duration: Float64Array): boolean {
  const known = duration.filter((value) => value === value);
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
  const ordered = stamp.filter((value) => value === value).sort();
  return ordered[ordered.length - 1] - ordered[0] > BURST_DURATIONS * mean;
}

/**
 * @param stamp µs, in file order
 * @param duration µs, NaN if unknown
 * @param resolution µs: one tick of the stamp
 */
export function stampMeaning(stamp: Float64Array, duration: Float64Array, resolution: number): StampEvidence {
  const n = stamp.length;
  const few = Math.max(1, TOLERATED * n);
  const asEnds = backwardSteps(stamp, 0);
  const timed = duration.some((value) => value === value);
  const floor = (value: number) => Math.floor(value / resolution) * resolution;
  if (!timed) {
    const farBack = backwardSteps(stamp, WRITTEN_LATE);
    if (farBack > 2 * few) {
      return {
        meaning: 'start',
        proven: true,
        because: `stamps go back ${farBack} times in ${n} lines, as stamps of starts do`,
      };
    }
    if (asEnds > few) return { meaning: 'end', proven: false, because: 'stamps hardly go back in file order' };
    return { meaning: 'end', proven: false, because: 'stamps never go back in file order' };
  }
  const known = (value: number) => (value === value ? value : 0);
  const asStarts = backwardSteps(
    stamp.map((value, i) => value + known(duration[i])),
    resolution,
  );
  // How many steps back starts would have shown for these very requests. The end may lie anywhere in its tick: at the end of the tick, the
  // fewest starts would fall into an earlier one.
  const ifStarts = backwardSteps(
    stamp.map((value, i) => floor(value + resolution - 1 - known(duration[i]))),
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
  // Requests that ran one after the other are in the order of their starts, too: only those that would overlap decide.
  const overlaps = overlapping(stamp, duration, resolution);
  if (asEnds <= few && ifStarts > 4 * few && overlaps > 4 * few && lasts(stamp, duration)) {
    return { meaning: 'end', proven: true, because: 'stamps never go back in file order; stamps of starts would have' };
  }
  const fits = asEnds > few && asStarts > few ? 'neither' : 'both';
  return { meaning: 'end', proven: false, because: `the order of the lines fits ${fits}` };
}
