/** How many requests ran at once over time, and for how long every slot was busy. */
import type { ServerInference } from '../../core/inference.ts';
import { sortInstants } from '../../core/order.ts';
import type { Times } from './estimated-times.ts';
import { levelQuantile, levelsOfSorted } from './levels.ts';
import type { Rhythm } from './rhythm.ts';

export type Concurrency = ServerInference['concurrency'];

const nothing = Number.NaN;

export const unknownConcurrency: Concurrency = {
  mean: nothing,
  p95: nothing,
  peak: nothing,
  saturatedMicros: nothing,
  saturatedRatio: nothing,
  peakAtLeast: nothing,
};

/** µs: a slot that is taken again this soon was not free in between. */
const HAND_OVER = 20_000;

/** What else is known about how full the pool was. */
export interface Fullness {
  /** Share of the time in which all slots were taken, over the possible histories; NaN unknown. */
  readonly full: number;
  /** Number of callers, if it is smaller than the number of slots; null: it is not, or it is unknown. */
  readonly atMost: number | null;
  /** Fewest lanes that hold all requests; null: not asked. */
  readonly lanes: () => number | null;
  /** Stamps are so coarse that requests that seem to overlap may have followed each other. */
  readonly isBlurred: boolean;
}

const notAsked: Fullness = { full: nothing, atMost: null, lanes: () => null, isBlurred: false };

/**
 * @param starts µs, sorted
 * @param ends µs, sorted
 * @param capacity slots; null: unknown or unbounded, then nothing is ever "full"
 */
function concurrencyOf(
  starts: Float64Array,
  ends: Float64Array,
  capacity: number | null,
  fullness: Fullness,
): Concurrency {
  const levels = levelsOfSorted(starts, ends);
  const most = fullness.atMost ?? capacity ?? Number.POSITIVE_INFINITY;
  // Inexact stamps put requests beside each other that never were. So where the slots are unknown, the peak is what the log proves.
  const lanes = capacity === null || fullness.isBlurred ? fullness.lanes() : null;
  const peak = capacity === null ? (lanes ?? levels.peak) : Math.min(levels.peak, most);
  const peakAtLeast = capacity === null ? (lanes ?? nothing) : Math.min(peak, lanes ?? peak);
  const common = { mean: levels.mean, p95: Math.min(levelQuantile(levels, 0.95), peak), peak, peakAtLeast };
  if (capacity === null) return { ...common, saturatedMicros: nothing, saturatedRatio: nothing };
  if (fullness.atMost !== null) return { ...common, saturatedMicros: 0, saturatedRatio: 0 };
  // Inexact stamps also tear gaps into a pool that was full; the histories know better.
  const full = Math.max(fullMicros(starts, ends, capacity), (fullness.full || 0) * levels.span);
  return {
    ...common,
    saturatedMicros: full,
    saturatedRatio: levels.span > 0 ? Math.min(1, full / levels.span) : nothing,
  };
}

/** µs with all slots busy, hand-overs included. */
function fullMicros(up: Float64Array, down: Float64Array, capacity: number): number {
  let full = 0;
  let level = 0;
  // The last stretch with all slots busy; before the first one it is empty.
  let since = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (let i = 0, j = 0; j < down.length; ) {
    if (i < up.length && up[i] <= down[j]) {
      level++;
      if (level === capacity && up[i] - until > HAND_OVER) {
        if (until > since) full += until - since;
        since = up[i];
      }
      i++;
    } else {
      if (level === capacity) until = down[j];
      level--;
      j++;
    }
  }
  return until > since ? full + until - since : full;
}

/** Rounds of a full pool, without durations: `size` requests at once, from the first round's start to the last one's end. */
function concurrencyOfRounds(requests: number, { size, generations, period }: Rhythm): Concurrency {
  const full = Math.floor(requests / size);
  return {
    mean: requests / generations,
    p95: size,
    peak: size,
    saturatedMicros: full * period,
    saturatedRatio: Math.min(1, full / generations),
    peakAtLeast: size,
  };
}

/** From the requests whose times are known. Without durations, from the beat or the rate alone. */
export function concurrencyIn(
  requests: Times,
  capacity: number | null,
  rhythm: Rhythm | null,
  ratePerMicro: number,
  serviceMean: number,
  fullness = notAsked,
): Concurrency {
  const n = requests.start.length;
  const starts = new Float64Array(n);
  const ends = new Float64Array(n);
  let known = 0;
  for (let i = 0; i < n; i++) {
    if (!(requests.end[i] >= requests.start[i])) continue;
    starts[known] = requests.start[i];
    ends[known++] = requests.end[i];
  }
  if (known > 0)
    return concurrencyOf(
      sortInstants(starts.subarray(0, known)),
      sortInstants(ends.subarray(0, known)),
      capacity,
      fullness,
    );
  if (rhythm && capacity !== null) return concurrencyOfRounds(requests.start.length, { ...rhythm, size: capacity });
  return { ...unknownConcurrency, mean: ratePerMicro * serviceMean };
}

/** Of pools one after the other: the log was full while the slots of the pool of that time were busy. */
export function concurrencyOfParts(
  requests: Times,
  parts: readonly { readonly inference: Pick<ServerInference, 'capacity' | 'concurrency'> }[],
): Concurrency {
  const capacities = parts.map(({ inference }) => inference.capacity.value ?? Number.NaN);
  const most = Math.max(...capacities);
  const whole = concurrencyIn(requests, Number.isNaN(most) ? null : most, null, nothing, nothing);
  let full = 0;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { inference } of parts) full += inference.concurrency.saturatedMicros;
  for (let i = 0; i < requests.start.length; i++) {
    if (requests.start[i] < first) first = requests.start[i];
    if (requests.end[i] > last) last = requests.end[i];
  }
  return { ...whole, saturatedMicros: full, saturatedRatio: Math.min(1, full / (last - first)) };
}

/** Of servers side by side, which are hardly ever all full at once: the full time is that of the server that was full for longest. */
export function fullestOf(
  servers: readonly { readonly inference: Pick<ServerInference, 'concurrency'> }[],
  whole: Concurrency,
): Concurrency {
  const known = servers.map(({ inference }) => inference.concurrency).filter((one) => one.saturatedMicros >= 0);
  if (known.length === 0) return whole;
  const { saturatedMicros, saturatedRatio } = known.reduce((a, b) => (b.saturatedMicros > a.saturatedMicros ? b : a));
  return { ...whole, saturatedMicros, saturatedRatio };
}
