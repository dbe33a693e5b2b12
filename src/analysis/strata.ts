/**
 * The steps of a log's timeline, grouped into strata by how busy they were. The followed part of the log shows what happened in each
 * stratum. Weighted by the requests and the time of the whole log in it, it represents the rest (post-stratification: Cochran, Sampling
 * Techniques, 1977, 5A).
 */
import type { ServerInference } from '../core/inference.ts';
import { MICROS_PER_SECOND } from '../core/time.ts';
import type { TimelineView } from './timeline.ts';

/** A step counts as full from this share of busy slots on, because hand-overs leave small gaps. */
const FULL_STEP = 0.9;
/** How busy a step was is averaged over so many steps on either side, as stamps may put work into a neighbouring step. */
const AROUND = 2;
/** Upper bounds of the strata of steps that were not full, as a share of the slots. */
const UP_TO = [0.15, 0.3, 0.45, 0.6, 0.7, 0.8, FULL_STEP];
/** Seconds. The longer a pool has been full, the longer its queue, so each doubling of that time from here on is a stratum of its own. */
const SHORTEST_FULL = 10;

export interface Strata {
  readonly from: number;
  /** µs: length of a step. */
  readonly step: number;
  /** By step: its stratum, and 1 if it was full. */
  readonly stratum: Uint8Array;
  readonly full: Uint8Array;
  /** By stratum: number of requests, and of steps. */
  readonly requests: Float64Array;
  readonly steps: Float64Array;
}

/** From this stratum on the pool was full, in later strata for longer. */
export const FIRST_FULL = UP_TO.length;
export const STRATA = FIRST_FULL + 20;

/** Approximate share of the slots that were busy in the steps of a stratum. */
export const busyShareOf = (stratum: number): number =>
  stratum < FIRST_FULL ? ((UP_TO[stratum - 1] ?? 0) + UP_TO[stratum]) / 2 : 1;

/** Slots of the pool that ran at an instant; NaN unknown. */
export function slotsAt({ regimes, capacity, unbounded }: ServerInference): (instant: number) => number {
  const one = unbounded ? Number.NaN : (capacity.value ?? Number.NaN);
  if (regimes.length < 2) return () => one;
  return (instant) => (regimes.find(({ to }) => instant < to) ?? regimes[regimes.length - 1]).capacity ?? Number.NaN;
}

/** null: the number of slots is not known at every step. */
export function strataOf(view: TimelineView, slots: (instant: number) => number): Strata | null {
  const { from, stepSeconds, requests, busyMicros } = view;
  const step = stepSeconds * MICROS_PER_SECOND;
  const n = requests.length;
  const stratum = new Uint8Array(n);
  const full = new Uint8Array(n);
  const sums = new Float64Array(n + 1);
  for (let k = 0; k < n; k++) sums[k + 1] = sums[k] + busyMicros[k];
  const inAll = { requests: new Float64Array(STRATA), steps: new Float64Array(STRATA) };
  let since = 0;
  for (let k = 0; k < n; k++) {
    const most = slots(from + k * step) * step;
    if (Number.isNaN(most)) return null;
    const first = Math.max(0, k - AROUND);
    const behind = Math.min(n, k + AROUND + 1);
    const level = (sums[behind] - sums[first]) / (behind - first) / most;
    let place = 0;
    while (place < FIRST_FULL && !(level < UP_TO[place])) place++;
    const isFull = place === FIRST_FULL;
    since = isFull ? since + stepSeconds : 0;
    if (isFull) {
      full[k] = 1;
      place = Math.min(STRATA - 1, FIRST_FULL + Math.max(0, Math.ceil(Math.log2(since / SHORTEST_FULL))));
    }
    stratum[k] = place;
    inAll.requests[place] += requests[k];
    inAll.steps[place]++;
  }
  return { from, step, stratum, full, ...inAll };
}
