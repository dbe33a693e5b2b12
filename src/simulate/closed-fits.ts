/**
 * How well a number of clients who wait for their answers explains which request started when, for each number (see clients.ts). In a pool
 * with a bound on its slots the share of time full and the mean wait must fit as well (machine repair model).
 */
import { meanOf, medianOf } from '../core/statistics.ts';
import type { Levels } from './client-levels.ts';
import type { ClientsInput, ClosedClients } from './clients.ts';
import { pauseFor, type RepairState, repairState } from './machine-repair.ts';

/** Nats by which a reading may be less likely than the best and still be kept for the range. */
export const NOT_EXCLUDED = 3;
/** The same for fewer clients than the best fit has: blurred stamps can make levels seem to exceed the number of clients. */
const FEWER_NOT_EXCLUDED = 6;
/** Tolerated deviations of the model from the log: of the share of time full, and of the wait (relative, by how it is known). */
const FULL_SPREAD = 0.04;
const WAIT_SPREAD = { measured: 0.05, inferred: 0.1, bounded: 1, unknown: 1 } as const;
/** Above this ratio of stamp blur to service time the levels are blurred and count for less. */
const BLURRED = 0.05;

/** What the evenness of the answers says: nats more than for independent callers. */
export interface Evenness {
  readonly closed: (count: number, thinkMicros: number) => number;
  /** For a source with a beat of its own: as even as clients, but it does not wait for answers. */
  readonly paced: number;
}

export interface ClosedFit {
  readonly clients: ClosedClients;
  /** Nats by which the clients explain the levels and the evenness better than open arrivals do. */
  readonly gain: number;
  /** The part of `gain` that the evenness of the answers contributes. */
  readonly even: number;
  /** The gain less the misfit of the wait and of the share of time full. */
  readonly score: number;
  /** The score with half the weight of a standard deviation of the misfit; decides what is kept for the range. */
  readonly loose: number;
  /** Mean wait in the model, µs. */
  readonly wait: number;
}

/** What fits are asked for. */
interface FitsAsked {
  readonly slots: number;
  readonly evenness: Evenness | null;
  readonly isHidden: boolean;
  /** Largest number of clients to try. */
  readonly most: number;
}

export const likeliest = (fits: readonly ClosedFit[]): ClosedFit => fits.reduce((a, b) => (b.score > a.score ? b : a));

/** The fits that the log does not exclude beside the best one. */
export function nearest(fits: readonly ClosedFit[]): readonly ClosedFit[] {
  if (fits.length === 0) return [];
  const best = likeliest(fits);
  const loosest = fits.reduce((most, { loose }) => Math.max(most, loose), Number.NEGATIVE_INFINITY);
  return fits.filter(
    ({ loose, clients }) => loose >= loosest - (clients.count < best.clients.count ? FEWER_NOT_EXCLUDED : NOT_EXCLUDED),
  );
}

/** Fits for ascending numbers of clients, each with the pause that gives the log's throughput. */
export function closedFits(input: ClientsInput, levels: Levels, asked: FitsAsked): ClosedFit[] {
  const { trace, peak } = input;
  const { slots, evenness, isHidden } = asked;
  const total = sumOf(levels.starts);
  const time = sumOf(levels.micros);
  if (!(total > 0) || !(time > 0)) return [];
  const rate = total / time;
  const service = meanOf(trace.service);
  const wait = meanOf(trace.waits[0]);
  const bounded = Number.isFinite(slots);
  const clarity = Math.min(1, (BLURRED * service) / Math.max(1, medianOf(trace.uncertainty)));
  // A sharp level never exceeds the number of clients; a blurred one may seem to.
  const blurred = clarity < 1;
  const shortest = isHidden ? trace.extremes[0] * wait : wait;
  const least = blurred ? Math.max(peak, Math.ceil(rate * (service + shortest))) : levels.most - 1;
  const gainOf = gainsOf(levels, slots, blurred);
  const misfitOf = bounded ? misfitsOf(input, service, wait, clarity) : () => 0;
  const fits: ClosedFit[] = [];
  for (let count = Math.max(2, least); count <= asked.most; count = Math.ceil(count * 1.03 + 0.5)) {
    const think = bounded ? pauseFor(count, slots, service, rate) : count / rate - service - wait;
    if (think === null || !(think > 0)) continue;
    const state = repairState(count, slots, service, think);
    const gain = gainOf(count, think, state);
    const misfit = misfitOf(state);
    const even = evenness ? evenness.closed(count, think) - Math.max(0, evenness.paced) : 0;
    const clear = gain * clarity + even;
    fits.push({
      clients: { kind: 'closed', count, thinkMicros: think },
      // Blur makes the rate seem independent of the level, so evidence against clients is scaled down too.
      gain: bounded ? Math.max(gain + even, clear) : clear,
      even,
      score: clear - misfit / 2,
      loose: clear - misfit / 8,
      wait: state.wait,
    });
  }
  return fits;
}

/** Nats by which clients explain the starts at each level better than callers with a constant rate do. */
function gainsOf({ starts, micros }: Levels, slots: number, blurred: boolean) {
  const total = sumOf(starts);
  const flat = total * Math.log(total / sumOf(micros)) - total;
  const floor = blurred ? 0.5 : 1e-3;
  return (count: number, think: number, { fullRate }: RepairState): number => {
    let gain = -flat;
    for (let j = 0; j < micros.length; j++) {
      const expected = j === slots ? fullRate : Math.max(floor, count - j) / think;
      gain += (starts[j] ?? 0) * Math.log(Math.max(1e-15, expected)) - expected * (micros[j] ?? 0);
    }
    return gain;
  };
}

/** Sum of the squared deviations, in standard deviations, of the model's share of time full and of its mean wait from the log's. */
function misfitsOf(
  { waitMethod, waitRange: [low, high], saturatedRatio }: ClientsInput,
  service: number,
  wait: number,
  clarity: number,
) {
  // The ends of the range are two standard deviations away.
  const waitSpread = Math.max(WAIT_SPREAD[waitMethod] * (wait + service), (high - low) / 4 || 0);
  return (state: RepairState): number =>
    (((state.full - saturatedRatio) * clarity) / FULL_SPREAD) ** 2 + ((state.wait - wait) / waitSpread) ** 2;
}

/** The sum over the levels that were seen; the arrays have holes at the others. */
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + (value ?? 0), 0);
