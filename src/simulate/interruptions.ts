/**
 * What made requests long for a while belongs to a moment or to a worker, not to the request that met it. Whoever begins while a backend is
 * away hangs, in whatever pool, and so does the first request of each new worker; a larger pool begins more of them. A replay that kept
 * each request's logged time would give a large pool only the few slow ones of the small pool.
 */
import { findBootBacklog } from '../core/boot-backlog.ts';
import { type ColdStart, findColdStarts } from '../core/cold-starts.ts';
import { floatsAt } from '../core/columns.ts';
import type { Analysis } from '../core/finding.ts';
import { findOutages } from '../core/outages.ts';
import type { PoolShape } from '../core/prediction.ts';
import type { Random } from '../core/random.ts';
import { groupsOf, rowsOf } from '../core/rows.ts';
import { countUpTo, medianOf } from '../core/statistics.ts';
import { type OutageSpan, outageSpans, stampedeSpans } from './outage-spans.ts';
import type { Trace } from './trace.ts';

/** Workers that began at about the same moment. */
export interface ColdWave {
  /** Start of the earliest of their first requests, µs. */
  readonly at: number;
  readonly workers: number;
  /** The whole pool began anew; a larger pool would have started more workers. */
  readonly isWholePool: boolean;
}

/** Callers came while the application was still being imported. Instants in µs. */
export interface BootSpan {
  readonly from: number;
  /** No slot is free before this instant. */
  readonly until: number;
  /** The first `entries` entries of the trace came between `from` and `full`. */
  readonly entries: number;
  readonly full: number;
}

export interface Interruptions {
  /** Service time per entry, µs: as logged, or what it would have been without the interruption. */
  readonly ordinary: Float64Array;
  /** Service time per entry as logged, µs. */
  readonly logged: Float64Array;
  readonly outages: readonly OutageSpan[];
  /** Spans in which an answer that many share was made anew, by everyone who asked for it. */
  readonly stampedes: readonly OutageSpan[];
  readonly cold: { readonly waves: readonly ColdWave[]; readonly excess: Float64Array } | null;
  readonly boot: BootSpan | null;
  /** µs: no slot is free before this instant although callers had come; -Infinity: nothing of the kind. */
  readonly opens: number;
  /** Processes of the pool that wrote the log. */
  readonly presentWorkers: number;
}

/** Entries nearest to an instant, of which one is drawn. */
const NEIGHBOURS = 8;
/** First requests further apart than this (µs) belong to different moments. */
const APART = 5e6;
/** Share of the present workers that begin together from which the whole pool counts as restarted. */
const ALL_ANEW = 0.5;
/** A worker's first request in the log counts as cold too if it takes longer than usual by this share of the usual excess. */
const AS_COLD = 0.5;

/** null: nothing interrupted the pool that wrote the log, or its slots are not known. */
export function interruptionsOf(analysis: Analysis, trace: Trace, present: PoolShape | null): Interruptions | null {
  if (present === null || present.model === 'async' || analysis.inference.servers.length > 0) return null;
  const slots = present.workers * present.threads;
  const rows = rowsOf(analysis);
  const entryOf = new Map(Array.from(trace.table, (row, entry) => [row, entry] as const));
  const entry = (position: number): number => entryOf.get(rows.row[position]) ?? -1;
  const logged = trace.service;
  const ordinary = logged.slice();
  const spans = outageSpans(findOutages(analysis, slots), analysis, trace, entry, ordinary);
  const stampedes = stampedeSpans(analysis, trace, entry, ordinary, spans);
  const heads = coldHeads(findColdStarts(analysis), trace, entry);
  for (const { at, excess } of heads) ordinary[at] = Math.max(0, logged[at] - excess);
  const boot = bootSpan(analysis, trace, slots);
  const opens = boot?.until ?? openingOf(analysis, trace, slots);
  if (spans.length === 0 && stampedes.length === 0 && heads.length === 0 && !Number.isFinite(opens)) return null;
  const cold =
    heads.length > 0
      ? { waves: wavesOf(heads, trace, present.workers), excess: Float64Array.from(heads, ({ excess }) => excess) }
      : null;
  return { ordinary, logged, outages: spans, stampedes, cold, boot, opens, presentWorkers: present.workers };
}

interface Head {
  /** Entry of the trace. */
  readonly at: number;
  /** Time beyond the usual, µs. */
  readonly excess: number;
}

/** First requests of workers that began cold, including those at the beginning of the log. Sorted by entry. */
function coldHeads(
  found: { readonly heads: readonly ColdStart[] } | null,
  trace: Trace,
  entry: (position: number) => number,
): Head[] {
  if (!found) return [];
  const heads = found.heads
    .map(({ position, excess }) => ({ at: entry(position), excess }))
    .filter(({ at, excess }) => at >= 0 && excess > 0);
  const usual = medianOf(heads.map(({ excess }) => excess));
  const known = new Set(heads.map(({ at }) => at));
  const medians = new Map(
    [...groupsOf(trace.route)].map(([route, members]) => [route, medianOf(members.map((at) => trace.service[at]))]),
  );
  for (const [worker, [first]] of groupsOf(trace.worker)) {
    const excess = trace.service[first] - medians.get(trace.route[first])!;
    if (worker >= 0 && !known.has(first) && excess >= AS_COLD * usual) heads.push({ at: first, excess });
  }
  return heads.sort((a, b) => a.at - b.at);
}

function wavesOf(heads: readonly Head[], trace: Trace, workers: number): ColdWave[] {
  const waves: { at: number; last: number; workers: number }[] = [];
  for (const { at } of heads) {
    const begins = trace.start[at];
    const open = waves.at(-1);
    if (open && begins - open.last <= APART) {
      open.last = begins;
      open.workers++;
    } else waves.push({ at: begins, last: begins, workers: 1 });
  }
  return waves.map((wave) => ({ at: wave.at, workers: wave.workers, isWholePool: wave.workers >= ALL_ANEW * workers }));
}

/** Callers who came before the first start, per slot, from which they were waiting for the pool to open and not for a free slot. */
const MANY_BEFORE = 2;

/**
 * The first start, if MANY_BEFORE callers per slot had come before it (known only where waits are measured): the pool could serve nobody
 * until then. -Infinity otherwise.
 */
function openingOf({ inference }: Analysis, { start, waits, length }: Trace, slots: number): number {
  if (inference.wait.method !== 'measured' || length === 0) return Number.NEGATIVE_INFINITY;
  let before = 0;
  for (let i = 0; i < length; i++) if (start[i] - waits[0][i] < start[0]) before++;
  return before >= MANY_BEFORE * slots ? start[0] : Number.NEGATIVE_INFINITY;
}

function bootSpan(analysis: Analysis, trace: Trace, slots: number): BootSpan | null {
  const found = findBootBacklog(analysis, slots);
  if (!found) return null;
  const until = trace.start[0];
  const full = until + (found.to - rowsOf(analysis).start[0]);
  return { from: until - found.importMicros, until, entries: countUpTo(trace.start, full), full };
}

/**
 * Time (µs) that a request takes if it begins at `start` (µs) and is interrupted; NaN: its usual time. To be called in order of the starts.
 */
export type Interrupt = (entry: number, usual: number, start: number) => number;

/** One random course of the interruptions in a pool. */
export function interruptOf(interruptions: Interruptions, trace: Trace, pool: PoolShape, random: Random): Interrupt {
  const { logged } = interruptions;
  const outages = [...interruptions.outages, ...interruptions.stampedes];
  const ends = outages.map(({ lastSlow, over }) => lastSlow + random() * (over - lastSlow));
  const excessAt = coldStarts(interruptions, pool, random);
  return (entry, usual, start) => {
    const excess = excessAt(start);
    for (let k = 0; k < outages.length; k++) {
      if (start < outages[k].from || start > ends[k]) continue;
      const among = outages[k].byRoute.get(trace.route[entry]) ?? outages[k].all;
      if (among && among.length > 0) return logged[neighbour(among, trace, start, random)] + excess;
    }
    return excess > 0 ? usual + excess : Number.NaN;
  };
}

/** Extra time (µs) of a request that begins at `start`: more than 0 if it is a new worker's first. To be called in order of the starts. */
function coldStarts(
  { cold, presentWorkers }: Interruptions,
  pool: PoolShape,
  random: Random,
): (start: number) => number {
  if (!cold) return () => 0;
  const { waves, excess } = cold;
  let wave = 0;
  let pending = 0;
  return (start) => {
    for (; wave < waves.length && start >= waves[wave].at; wave++) {
      const { workers, isWholePool } = waves[wave];
      pending += isWholePool ? Math.round((workers * pool.workers) / presentWorkers) : workers;
    }
    if (pending <= 0) return 0;
    pending--;
    return excess[Math.floor(random() * excess.length)];
  };
}

/**
 * The reading that a starting worker keeps a core busy: if more workers start on the same machine, each takes that many times as long.
 * null: no more of them start.
 */
export function startingOnSameCores(interruptions: Interruptions, pool: PoolShape): Interruptions | null {
  const { cold, presentWorkers } = interruptions;
  if (!cold || pool.workers <= presentWorkers || !cold.waves.some(({ isWholePool }) => isWholePool)) return null;
  return {
    ...interruptions,
    cold: { ...cold, excess: cold.excess.map((micros) => (micros * pool.workers) / presentWorkers) },
  };
}

/** A random one of the entries that began nearest to `start`. */
function neighbour(among: Int32Array, trace: Trace, start: number, random: Random): number {
  let below = 0;
  let above = among.length;
  while (below < above) {
    const middle = (below + above) >> 1;
    if (trace.start[among[middle]] <= start) below = middle + 1;
    else above = middle;
  }
  const from = Math.max(0, Math.min(below - NEIGHBOURS / 2, among.length - NEIGHBOURS));
  const to = Math.min(among.length, from + NEIGHBOURS);
  return among[from + Math.floor(random() * (to - from))];
}

/** The same for a subset of the entries; `entries` ascends. */
export function keepInterruptions(interruptions: Interruptions, entries: Int32Array): Interruptions {
  const placeOf = new Map(Array.from(entries, (entry, place) => [entry, place] as const));
  const kept = (list: Int32Array): Int32Array =>
    Int32Array.from(Array.from(list, (entry) => placeOf.get(entry) ?? -1).filter((place) => place >= 0));
  const keptSpan = ({ all, byRoute, ...span }: OutageSpan): OutageSpan => ({
    ...span,
    all: all && kept(all),
    byRoute: new Map([...byRoute].map(([route, list]) => [route, kept(list)] as const)),
  });
  const pick = (column: Float64Array): Float64Array => floatsAt(column, entries);
  const { boot } = interruptions;
  return {
    ...interruptions,
    ordinary: pick(interruptions.ordinary),
    logged: pick(interruptions.logged),
    outages: interruptions.outages.map(keptSpan),
    stampedes: interruptions.stampedes.map(keptSpan),
    boot: boot && { ...boot, entries: countUpTo(Float64Array.from(entries), boot.entries - 1) },
  };
}
