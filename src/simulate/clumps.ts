/**
 * Callers that come together (page loads, fan-outs) where the stamps are too coarse to show it: a stamp blurs a clump over its tick, but
 * the counts of whole ticks still have the variance that clumps cause.
 *
 * With N_k arrivals in the k-th window of width w, the Allan factor A(w) = E[(N_{k+1} - N_k)²] / (2 E[N]) is 1 for Poisson arrivals, E[B²]
 * / E[B] for every w if clumps of size B come at random, and 1 + c w if the rate itself drifts (Lowen & Teich, Fractal-Based Point
 * Processes, 2005). Its value extrapolated to w = 0 is due to clumps; for geometric sizes their mean is (A + 1) / 2.
 */
import { ascendingOrder } from '../core/order.ts';
import { createRandom, type Random, seedOf } from '../core/random.ts';

/** Widths of the windows in ticks; windows of one tick would still split clumps. */
const WINDOWS = [2, 4, 8] as const;
const MINIMUM_WINDOWS = 12;
/** z score above 1 from which there are clumps, and from which there is a slope. */
const SURE = 3;
const SLOPE_Z = 1;

/**
 * Share of the excess that is left of a clump blurred over a tick, since it may fall into two windows: 1 - tick / (2 w). (Two members fall
 * into neighbouring windows with probability tick / (3 w), and then add -1/2 instead of 1.)
 */
const left = (ticks: number): number => 1 - 1 / (2 * ticks);

export interface ClumpSize {
  /** Mean size of clumps finer than a tick; 1 if none show. */
  readonly size: number;
  /** Mean size to draw so that the drawn arrivals scatter as the log's do; 1: draw none. */
  readonly drawn: number;
  /** The size to draw at the upper end (95 %) of what the number of windows leaves open, also where no clumps show. */
  readonly most: number;
  /** true: so many arrivals per tick that nothing shows who came with whom. */
  readonly isDense: boolean;
}

/**
 * Mean number of others within a tick behind an arrival up to which the intervals left by the stamps separate groups (arrival-groups.ts).
 */
const TOLD_APART = 20;
const UPPER_Z = 1.645;

/** `arrival` (ascending) and `tick` in µs. */
export function clumpSize(arrival: Float64Array, tick: number): ClumpSize {
  const isDense = othersBehind(arrival, tick) > TOLD_APART;
  const none = { size: 1, drawn: 1, most: 1, isDense };
  const factors = WINDOWS.map((ticks) => {
    const { factor, windows } = allanFactor(arrival, ticks * tick);
    return { factor: 1 + (factor - 1) / left(ticks), windows };
  }).filter(({ windows }) => windows >= MINIMUM_WINDOWS);
  if (factors.length < 2) return none;
  // Weighted least squares of A(w) = a + c w; a slope within chance is taken as 0.
  let n = 0;
  let x = 0;
  let y = 0;
  let xx = 0;
  let xy = 0;
  factors.forEach(({ factor, windows }, k) => {
    n += windows;
    x += windows * WINDOWS[k];
    y += windows * factor;
    xx += windows * WINDOWS[k] ** 2;
    xy += windows * WINDOWS[k] * factor;
  });
  const slope = (n * xy - x * y) / (n * xx - x * x);
  const mean = y / n;
  // The variance of A over n windows is about 3 A² / n.
  const wanders = slope > SLOPE_Z * Math.sqrt((3 * mean * mean) / (xx - (x * x) / n));
  const atZero = wanders ? mean - (slope * x) / n : mean;
  // Relative standard error, doubled where a slope was fitted as well.
  const error = (wanders ? 2 : 1) * Math.sqrt(3 / factors[0].windows);
  const sizeFor = (factor: number) => (isDense ? drawnFor(arrival, tick, factor) : (factor + 1) / 2);
  // The error scales with the factors as measured, even if the slope leaves little of them at w = 0.
  const upper = atZero + UPPER_Z * error * Math.max(1, mean);
  if (atZero - 1 < SURE * error) return upper > 1 ? { ...none, most: sizeFor(upper) } : none;
  return { size: (atZero + 1) / 2, drawn: sizeFor(atZero), most: sizeFor(upper), isDense };
}

/** Mean number of arrivals within `reach` µs behind each arrival: weighted by callers, so bursts count more than quiet seconds. */
function othersBehind(arrival: Float64Array, reach: number): number {
  let total = 0;
  let to = 0;
  for (let from = 0; from < arrival.length; from++) {
    while (to < arrival.length && arrival[to] <= arrival[from] + reach) to++;
    total += to - from - 1;
  }
  return total / arrival.length;
}

/** Factor by which the size is raised per step, largest number of steps, draws per average, and arrivals used. */
const STEP = 1.25;
const STEPS = 12;
const DRAWS = 6;
const ENOUGH = 3000;

/**
 * Blurred clumps overlap, and cutting their sequence at random breaks large ones up, so drawn groups of the wanted size scatter less than
 * the clumps did. Larger sizes are tried until the drawn arrivals reach the wanted factor at windows of half a tick.
 */
function drawnFor(arrival: Float64Array, tick: number, wanted: number): number {
  const random = createRandom(seedOf(arrival));
  const part = arrival.subarray(0, ENOUGH);
  let size = (wanted + 1) / 2;
  for (let step = 0; step < STEPS; step++, size *= STEP) {
    let sum = 0;
    for (let draw = 0; draw < DRAWS; draw++) {
      const together = part.slice();
      drawTogether(together, size, tick, random);
      sum += allanFactor(together.sort(), tick / 2).factor;
    }
    if (sum / DRAWS >= wanted) break;
  }
  return size;
}

/** `arrival` (ascending) and `width` in the same unit. Empty windows are skipped, since fine stamps make billions of them. */
function allanFactor(arrival: Float64Array, width: number): { factor: number; windows: number } {
  const origin = arrival[0];
  const windows = Math.floor((arrival[arrival.length - 1] - origin) / width);
  if (windows < 2) return { factor: 1, windows };
  let total = 0;
  let squares = 0;
  let before = 0;
  for (let i = 0, window = 0; window < windows; ) {
    const first = i;
    while (i < arrival.length && Math.floor((arrival[i] - origin) / width) === window) i++;
    const count = i - first;
    total += count;
    if (window > 0) squares += (count - before) ** 2;
    const next = i < arrival.length ? Math.min(windows, Math.floor((arrival[i] - origin) / width)) : windows;
    // The empty window behind this one.
    if (next > window + 1) squares += count ** 2;
    before = next === window + 1 ? count : 0;
    window = next;
  }
  return { factor: total > 0 ? squares / (windows - 1) / ((2 * total) / windows) : 1, windows };
}

/**
 * Draws arrivals together into clumps of geometric size with the given mean; no member is more than `reach` µs after the first of its
 * clump, and all get the mean of its members. `arrival` may be in any order and is changed in place.
 */
export function drawTogether(arrival: Float64Array, size: number, reach: number, random: Random): void {
  const order = ascendingOrder(arrival);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    let sum = arrival[order[from]];
    const latest = sum + reach;
    while (to < order.length && arrival[order[to]] <= latest && random() * size >= 1) sum += arrival[order[to++]];
    const at = sum / (to - from);
    for (let k = from; k < to; k++) arrival[order[k]] = at;
    from = to;
  }
}
