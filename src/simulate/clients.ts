/**
 * Are callers independent of the server (open), do they wait for their answer before they come back (closed), or are they hidden by a pool
 * that never stops being full?
 *
 * U closed clients with a mean pause Z start requests at rate (U - j) / Z while j of them are in the server; open arrivals come at the same
 * rate for every j (filtered ASTA, El-Taha & Stidham 1992). The log shows both sides: N_j starts during a time T_j at level j. The two
 * readings are compared by their Poisson likelihood, Σ N_j ln λ_j - λ_j T_j, with one free parameter each (U, and the mean rate); Z follows
 * from U and the throughput. Bursts make the rate rise with the level and never fall, so they count against the closed reading. The
 * evenness of the answers is evidence too: if nobody waits for a slot it is that of the callers (core/client-rhythm.ts), else it is
 * compared with what the pool makes of them (pool-rhythm.ts).
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
  /** true: one queue in front of all slots, so requests wait only while all slots are busy. */
  readonly sharedQueue: boolean;
  /** The pool that wrote the log; null where its slots are not known, or where there is no time to simulate it. */
  readonly pool: PoolShape | null;
  readonly saturatedRatio: number;
  /** Largest number of requests in service at once. */
  readonly peak: number;
  /** Number of requests that the log proves to have run at once (possibly the true peak); NaN unknown. */
  readonly proven: number;
  readonly waitMethod: 'measured' | 'inferred' | 'bounded' | 'unknown';
  /** Mean waits between which the true mean lies, µs; NaN unknown. */
  readonly waitRange: readonly [low: number, high: number];
  /** true: something made requests long for a while, or the pool changed, so the levels say nothing about the callers. */
  readonly interrupted: boolean;
}

const MINIMUM_STARTS = 100;
/** Nats by which the closed reading must be more likely to be chosen, and to be the only one. */
const LIKELIER = 6;
const SURE = 10;
/**
 * The same where the evidence is mostly the evenness of the answers. 0.4 % of simulated logs of open callers reach 3 nats. Between 2 and 3
 * lie none of 158 recorded logs of open callers, but 3 of 76 logs of clients.
 */
const EVENLY_LIKELIER = 2;
/**
 * From this share of time with all slots busy on, inferred waits never exclude open callers: the levels consist of those waits, and an
 * overload on a host short of processors, where waits are inferred too short, looks like clients who wait.
 */
const MOSTLY_FULL = 0.5;
/** Range of a mean wait that is not known, µs. */
const UNKNOWN_WAIT = [0, Number.POSITIVE_INFINITY] as const;
const MAX_CLIENTS = 4096;
/** More clients than this times the largest number seen at once are as good as open. */
const FEW = 20;
/** Requests per client, at least: clients who came once or twice do not show whether they wait for their answers. */
const FEWEST_EACH = 3;
/** Mean wait, in service times, up to which a pool passes on the evenness of its callers unchanged. */
const NO_QUEUE = 0.02;
/** Utilisation up to which the evenness that a pool adds does not depend on how nearly full it is. */
const OFTEN_FREE = 0.8;

/** Requests of a single client, and the share of the time in which one of them runs, from which no other caller is assumed. */
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
  // A pool that is almost always full has too few other moments to tell who asks.
  if (!best || isHidden || isBlind || best.gain < enoughFor(best))
    return {
      likely: isHidden ? { kind: 'hidden' } : open,
      // If the waits are unknown, clients who take turns and never wait are possible too.
      others: [...farthestLeft(input, fits, isHidden), ...(isBlind ? takingTurns(trace, slots) : [])],
    };
  return amongClosed(input, best, fits, fitsAt);
}

const enoughFor = ({ even, gain }: ClosedFit): number => (even >= gain / 2 ? EVENLY_LIKELIER : LIKELIER);

function arrivalsHidden({ slots, saturatedRatio, waitMethod, waitRange }: ClientsInput): boolean {
  if (slots === null || waitMethod === 'measured') return false;
  return arrivalsAreHidden(saturatedRatio, ...(waitMethod === 'inferred' ? waitRange : UNKNOWN_WAIT));
}

/** Slots of a pool whose levels are requests in service; Infinity: levels count everybody in the server, the waiting ones included. */
const stationOf = ({ slots, sharedQueue, waitMethod }: ClientsInput): number =>
  slots !== null && sharedQueue && waitMethod !== 'measured' ? slots : Number.POSITIVE_INFINITY;

interface Fits {
  readonly fits: readonly ClosedFit[];
  /** The fits that remain if all waits were `factor` times as long. */
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
  // A rate that rises with the level is not that of clients who wait, however even the answers are.
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

/** Of the remaining fits only the one with the fewest clients, which differs most from open callers: the others lie in between. */
function farthestLeft({ trace }: ClientsInput, fits: readonly ClosedFit[], isHidden: boolean): readonly Clients[] {
  if (fits.length === 0) return [];
  const least = Math.max(0, likeliest(fits).score) - NOT_EXCLUDED;
  const shortest = trace.extremes[0] * meanOf(trace.waits[0]);
  const fewest = fits.find(({ score, wait }) => score >= least || (isHidden && wait >= shortest));
  return fewest ? [fewest.clients] : [];
}

/** The log is one of clients who wait: their likely number, and the numbers that the log does not exclude. */
function amongClosed(
  input: ClientsInput,
  best: ClosedFit,
  fits: readonly ClosedFit[],
  fitsAt: Fits['fitsAt'],
): Callers {
  const { trace } = input;
  const wait = meanOf(trace.waits[0]);
  const [low, high] = trace.extremes;
  // Levels are only as good as the waits that they are computed from, which may be shorter or longer.
  const bounded = Number.isFinite(stationOf(input));
  const readings = bounded
    ? [fits.filter(({ wait: its }) => its >= low * wait && its <= high * wait)]
    : trace.extremes.filter((factor) => factor !== 1).map(fitsAt);
  // The waits were inferred for open callers; with clients who wait they make levels seem higher than they are.
  const shorter = bounded ? [] : towards(low).flatMap(fitsAt);
  const likely = likeliest([best, ...shorter]);
  const near = [nearest(fits), ...readings, shorter].flat().map(({ clients }) => clients);
  near.sort((a, b) => a.count - b.count || a.thinkMicros - b.thinkMicros);
  const ends = near.length > 1 ? [near[0], near[near.length - 1]] : [];
  const isMostlyFull = input.waitMethod !== 'measured' && input.saturatedRatio >= MOSTLY_FULL;
  const isOnlyReading = best.gain >= SURE && !isMostlyFull;
  return { likely: onPool(input, likely.clients), others: isOnlyReading ? ends : [...ends, open] };
}

/** The clients with the pause that gives the log's throughput on its own pool; for a queue per process it has to be simulated. */
function onPool({ trace, pool, sharedQueue, waitMethod }: ClientsInput, clients: ClosedClients): ClosedClients {
  if (pool?.model !== 'threaded' || sharedQueue || waitMethod === 'measured') return clients;
  const shape = { workers: pool.workers, threads: pool.threads, queue: 'per-worker' as const };
  return { ...clients, thinkMicros: pauseOnPool(trace, shape, clients.count, clients.thinkMicros) };
}

/** Factors on the waits between 1 and the shortest; at no wait at all the slots would be mistaken for the clients. */
const towards = (low: number): readonly number[] => (low < 1 ? [(1 + low) / 2, (1 + 3 * low) / 4] : []);

const withWaits = (trace: Trace, factor: number): Trace => ({
  ...trace,
  waits: [trace.waits[0].map((micros) => factor * micros)],
});

/**
 * A single client who asks again as soon as it has its answer (a loop in a shell): one request after the other, hardly a pause, on a pool
 * that could run more. Random callers who keep a slot that busy would overlap all the time.
 */
function oneInTurn({ trace, slots, proven }: ClientsInput): ClosedClients | null {
  const { length, start, service } = trace;
  if (proven !== 1 || slots === 1 || length < FEWEST_IN_TURN) return null;
  const busy = service.reduce((sum, micros) => sum + micros, 0);
  const span = start[length - 1] + service[length - 1] - start[0];
  if (!(busy >= IN_TURN * span)) return null;
  return { kind: 'closed', count: 1, thinkMicros: Math.max(1, (span - busy) / length) };
}

/** As many clients as slots, who ask again as soon as they are answered: they fill the pool, and nobody waits. */
function takingTurns({ length, start, service }: Trace, slots: number): readonly ClosedClients[] {
  const span = start[length - 1] - start[0];
  const think = (slots * span) / length - meanOf(service);
  return slots > 1 && length > 1 ? [{ kind: 'closed', count: slots, thinkMicros: Math.max(1, think) }] : [];
}

/** null: no evidence. `queue`: mean wait in service times. */
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
