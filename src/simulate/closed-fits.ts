/**
 * How well so many clients who wait for their answer explain who started when, by their number (see clients.ts). In a pool the share of the
 * time full, and the wait, must be theirs as well (the machine repair model).
 */
import { meanOf, medianOf } from '../core/statistics.ts';
import type { Levels } from './client-levels.ts';
import type { ClientsInput, ClosedClients } from './clients.ts';
import { pauseFor, type RepairState, repairState } from './machine-repair.ts';

/** Nats by which a reading may be less likely than the best and still be kept for the range. */
export const NOT_EXCLUDED = 3;
/** Stamps blur the levels, which makes them seem to pass a number of clients that they never do. */
const FEWER_NOT_EXCLUDED = 6;
/** How well the share of time full, and the wait, of the model must fit the log's: at best, or as its range allows. */
const FULL_SPREAD = 0.04;
const WAIT_SPREAD = { measured: 0.05, inferred: 0.1, bounded: 1, unknown: 1 } as const;
/** Stamps as coarse as this share of the service time blur the levels, and count for less. */
const BLURRED = 0.05;

/** What the evenness of the answers says, nats more than for independent callers. */
export interface Evenness {
  readonly closed: (count: number, thinkMicros: number) => number;
  /** Of a source that keeps a beat of its own: as even as clients, but nobody waits for an answer. */
  readonly paced: number;
}

export interface ClosedFit {
  readonly clients: ClosedClients;
  /** Nats by which it explains the levels better than open arrivals do. */
  readonly gain: number;
  /** The part of it that the evenness of the answers brings. */
  readonly even: number;
  /** The same, less what speaks against it in the wait and the share of time full. */
  readonly score: number;
  /** As if both were known half as well: what the range goes by. */
  readonly loose: number;
  /** µs, mean, of the model. */
  readonly wait: number;
}

/** What fits are asked for. */
interface FitsAsked {
  readonly slots: number;
  readonly evenness: Evenness | null;
  readonly isHidden: boolean;
  /** Of clients. */
  readonly most: number;
}

export const likeliest = (fits: readonly ClosedFit[]): ClosedFit => fits.reduce((a, b) => (b.score > a.score ? b : a));

/** Those that the log does not exclude beside the best of them. */
export function nearest(fits: readonly ClosedFit[]): readonly ClosedFit[] {
  if (fits.length === 0) return [];
  const best = likeliest(fits);
  const loosest = fits.reduce((most, { loose }) => Math.max(most, loose), Number.NEGATIVE_INFINITY);
  return fits.filter(
    ({ loose, clients }) => loose >= loosest - (clients.count < best.clients.count ? FEWER_NOT_EXCLUDED : NOT_EXCLUDED),
  );
}

/** Numbers of clients, ascending, each with the pause that makes the log's throughput. */
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
  // A clear level never passes the number of clients; a blurred one may seem to.
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
      // Blur makes levels look as if nobody minded them: what speaks against clients counts for as little as it is worth.
      gain: bounded ? Math.max(gain + even, clear) : clear,
      even,
      score: clear - misfit / 2,
      loose: clear - misfit / 8,
      wait: state.wait,
    });
  }
  return fits;
}

/** Nats by which clients explain the starts at each level better than callers do who come at one rate. */
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

/** Squared deviations of the model's share of time full, and of its wait, from the log's. */
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

/** Of levels that were seen; those in between that were not have no entry. */
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + (value ?? 0), 0);
