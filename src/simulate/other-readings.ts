/**
 * Other readings that the log allows: other callers, other waits, other causes of long requests. Their runs widen ranges and never move the
 * estimate.
 */
import type { PoolShape } from '../core/prediction.ts';
import type { Random } from '../core/random.ts';
import { acceptorsSeen, acceptorsUnknown, lopsidedAcceptors } from './acceptors.ts';
import type { Clients } from './clients.ts';
import { startingOnSameCores } from './interruptions.ts';
import { HIDDEN_LOADS, quicker, repetitionOf } from './likely-repetition.ts';
import type { PoolMeasures } from './measures.ts';
import type { Repetition } from './repetition.ts';
import { runOnce } from './run-once.ts';
import { asLogged, type Workload } from './workload.ts';

/** Load on a larger pool, relative to its slots, that would be too much for it as well. */
const TOO_MUCH = 1.25;

const OPEN = { kind: 'open' } as const;

export interface OtherRuns {
  readonly others: readonly PoolMeasures[];
  /** Runs in which one of several processes takes nearly all connections: not a reading of the log, but what the host may do. */
  readonly lopsided: readonly PoolMeasures[];
}

/** The other readings of the `r`-th repetition. */
export function otherRuns(
  workload: Workload,
  pool: PoolShape,
  r: number,
  repetition: Repetition,
  random: Random,
): OtherRuns {
  const { callers, contention } = workload;
  const clients = callers.likely;
  const run = (read: Workload, drawn: Repetition, by: Clients = clients) => runOnce(read, pool, drawn, by, random);
  const others = asInterrupted(workload, pool, r, repetition, run);
  for (const other of callers.others) others.push(run(workload, repetition, other));
  if (workload.ifFull && pool.model !== 'async') {
    const earliest = repetitionOf(workload.ifFull, r, acceptorsSeen(workload, pool), { stretched: 1 });
    others.push(run(workload.ifFull, earliest, OPEN));
  }
  const { overhead, mostOverhead } = workload.trace;
  if (mostOverhead > overhead && pool.model !== 'async') others.push(run(onBusyHost(workload), repetition));
  if (contention?.onlyProcess && pool.workers > 1) others.push(run(behindAll(workload), repetition));
  const lopsided = acceptorsUnknown(workload, pool)
    ? [runOnce(workload, pool, repetition, clients, random, lopsidedAcceptors(pool, repetition))]
    : [];
  if (clients.kind !== 'closed')
    for (const drawn of otherArrivals(workload, pool, r, repetition)) others.push(run(workload, drawn));
  return { others, lopsided };
}

/**
 * The other causes: the requests themselves were long and would have been so at any time; or more workers start more slowly on the same
 * cores.
 */
function asInterrupted(
  workload: Workload,
  pool: PoolShape,
  r: number,
  repetition: Repetition,
  run: (read: Workload, drawn: Repetition) => PoolMeasures,
): PoolMeasures[] {
  if (!workload.interruptions) return [];
  const logged = asLoggedOnce(workload);
  const runs = [run(logged, repetitionOf(logged, r, acceptorsSeen(workload, pool)))];
  const crowded = startingOnSameCores(workload.interruptions, pool);
  if (crowded) runs.push(run({ ...workload, interruptions: crowded }, repetition));
  return runs;
}

/** Other arrivals that are possible if the callers do not wait for their answers. */
function otherArrivals(workload: Workload, pool: PoolShape, r: number, repetition: Repetition): Repetition[] {
  const { callers, trace } = workload;
  const byWorker = acceptorsSeen(workload, pool);
  const arrivals: Repetition[] = [];
  if (callers.likely.kind === 'hidden' && !trace.waitUnknown) {
    // As many came as were answered, or more, up to a load that would overload a larger pool too.
    for (const load of [...HIDDEN_LOADS, TOO_MUCH * timesTheSlots(workload, pool)])
      if (load > 1) arrivals.push(quicker(repetition, load));
  }
  // Groups may also exist where they are too small to show.
  if (trace.clumps.most > 1) arrivals.push(repetitionOf(workload, r, byWorker, { groupsOf: trace.clumps.most }));
  for (const factor of trace.extremes)
    if (factor !== 1) arrivals.push(repetitionOf(workload, r, byWorker, { stretched: factor }));
  return arrivals;
}

/** Slots of a pool per slot of the present pool; 1 where either number is unknown or unbounded. */
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

/** The same log if what slows its only process lies behind it (a database, say) and would slow every process. */
const behindAll = (workload: Workload): Workload => ({
  ...workload,
  contention: workload.contention && { ...workload.contention, station: 'server' },
});

/** The same log if accepting and parsing took as long as on a host that is short of processors. */
const onBusyHost = (workload: Workload): Workload => ({
  ...workload,
  trace: { ...workload.trace, overhead: workload.trace.mostOverhead },
});
