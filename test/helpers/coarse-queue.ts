/** A queue whose stamps of a second hide hundreds of requests each. */
import type { Stretch } from '../../src/analysis/wait/stretch.ts';

/** Four processes: so many requests end in each second, each of which took so many seconds. */
export function coarseQueue(perSecond: readonly number[], seconds: number | (() => number)): Stretch {
  const low = perSecond.flatMap((count, second) => new Array<number>(count).fill(second));
  return {
    length: low.length,
    index: Int32Array.from(low.keys()),
    origin: 0,
    slots: 4,
    isProcesses: true,
    low: Float64Array.from(low),
    high: Float64Array.from(low, (at) => at + 1),
    duration: Float64Array.from(low, () => (typeof seconds === 'number' ? seconds : seconds())),
    tick: 1,
    jitter: 0.003,
  };
}
