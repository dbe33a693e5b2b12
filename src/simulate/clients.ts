/**
 * Are callers independent of the server (open), do they wait for their answer before they come back (closed), or does a
 * pool that never stops being full hide them?
 *
 * U closed clients with a mean pause Z start requests at rate (U - j) / Z while j of them are in the server; open arrivals
 * come at the same rate whatever j is (filtered ASTA, El-Taha & Stidham 1992). All of it shows in a log: N_j starts in
 * T_j of time at level j. The two readings are compared by their Poisson likelihood, Σ N_j ln λ_j - λ_j T_j, with one free
 * parameter each (U, and the mean rate): Z follows from U and the throughput. Bursts make the rate rise with the level,
 * never fall, so they speak against the closed reading. The evenness of the answers speaks as well: where nobody waits for a slot it is
 * that of the callers (core/client-rhythm.ts), else it is held against what the pool would make of them (pool-rhythm.ts).
 */
import { mean } from 'simple-statistics';
import { clientRhythm } from '../core/client-rhythm.ts';
import type { PoolShape } from '../core/prediction.ts';
import { medianOf } from '../core/statistics.ts';
import { arrivalsAreHidden } from '../core/wait-range.ts';
import { type Levels, levelsInServer, levelsOfPool } from './client-levels.ts';
import { pauseFor, repairState } from './machine-repair.ts';
import { pauseOnPool } from './pause-on-pool.ts';
import { poolRhythm } from './pool-rhythm.ts';
import { refutationOf } from './refuted-clients.ts';
import type { Trace } from './trace.ts';

export interface ClosedClients {
  readonly kind: 'closed';
  readonly count: number;
  /** Mean pause between an answer and the next request, µs. */
  readonly thinkMicros: number;
}

export type Clients = { readonly kind: 'open' } | { readonly kind: 'hidden' } | ClosedClients;

export interface Callers {
  readonly likely: Clients;
  /** Other readings that the log does not exclude: they widen ranges. */
  readonly others: readonly Clients[];
}

export interface ClientsInput {
  readonly trace: Trace;
  /** Slots of the pool; null where they are unbounded or unknown. */
  readonly slots: number | null;
  /** One queue in front of all slots: waiting shows when all are busy. */
  readonly sharedQueue: boolean;
  /** The pool that wrote the log; null where its slots are not known, or where there is no time to simulate it. */
  readonly pool: PoolShape | null;
  readonly saturatedRatio: number;
  /** Requests in service at once, at most. */
  readonly peak: number;
  /** The log proves that so many ran at once, and it may have been no more; NaN unknown. */
  readonly proven: number;
  readonly waitMethod: 'measured' | 'inferred' | 'bounded' | 'unknown';
  /** Mean waits between which the truth lies, µs; NaN unknown. */
  readonly waitRange: readonly [low: number, high: number];
  /** Something made requests long for a while, or the pool changed: what starts then says nothing of who asks. */
  readonly interrupted: boolean;
}

const MINIMUM_STARTS = 100;
/** Nats by which the closed reading must be likelier to be taken, and to be the only one. */
const LIKELIER = 6;
const SURE = 10;
/** The same where the evenness of the answers is what speaks: 0.4 % of simulated logs of open callers reach it. */
const EVENLY_LIKELIER = 3;
/** Nats by which a reading may be less likely than the best and still be kept for the range. */
const NOT_EXCLUDED = 3;
/** Stamps blur the levels, which makes them seem to pass a number of clients that they never do. */
const FEWER_NOT_EXCLUDED = 6;
/** Of waits that are not known. */
const UNKNOWN_WAIT = [0, Number.POSITIVE_INFINITY] as const;
const MAX_CLIENTS = 4096;
/** More clients than this per one ever seen at once are as good as open. */
const FEW = 20;
/** Requests of each client, at least: of those who came once or twice nothing shows whether they wait for their answer. */
const FEWEST_EACH = 3;
/** How well the share of time full, and the wait, of the model must fit the log's: at best, or as its range allows. */
const FULL_SPREAD = 0.04;
const WAIT_SPREAD = { measured: 0.05, inferred: 0.1, bounded: 1, unknown: 1 } as const;
/** Stamps as coarse as this share of the service time blur the levels, and count for less. */
const BLURRED = 0.05;
/** Mean wait, in service times, up to which a pool passes the evenness of its callers on and makes none of its own. */
const NO_QUEUE = 0.02;
/** Share of its slots that are busy, up to which a pool's own evenness does not hang on how near it is to being full all the time. */
const OFTEN_FREE = 0.8;

/** Requests of one client, and the share of the time in which one runs, from which nobody else asks in between. */
const FEWEST_IN_TURN = 30;
const IN_TURN = 0.8;

const open: Clients = { kind: 'open' };

export function findCallers(input: ClientsInput): Callers {
  const { trace, slots, saturatedRatio, waitMethod } = input;
  const [lowWait, highWait] = input.waitRange;
  const alone = oneInTurn(input);
  if (alone) return { likely: alone, others: [] };
  const hidden =
    slots !== null &&
    waitMethod !== 'measured' &&
    arrivalsAreHidden(saturatedRatio, ...(waitMethod === 'inferred' ? ([lowWait, highWait] as const) : UNKNOWN_WAIT));
  if (hidden && waitMethod !== 'inferred') return { likely: { kind: 'hidden' }, others: takingTurns(trace, slots) };
  if (trace.length < MINIMUM_STARTS || input.interrupted) return { likely: open, others: [] };
  const station = slots !== null && input.sharedQueue && waitMethod !== 'measured' ? slots : Number.POSITIVE_INFINITY;
  const levels = Number.isFinite(station) ? levelsOfPool(trace, station) : levelsInServer(trace);
  const service = mean(trace.service as unknown as number[]);
  const wait = mean(trace.waits[0] as unknown as number[]);
  const isRefuted = refutationOf(trace, Number.isFinite(station) || trace.waitUnknown ? null : slots);
  const most = Math.min(MAX_CLIENTS, FEW * levels.most, Math.floor(trace.length / FEWEST_EACH));
  const fitsBy = (evenness: Evenness | null, read = input, seen = levels) =>
    closedFits(read, seen, { slots: station, evenness, isHidden: hidden, most }).filter(
      ({ clients }) => !isRefuted(clients),
    );
  const byLevels = fitsBy(null);
  // Who asks more often the more there are is no client that waits, however even the answers are.
  const isPossible = byLevels.some(({ score }) => score >= -NOT_EXCLUDED);
  const evenness = isPossible ? evennessOf(input, slots === null ? 0 : wait / service) : null;
  const fits = evenness ? fitsBy(evenness) : byLevels;
  if (fits.length === 0) return { likely: hidden ? { kind: 'hidden' } : open, others: [] };
  const best = likeliest(fits);
  const blind = trace.waitUnknown && slots !== null;
  const enough = best.even >= best.gain / 2 ? EVENLY_LIKELIER : LIKELIER;
  // The moments in which such a pool is not full are too few to tell who asks.
  if (best.gain < enough || blind || hidden) {
    // Of the readings that are left, the one that differs most from open callers holds the others between them.
    const isLeft = ({ score, wait: its }: ClosedFit) =>
      score >= Math.max(0, best.score) - NOT_EXCLUDED || (hidden && its >= trace.extremes[0] * wait);
    const fewest = fits.find(isLeft);
    return { likely: hidden ? { kind: 'hidden' } : open, others: fewest ? [fewest.clients] : [] };
  }
  // Levels are as good as the waits that they are worked out from: these may be shorter, or longer.
  const bounded = Number.isFinite(station);
  const fitsAt = (factor: number): readonly ClosedFit[] => {
    const read = { ...input, trace: withWaits(trace, factor) };
    return nearest(fitsBy(evenness, read, levelsInServer(read.trace)));
  };
  const readings = bounded
    ? [fits.filter(({ wait: its }) => its >= trace.extremes[0] * wait && its <= trace.extremes[1] * wait)]
    : trace.extremes.filter((factor) => factor !== 1).map(fitsAt);
  // And they were inferred for callers who come when they come: of clients who wait, more seem to be there at once than there are.
  const shorter = bounded ? [] : towards(trace.extremes[0]).flatMap(fitsAt);
  const likely = likeliest([best, ...shorter]);
  const near = [nearest(fits), ...readings, shorter].flat().map(({ clients }) => clients);
  near.sort((a, b) => a.count - b.count || a.thinkMicros - b.thinkMicros);
  const ends = near.length > 1 ? [near[0], near[near.length - 1]] : [];
  return { likely: onPool(input, likely.clients), others: best.gain >= SURE ? ends : [...ends, open] };
}

/** With the pause that makes the log's throughput on its own pool: processes that queue for themselves have no formula. */
function onPool({ trace, pool, sharedQueue, waitMethod }: ClientsInput, clients: ClosedClients): ClosedClients {
  if (pool?.model !== 'threaded' || sharedQueue || waitMethod === 'measured') return clients;
  const shape = { workers: pool.workers, threads: pool.threads, queue: 'per-worker' as const };
  return { ...clients, thinkMicros: pauseOnPool(trace, shape, clients.count, clients.thinkMicros) };
}

/** Factors on the waits from 1 towards the shortest; at none at all the slots would seem to be the clients. */
const towards = (low: number): readonly number[] => (low < 1 ? [(1 + low) / 2, (1 + 3 * low) / 4] : []);

const likeliest = (fits: readonly ClosedFit[]): ClosedFit => fits.reduce((a, b) => (b.score > a.score ? b : a));

const withWaits = (trace: Trace, factor: number): Trace => ({
  ...trace,
  waits: [trace.waits[0].map((micros) => factor * micros)],
});

/** Those that the log does not exclude beside the best of them. */
function nearest(fits: readonly ClosedFit[]): readonly ClosedFit[] {
  if (fits.length === 0) return [];
  const best = likeliest(fits);
  const loosest = fits.reduce((most, { loose }) => Math.max(most, loose), Number.NEGATIVE_INFINITY);
  return fits.filter(
    ({ loose, clients }) => loose >= loosest - (clients.count < best.clients.count ? FEWER_NOT_EXCLUDED : NOT_EXCLUDED),
  );
}

/**
 * One client who asks again as soon as it has its answer (a loop in a shell): one request after the other, hardly a pause, on a pool that
 * could run more. Callers at random who keep a slot that busy meet each other all the time.
 */
function oneInTurn({ trace, slots, proven }: ClientsInput): ClosedClients | null {
  const { length, start, service } = trace;
  if (proven !== 1 || slots === 1 || length < FEWEST_IN_TURN) return null;
  const busy = service.reduce((sum, micros) => sum + micros, 0);
  const span = start[length - 1] + service[length - 1] - start[0];
  if (!(busy >= IN_TURN * span)) return null;
  return { kind: 'closed', count: 1, thinkMicros: Math.max(1, (span - busy) / length) };
}

/** As many clients as there are slots, who ask again as soon as they are answered: they fill a pool, and nobody waits. */
function takingTurns({ length, start, service }: Trace, slots: number): readonly ClosedClients[] {
  const span = start[length - 1] - start[0];
  const think = (slots * span) / length - mean(service as unknown as number[]);
  return slots > 1 && length > 1 ? [{ kind: 'closed', count: slots, thinkMicros: Math.max(1, think) }] : [];
}

/** What the evenness of the answers says, nats more than for independent callers. */
export interface Evenness {
  readonly closed: (count: number, thinkMicros: number) => number;
  /** Of a source that keeps a beat of its own: as even as clients, but nobody waits for an answer. */
  readonly paced: number;
}

/** null: it says nothing. `queue`: mean wait in service times. */
function evennessOf({ trace, pool, sharedQueue }: ClientsInput, queue: number): Evenness | null {
  if (queue <= NO_QUEUE) {
    const rhythm = clientRhythm(trace, trace.tick);
    return rhythm && { closed: (_, think) => rhythm.closed(think), paced: rhythm.paced };
  }
  if (!pool || pool.model === 'async') return null;
  const threads = pool.model === 'threaded' ? pool.threads : 1;
  if (busyShare(trace) > OFTEN_FREE * pool.workers * threads) return null;
  return poolRhythm(trace, { workers: pool.workers, threads, queue: sharedQueue ? 'shared' : 'per-worker' });
}

/** Mean number of requests in service. */
function busyShare({ start, service, length }: Trace): number {
  const busy = service.reduce((sum, micros) => sum + micros, 0);
  return busy / (start[length - 1] + service[length - 1] - start[0]);
}

interface ClosedFit {
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

/** Numbers of clients, ascending, each with the pause that makes the log's throughput. */
function closedFits(
  { trace, waitMethod, waitRange, saturatedRatio, peak }: ClientsInput,
  { starts, micros, most }: Levels,
  { slots, evenness, isHidden, most: mostClients }: FitsAsked,
): ClosedFit[] {
  const total = starts.reduce((sum, count) => sum + (count ?? 0), 0);
  const time = micros.reduce((sum, span) => sum + (span ?? 0), 0);
  if (!(total > 0) || !(time > 0)) return [];
  const rate = total / time;
  const flat = total * Math.log(rate) - total;
  const service = mean(trace.service as unknown as number[]);
  const wait = mean(trace.waits[0] as unknown as number[]);
  const bounded = Number.isFinite(slots);
  const [low, high] = waitRange;
  // The ends of the range are two standard deviations away.
  const waitSpread = Math.max(WAIT_SPREAD[waitMethod] * (wait + service), (high - low) / 4 || 0);
  const fits: ClosedFit[] = [];
  const clarity = Math.min(1, (BLURRED * service) / Math.max(1, medianOf(trace.uncertainty)));
  // A clear level never passes the number of clients; a blurred one may seem to.
  const blurred = clarity < 1;
  const shortest = isHidden ? trace.extremes[0] * wait : wait;
  const least = blurred ? Math.max(peak, Math.ceil(rate * (service + shortest))) : most - 1;
  const floor = blurred ? 0.5 : 1e-3;
  for (let count = Math.max(2, least); count <= mostClients; count = Math.ceil(count * 1.03 + 0.5)) {
    const think = bounded ? pauseFor(count, slots, service, rate) : count / rate - service - wait;
    if (think === null || !(think > 0)) continue;
    const state = repairState(count, slots, service, think);
    let gain = -flat;
    for (let j = 0; j < micros.length; j++) {
      const expected = j === slots ? state.fullRate : Math.max(floor, count - j) / think;
      gain += (starts[j] ?? 0) * Math.log(Math.max(1e-15, expected)) - expected * (micros[j] ?? 0);
    }
    const misfit = bounded
      ? (((state.full - saturatedRatio) * clarity) / FULL_SPREAD) ** 2 + ((state.wait - wait) / waitSpread) ** 2
      : 0;
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
