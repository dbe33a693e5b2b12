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
import { clientRhythm } from '../core/client-rhythm.ts';
import type { PoolShape } from '../core/prediction.ts';
import { meanOf } from '../core/statistics.ts';
import { arrivalsAreHidden } from '../core/wait-range.ts';
import { levelsInServer, levelsOfPool } from './client-levels.ts';
import { type ClosedFit, closedFits, type Evenness, likeliest, NOT_EXCLUDED, nearest } from './closed-fits.ts';
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
/**
 * The same where the evenness of the answers is what speaks: 0.4 % of simulated logs of open callers reach three. Of 158 recorded ones none lies
 * between two and three, and three of 76 logs of clients do.
 */
const EVENLY_LIKELIER = 2;
/**
 * Share of the time in which all slots are busy, from which open callers are never excluded by waits that were inferred: the levels are those
 * waits, and an overload on a host short of processors, where they are inferred too short, looks like clients who wait.
 */
const MOSTLY_FULL = 0.5;
/** Of waits that are not known. */
const UNKNOWN_WAIT = [0, Number.POSITIVE_INFINITY] as const;
const MAX_CLIENTS = 4096;
/** More clients than this per one ever seen at once are as good as open. */
const FEW = 20;
/** Requests of each client, at least: of those who came once or twice nothing shows whether they wait for their answer. */
const FEWEST_EACH = 3;
/** Mean wait, in service times, up to which a pool passes the evenness of its callers on and makes none of its own. */
const NO_QUEUE = 0.02;
/** Share of its slots that are busy, up to which a pool's own evenness does not hang on how near it is to being full all the time. */
const OFTEN_FREE = 0.8;

/** Requests of one client, and the share of the time in which one runs, from which nobody else asks in between. */
const FEWEST_IN_TURN = 30;
const IN_TURN = 0.8;

const open: Clients = { kind: 'open' };

export function findCallers(input: ClientsInput): Callers {
  const { trace, slots } = input;
  const alone = oneInTurn(input);
  if (alone) return { likely: alone, others: [] };
  const isHidden = arrivalsHidden(input);
  if (isHidden && slots !== null && input.waitMethod !== 'inferred')
    return { likely: { kind: 'hidden' }, others: takingTurns(trace, slots) };
  if (trace.length < MINIMUM_STARTS || input.interrupted) return { likely: open, others: [] };
  const { fits, fitsAt } = fitsOf(input, isHidden);
  const best = fits.length > 0 ? likeliest(fits) : null;
  const isBlind = trace.waitUnknown && slots !== null;
  // The moments in which such a pool is not full are too few to tell who asks.
  if (!best || isHidden || isBlind || best.gain < enoughFor(best))
    return {
      likely: isHidden ? { kind: 'hidden' } : open,
      // Nothing tells the waits of such a log from none at all.
      others: [...farthestLeft(input, fits, isHidden), ...(isBlind ? takingTurns(trace, slots) : [])],
    };
  return amongClosed(input, best, fits, fitsAt);
}

const enoughFor = ({ even, gain }: ClosedFit): number => (even >= gain / 2 ? EVENLY_LIKELIER : LIKELIER);

function arrivalsHidden({ slots, saturatedRatio, waitMethod, waitRange }: ClientsInput): boolean {
  if (slots === null || waitMethod === 'measured') return false;
  return arrivalsAreHidden(saturatedRatio, ...(waitMethod === 'inferred' ? waitRange : UNKNOWN_WAIT));
}

/** Slots of a pool in which waiting shows when all are busy; Infinity: levels are those of all who are in the server. */
const stationOf = ({ slots, sharedQueue, waitMethod }: ClientsInput): number =>
  slots !== null && sharedQueue && waitMethod !== 'measured' ? slots : Number.POSITIVE_INFINITY;

interface Fits {
  readonly fits: readonly ClosedFit[];
  /** Those that are left if all waits were so many times as long. */
  readonly fitsAt: (factor: number) => readonly ClosedFit[];
}

function fitsOf(input: ClientsInput, isHidden: boolean): Fits {
  const { trace, slots } = input;
  const station = stationOf(input);
  const levels = Number.isFinite(station) ? levelsOfPool(trace, station) : levelsInServer(trace);
  const isRefuted = refutationOf(trace, Number.isFinite(station) || trace.waitUnknown ? null : slots);
  const most = Math.min(MAX_CLIENTS, FEW * levels.most, Math.floor(trace.length / FEWEST_EACH));
  const fitsBy = (evenness: Evenness | null, read = input, seen = levels) =>
    closedFits(read, seen, { slots: station, evenness, isHidden, most }).filter(({ clients }) => !isRefuted(clients));
  const byLevels = fitsBy(null);
  // Who asks more often the more there are is no client that waits, however even the answers are.
  const isPossible = byLevels.some(({ score }) => score >= -NOT_EXCLUDED);
  const queue = slots === null ? 0 : meanOf(trace.waits[0]) / meanOf(trace.service);
  const evenness = isPossible ? evennessOf(input, queue) : null;
  return {
    fits: evenness ? fitsBy(evenness) : byLevels,
    fitsAt: (factor) => {
      const read = { ...input, trace: withWaits(trace, factor) };
      return nearest(fitsBy(evenness, read, levelsInServer(read.trace)));
    },
  };
}

/** Of the readings that are left, the one that differs most from open callers holds the others between them. */
function farthestLeft({ trace }: ClientsInput, fits: readonly ClosedFit[], isHidden: boolean): readonly Clients[] {
  if (fits.length === 0) return [];
  const least = Math.max(0, likeliest(fits).score) - NOT_EXCLUDED;
  const shortest = trace.extremes[0] * meanOf(trace.waits[0]);
  const fewest = fits.find(({ score, wait }) => score >= least || (isHidden && wait >= shortest));
  return fewest ? [fewest.clients] : [];
}

/** The log is one of clients who wait: which of the numbers that explain it, and which others it does not exclude. */
function amongClosed(
  input: ClientsInput,
  best: ClosedFit,
  fits: readonly ClosedFit[],
  fitsAt: Fits['fitsAt'],
): Callers {
  const { trace } = input;
  const wait = meanOf(trace.waits[0]);
  const [low, high] = trace.extremes;
  // Levels are as good as the waits that they are worked out from: these may be shorter, or longer.
  const bounded = Number.isFinite(stationOf(input));
  const readings = bounded
    ? [fits.filter(({ wait: its }) => its >= low * wait && its <= high * wait)]
    : trace.extremes.filter((factor) => factor !== 1).map(fitsAt);
  // And they were inferred for callers who come when they come: of clients who wait, more seem to be there at once than there are.
  const shorter = bounded ? [] : towards(low).flatMap(fitsAt);
  const likely = likeliest([best, ...shorter]);
  const near = [nearest(fits), ...readings, shorter].flat().map(({ clients }) => clients);
  near.sort((a, b) => a.count - b.count || a.thinkMicros - b.thinkMicros);
  const ends = near.length > 1 ? [near[0], near[near.length - 1]] : [];
  const isMostlyFull = input.waitMethod !== 'measured' && input.saturatedRatio >= MOSTLY_FULL;
  const isOnlyReading = best.gain >= SURE && !isMostlyFull;
  return { likely: onPool(input, likely.clients), others: isOnlyReading ? ends : [...ends, open] };
}

/** With the pause that makes the log's throughput on its own pool: processes that queue for themselves have no formula. */
function onPool({ trace, pool, sharedQueue, waitMethod }: ClientsInput, clients: ClosedClients): ClosedClients {
  if (pool?.model !== 'threaded' || sharedQueue || waitMethod === 'measured') return clients;
  const shape = { workers: pool.workers, threads: pool.threads, queue: 'per-worker' as const };
  return { ...clients, thinkMicros: pauseOnPool(trace, shape, clients.count, clients.thinkMicros) };
}

/** Factors on the waits from 1 towards the shortest; at none at all the slots would seem to be the clients. */
const towards = (low: number): readonly number[] => (low < 1 ? [(1 + low) / 2, (1 + 3 * low) / 4] : []);

const withWaits = (trace: Trace, factor: number): Trace => ({
  ...trace,
  waits: [trace.waits[0].map((micros) => factor * micros)],
});

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
  const think = (slots * span) / length - meanOf(service);
  return slots > 1 && length > 1 ? [{ kind: 'closed', count: slots, thinkMicros: Math.max(1, think) }] : [];
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
