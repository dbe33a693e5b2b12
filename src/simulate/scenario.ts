/** One pool under the load of a log, repeated: arrivals, services and accepting workers are drawn anew each time. */
import { floatsAt } from '../core/columns.ts';
import type { PoolShape } from '../core/prediction.ts';
import { createRandom, exponential, normal, type Random } from '../core/random.ts';
import { acceptors, acceptorsSeen, acceptorsUnknown, lopsidedAcceptors, queueOf } from './acceptors.ts';
import type { Clients } from './clients.ts';
import { type Course, UNINTERRUPTED, waitsOfSharedQueue, waitsOfWorkerQueues } from './fifo-pool.ts';
import { interruptOf, startingOnSameCores } from './interruptions.ts';
import { measure, type PoolMeasures } from './measures.ts';
import { lingersIn, slotTimes } from './overhead.ts';
import { drawRepetition, type Repetition } from './repetition.ts';
import { type Demand, simulateStations } from './station-pool.ts';
import { asLogged, deflated, type Workload } from './workload.ts';

export interface ScenarioRuns {
  /** The estimate is their median: every request keeps its own service time. */
  readonly runs: readonly PoolMeasures[];
  /**
   * Whether a service time belongs to its request or to the luck of the moment a log does not say: here all are drawn anew,
   * and these belong to the range as well.
   */
  readonly wider: readonly PoolMeasures[];
  /** Other readings of the same log (clients open instead of closed, the longest waits possible): they widen the range alone. */
  readonly others: readonly PoolMeasures[];
  /** If one of several processes took nearly all connections: no reading of the log, but what the host may do. */
  readonly lopsided: readonly PoolMeasures[];
}

/** Factors on the observed rate where saturation hides the arrivals: at least what was answered, at most twice that. */
const HIDDEN_LOADS = [1, 1.25, 1.5, 2] as const;

/** The load on a larger pool, if that was too small as well. */
const TOO_MUCH = 1.25;

export const isWider = (r: number): boolean => r % 2 === 1;

/** Draws of a workload that do not depend on the pool: made once, so that pools are compared on the same luck. */
const drawn = new WeakMap<Workload, Map<string, Repetition>>();

interface Reading {
  /** Factor on all waits; null: as is likely. */
  readonly stretched?: number;
  /** Mean size of the groups that callers come in; as the log shows unless given. */
  readonly clumped?: number;
}

export function repetitionOf(workload: Workload, r: number, byWorker: boolean, reading: Reading = {}): Repetition {
  const known = drawn.get(workload) ?? new Map<string, Repetition>();
  drawn.set(workload, known);
  // A quarter of the repetitions leave callers where the stamps put them.
  const clumped = reading.clumped ?? (r % 4 === 1 ? 1 : workload.trace.clumps.drawn);
  const stretched = reading.stretched ?? null;
  const boot = workload.interruptions?.boot ?? null;
  const key = `${r} ${byWorker} ${stretched} ${clumped}`;
  let repetition = known.get(key);
  if (!repetition) {
    repetition = drawRepetition(workload.trace, workload.times, {
      seed: workload.seed + r,
      byWorker,
      ownService: !isWider(r),
      clumped,
      stretched,
      boot,
    });
    known.set(key, repetition);
  }
  return repetition;
}

/** A repetition as the callers are likely to have come. */
export function likelyRepetition(workload: Workload, r: number, byWorker: boolean): Repetition {
  const plain = repetitionOf(workload, r, byWorker);
  if (workload.callers.likely.kind !== 'hidden' || !workload.trace.waitUnknown) return plain;
  const load = HIDDEN_LOADS[(r >> 1) % HIDDEN_LOADS.length];
  if (load === 1) return plain;
  const known = quickened.get(plain) ?? quicker(plain, load);
  quickened.set(plain, known);
  return known;
}

/** Of a repetition, as its number has it. */
const quickened = new WeakMap<Repetition, Repetition>();

/** Nothing is drawn but what every pool is dealt alike: a run of the likely callers does not depend on the runs before it. */
export const drawsNothing = ({ contention, interruptions, callers }: Workload): boolean =>
  contention === null && interruptions === null && callers.likely.kind !== 'closed';

/**
 * Deterministic for a workload and a number of repetitions. @param isDecided asked after each repetition: the others are not
 * run when it says yes
 */
export function runScenario(
  workload: Workload,
  pool: PoolShape,
  repetitions: number,
  isDecided: (run: PoolMeasures) => boolean = () => false,
): ScenarioRuns {
  const random = createRandom(workload.seed ^ 0x5bd1e995);
  const { callers } = workload;
  const clients = callers.likely;
  const byWorker = acceptorsSeen(workload, pool);
  const runs: PoolMeasures[] = [];
  const wider: PoolMeasures[] = [];
  const others: PoolMeasures[] = [];
  const lopsided: PoolMeasures[] = [];
  // Most who ask look at the estimates alone.
  const later: (() => void)[] | null = drawsNothing(workload) ? [] : null;
  for (let r = 0; r < repetitions; r++) {
    const repetition = likelyRepetition(workload, r, byWorker);
    const run = runOnce(workload, pool, repetition, clients, random);
    (isWider(r) ? wider : runs).push(run);
    if (isDecided(run)) break;
    if (r % 4 !== 0) continue;
    if (later) later.push(() => widen(r, repetition));
    else widen(r, repetition);
  }
  const widened = () => {
    for (const run of later?.splice(0) ?? []) run();
  };
  return {
    runs,
    wider,
    get others() {
      widened();
      return others;
    },
    get lopsided() {
      widened();
      return lopsided;
    },
  };

  /** What widens the range alone. */
  function widen(r: number, repetition: Repetition): void {
    // Or the requests themselves were long, and would have been at any other time.
    if (workload.interruptions) {
      const logged = asLoggedOnce(workload);
      others.push(runOnce(logged, pool, repetitionOf(logged, r, byWorker), clients, random));
      const crowded = startingOnSameCores(workload.interruptions, pool);
      if (crowded) others.push(runOnce({ ...workload, interruptions: crowded }, pool, repetition, clients, random));
    }
    for (const other of callers.others) others.push(runOnce(workload, pool, repetition, other, random));
    if (workload.contention?.onlyProcess && pool.workers > 1) {
      others.push(runOnce(behindAll(workload), pool, repetition, clients, random));
    }
    if (acceptorsUnknown(workload, pool)) {
      lopsided.push(runOnce(workload, pool, repetition, clients, random, lopsidedAcceptors(pool, repetition)));
    }
    if (clients.kind === 'closed') return;
    if (clients.kind === 'hidden' && !workload.trace.waitUnknown) {
      // As many came as were answered, or more: so many that they would be too much for a larger pool as well.
      for (const load of [...HIDDEN_LOADS, TOO_MUCH * timesTheSlots(workload, pool)])
        if (load > 1) others.push(runOnce(workload, pool, quicker(repetition, load), clients, random));
    }
    const { clumps } = workload.trace;
    if (clumps.size > 1) {
      const more = repetitionOf(workload, r, byWorker, { clumped: clumps.most });
      others.push(runOnce(workload, pool, more, clients, random));
    }
    for (const factor of workload.trace.extremes.filter((one) => one !== 1)) {
      others.push(runOnce(workload, pool, repetitionOf(workload, r, byWorker, { stretched: factor }), clients, random));
    }
  }
}

/** Slots of a pool for one of the present pool; 1 where these are not known, or have no bound. */
function timesTheSlots({ present }: Workload, pool: PoolShape): number {
  return present && present.model !== 'async' && pool.model !== 'async'
    ? (pool.workers * pool.threads) / (present.workers * present.threads)
    : 1;
}

const logged = new WeakMap<Workload, Workload>();

function asLoggedOnce(workload: Workload): Workload {
  const known = logged.get(workload) ?? asLogged(workload);
  logged.set(workload, known);
  return known;
}

/** The same log, if what slows its only process lies behind it and would slow all of them. */
const behindAll = (workload: Workload): Workload => ({
  ...workload,
  contention: workload.contention && { ...workload.contention, station: 'server' },
});

function quicker(repetition: Repetition, factor: number): Repetition {
  const origin = repetition.arrival[0];
  return { ...repetition, arrival: repetition.arrival.map((at) => origin + (at - origin) / factor) };
}

function runOnce(
  workload: Workload,
  pool: PoolShape,
  repetition: Repetition,
  clients: Clients,
  random: Random,
  acceptor = acceptors(workload, pool, repetition),
): PoolMeasures {
  const { arrival, row, scale } = repetition;
  const n = arrival.length;
  const { contention, trace } = workload;
  const async = pool.model === 'async';
  const threads = async ? Number.POSITIVE_INFINITY : pool.model === 'threaded' ? pool.threads : 1;
  const slots = pool.workers * threads;
  const queue = queueOf(workload, pool);
  const lingers = lingersIn(trace, pool);
  const beyond = lingers && floatsAt(lingers, row);

  if (contention || clients.kind === 'closed') {
    const share = contention ? within(contention.share, contention.low, contention.high, random) : 0;
    const alone = contention ? deflated(trace, contention, share) : trace.service;
    const work = new Float64Array(n);
    const delay = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const service = alone[row[i]] * scale;
      work[i] = service * share;
      delay[i] = service - work[i] + trace.overhead + (beyond?.[i] ?? 0);
    }
    const station = contention?.station ?? 'worker';
    const demand =
      clients.kind === 'closed' ? closedDemand(clients, arrival, random) : { kind: 'open' as const, arrivals: arrival };
    const shape = { workers: pool.workers, threads, queue: async ? ('per-worker' as const) : queue, station };
    const course = courseOf(workload, pool, repetition, random, (i) => work[i] + delay[i]);
    const run = simulateStations(shape, demand, work, delay, acceptor, course);
    return measure(run.arrival, run.wait, run.latency, slots, beyond);
  }

  const service = slotTimes(trace, pool, repetition);
  const wait = new Float64Array(n);
  if (!async) {
    const course = courseOf(workload, pool, repetition, random, (i) => service[i]);
    if (queue === 'shared') waitsOfSharedQueue(arrival, service, slots, wait, course);
    else waitsOfWorkerQueues(arrival, service, acceptor, pool.workers, threads, wait, course);
  }
  for (let i = 0; i < n; i++) service[i] += wait[i];
  return measure(arrival, wait, service, slots, beyond);
}

/** `usual(i)`: µs that the i-th arrival holds a slot where nothing interrupts. */
function courseOf(
  { interruptions, trace }: Workload,
  pool: PoolShape,
  { row }: Repetition,
  random: Random,
  usual: (i: number) => number,
): Course {
  if (!interruptions) return UNINTERRUPTED;
  const interrupt = interruptOf(interruptions, trace, pool, random);
  return {
    opens: interruptions.opens,
    interrupt: (i, start) => interrupt(row[i], usual(i), start),
  };
}

function closedDemand(clients: Clients & { kind: 'closed' }, arrival: Float64Array, random: Random): Demand {
  const pause = () => clients.thinkMicros * exponential(random);
  const first = new Float64Array(clients.count);
  for (let i = 0; i < first.length; i++) first[i] = arrival[0] + pause();
  const think = new Float64Array(arrival.length);
  for (let i = 0; i < think.length; i++) think[i] = pause();
  return { kind: 'closed', first, think };
}

/** A value around `middle` whose ends are two standard deviations away, cut at the ends. */
function within(middle: number, low: number, high: number, random: Random): number {
  const step = normal(random);
  const value = middle + (step < 0 ? (middle - low) * (step / 2) : (high - middle) * (step / 2));
  return Math.min(high, Math.max(low, value));
}
