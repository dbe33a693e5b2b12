/** What the waits before the starts may have been: posterior samples, one estimate with its range, or only bounds. */
import { binLevels } from '../core/bin-levels.ts';
import { floatsAt } from '../core/columns.ts';
import type { Analysis } from '../core/finding.ts';

export interface WaitHistories {
  /** Possible histories of the waits, each µs per row. */
  readonly waits: readonly Float64Array[];
  /** Range of the factor on the waits that repetitions draw from; [1, 1] where the samples already carry the uncertainty. */
  readonly stretch: readonly [low: number, high: number];
  /** Factors on the waits for the most extreme readings, the error of the inference included. */
  readonly extremes: readonly [low: number, high: number];
  /** true: the log does not show the waits; the histories are upper bounds and the factors begin at 0. */
  readonly unknown: boolean;
}

/** Share of the slots that must be busy for a bin of time to count as full (only the mean level of the bin is known). */
const NEARLY_FULL = 0.85;

/**
 * `rows` of the request table in order of `start`; `service` and `uncertainty` in µs per entry. Nobody waits where the slots are unbounded,
 * or where a queue shared by all slots always had one of them free.
 */
export function waitHistories(
  { inference }: Analysis,
  rows: readonly number[],
  start: Float64Array,
  service: Float64Array,
  uncertainty: Float64Array,
): WaitHistories {
  const pick = (column: Float64Array): Float64Array => {
    const picked = floatsAt(column, rows);
    for (let i = 0; i < picked.length; i++) if (!Number.isFinite(picked[i])) picked[i] = 0;
    return picked;
  };
  const { waitSamples, wait: estimate } = inference.requests;
  const { wait, concurrency, capacity } = inference;
  const slots = capacity.value;
  const neverFull = slots !== null && concurrency.peak < slots && !(inference.queue === 'per-worker' && wait.mean > 0);
  // A server without slots may still have a queue inside the application, and the log may show it.
  const isInside = inference.unbounded && wait.method === 'inferred';
  if (inference.unbounded || slots === null || neverFull) {
    const none = !isInside && (inference.unbounded || slots !== null);
    const waits = none ? [new Float64Array(rows.length)] : [pick(estimate)];
    return { waits, stretch: [1, 1], extremes: [1, 1], unknown: !none && wait.method === 'unknown' };
  }
  const factor = (bound: number) => (wait.mean > 0 && Number.isFinite(bound) ? bound / wait.mean : 1);
  // Geometric half way to the ends: stretching waits further only thins arrivals out, and other pools would queue less again.
  const extremes = [Math.sqrt(factor(wait.lowMean)), Math.sqrt(factor(wait.highMean))] as const;
  const known = (wait.method === 'measured' || wait.method === 'inferred') && estimate.some(Number.isFinite);
  if (known && waitSamples && waitSamples.length > 0) {
    return { waits: waitSamples.map(pick), stretch: [1, 1], extremes, unknown: false };
  }
  if (known) return { waits: [pick(estimate)], stretch: extremes, extremes, unknown: false };
  return {
    waits: [longestWaits(start, service, uncertainty, slots)],
    stretch: [0, 1],
    extremes: [0, 1],
    unknown: true,
  };
}

/**
 * Upper bound of Larson (1990): nobody who waited came before the pool was full, so a request that starts within a full stretch waited at
 * most since that stretch began. A stretch is full while the mean level of its bins is nearly the number of slots.
 */
export function longestWaits(
  start: Float64Array,
  service: Float64Array,
  uncertainty: Float64Array,
  slots: number,
): Float64Array {
  const n = start.length;
  const longest = new Float64Array(n);
  if (n === 0) return longest;
  const meanService = service.reduce((a, b) => a + b, 0) / n;
  const meanOpen = uncertainty.reduce((a, b) => a + b, 0) / n;
  const width = Math.max(1000, 2 * meanOpen, meanService / 2);
  const origin = start[0];
  const count = Math.min(1_000_000, Math.ceil((start[n - 1] - origin) / width) + 1);
  const bins = binLevels(start, service, origin, width, count);
  let began = -1;
  let bin = -1;
  for (let i = 0; i < n; i++) {
    const at = Math.min(bins.length - 1, Math.floor((start[i] - origin) / width));
    while (bin < at) {
      bin++;
      if (bins[bin] >= NEARLY_FULL * slots) {
        if (began < 0) began = origin + bin * width;
      } else began = -1;
    }
    if (began >= 0) longest[i] = Math.max(0, start[i] - began);
  }
  return longest;
}

/**
 * 1: this history of the waits fixes the start, so it is not drawn within its tick. That holds for a request from the queue, which starts
 * when the one before it ends, and for one that found a free slot but came in the same group (same arrival) as one that waited.
 */
export function heldStarts(start: Float64Array, wait: Float64Array): Uint8Array {
  const arrivals = new Set<number>();
  for (let i = 0; i < start.length; i++) if (wait[i] > 0) arrivals.add(Math.round(start[i] - wait[i]));
  const held = new Uint8Array(start.length);
  for (let i = 0; i < start.length; i++) if (wait[i] > 0 || arrivals.has(Math.round(start[i]))) held[i] = 1;
  return held;
}
