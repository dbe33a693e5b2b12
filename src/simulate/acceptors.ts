/**
 * Which process accepts each request, where every process accepts for itself and queues inside (gunicorn gthread). Pools with different
 * numbers of processes use the same draws: an additional process takes requests from all others and gives none back, so that more processes
 * never seem worse by chance.
 */
import type { PoolShape } from '../core/prediction.ts';
import { createRandom, mixBits, normal } from '../core/random.ts';
import type { Repetition } from './repetition.ts';
import type { Workload } from './workload.ts';

/**
 * Measured on gunicorn gthread: of connections within half a millisecond (RIGHT_BEHIND, µs) 84 % go to the worker of the previous one.
 * Later ones come in runs as well; over whole logs that is as if one in five went to the same worker for that reason alone.
 */
const RIGHT_BEHIND = 500;
const SAME_WORKER = 0.8;
const SAME_WORKER_LATER = 0.2;

/** Spread of the processes' shares where no log shows it: in 16 recorded pools of two the busier process took 52 to 65 of 100. */
const USUAL_UNEVENNESS = 0.2;

/**
 * Where processes accept for themselves, the first to wake takes a connection, and on some hosts that is nearly always the same one.
 * Recorded on gunicorn gthread: 94 to 99 of 100 where the servers had free cores, about half on a busy host.
 */
const MOST_LOPSIDED = 0.98;

/** Makes the draws of acceptors independent of those of arrivals, which use the same seed. */
const ACCEPTING = 0x2545f491;

/**
 * Sync workers take from one accept queue. Workers with threads accept for themselves and queue inside (gunicorn gthread), unless the log
 * shows otherwise or its server has one queue for all threads (uWSGI).
 */
export function queueOf({ queue, queueOfThreads, present }: Workload, pool: PoolShape): 'shared' | 'per-worker' {
  if (pool.workers === 1) return 'shared';
  if (present?.model === pool.model && present.workers > 1 && queue) return queue;
  return pool.model === 'threaded' ? (queueOfThreads ?? 'per-worker') : 'shared';
}

/** Several processes with threads, each with a queue of its own. */
export const acceptForThemselves = (workload: Workload, pool: PoolShape): boolean =>
  pool.model === 'threaded' && queueOf(workload, pool) === 'per-worker';

/** Each process keeps what it accepted; no other may take it. */
const ownQueues = (workload: Workload, pool: PoolShape): boolean =>
  pool.model === 'async' || queueOf(workload, pool) === 'per-worker';

/**
 * Number of processes that wrote the log and accepted for themselves, so that it shows how evenly they share; 0: the log does not show it.
 * Workers of one queue take requests when they are free, which says nothing about accepting; and where workers are recycled there are more
 * names than processes at once.
 */
function processesSeen(workload: Workload): number {
  const { trace, present } = workload;
  const known = present !== null && present.workers === trace.workers && !trace.worker.includes(-1);
  return known && present.workers > 1 && ownQueues(workload, present) ? trace.workers : 0;
}

/** The log shows which process accepted each request, and the requests of a simulated pool are dealt from that. */
export const acceptorsSeen = (workload: Workload, pool: PoolShape): boolean =>
  ownQueues(workload, pool) && processesSeen(workload) > 0;

/** Processes accept for themselves, but no log of as many shows how evenly. The more there are, the less evenly they share. */
export const acceptorsUnknown = (workload: Workload, pool: PoolShape): boolean =>
  acceptForThemselves(workload, pool) &&
  !(workload.present?.model === 'threaded' && processesSeen(workload) === pool.workers);

/** The process that accepts each arrival, 0 … workers - 1; all 0 where one queue feeds all workers. */
export function acceptors(workload: Workload, pool: PoolShape, repetition: Repetition): Uint16Array {
  const { arrival } = repetition;
  if (pool.workers === 1 || !ownQueues(workload, pool)) return new Uint16Array(arrival.length);
  const known = dealt.get(repetition);
  // Pools that differ only in their threads are asked for one after the other.
  if (known?.workload === workload && known.workers === pool.workers) return known.acceptor;
  const acceptor = deal(workload, pool.workers, repetition);
  dealt.set(repetition, { workload, workers: pool.workers, acceptor });
  return acceptor;
}

/** The latest deal of each repetition. */
const dealt = new WeakMap<Repetition, { workload: Workload; workers: number; acceptor: Uint16Array }>();

function deal(workload: Workload, workers: number, { arrival, worker, seed }: Repetition): Uint16Array {
  const random = createRandom(seed ^ ACCEPTING);
  const seen = processesSeen(workload);
  const unevenness = seen > 1 ? unevennessOf(workload.trace.worker, seen) : USUAL_UNEVENNESS;
  const weights = Float64Array.from({ length: workers }, () => Math.exp(unevenness * normal(random)));
  const sums = Float64Array.from(weights);
  for (let w = 1; w < workers; w++) sums[w] += sums[w - 1];
  const accepts = new Uint16Array(arrival.length);
  let ticket = 0;
  for (let i = 0; i < arrival.length; i++) {
    // A worker that is accepting also takes the connections right behind.
    const isBehind = i > 0 && arrival[i] - arrival[i - 1] < RIGHT_BEHIND;
    const isSame = i > 0 && random() < (isBehind ? SAME_WORKER : SAME_WORKER_LATER);
    if (!isSame) ticket = Math.floor(random() * 0x1_0000_0000);
    else if (!worker) {
      // The same ticket would give the same worker.
      accepts[i] = accepts[i - 1];
      continue;
    }
    accepts[i] = acceptorOf(ticket, worker ? worker[i] : -1, seen, weights, sums);
  }
  return accepts;
}

/**
 * Processes of the log keep what they accepted, except what additional processes take from them.
 * @param known the process of the log that accepted it, 0 … `seen` - 1; -1: unknown
 * @param weights per process of the pool; `sums` are their running totals
 */
function acceptorOf(ticket: number, known: number, seen: number, weights: Float64Array, sums: Float64Array): number {
  let w = weights.length - 1;
  for (; w > 0 && w !== known; w--) {
    const mayTake = known < 0 || w >= seen || known >= weights.length;
    if (mayTake && draw(ticket, w) * sums[w] < weights[w]) break;
  }
  return w;
}

/** Acceptors if one process takes nearly all connections. */
export function lopsidedAcceptors(pool: PoolShape, { arrival, seed }: Repetition): Uint16Array {
  const random = createRandom(seed ^ ACCEPTING);
  return Uint16Array.from(arrival, () =>
    random() < MOST_LOPSIDED ? 0 : 1 + Math.floor(random() * (pool.workers - 1)),
  );
}

/** Uniform in [0, 1), determined by ticket and process. */
const draw = (ticket: number, worker: number): number =>
  mixBits(ticket ^ Math.imul(worker, 0x9e3779b1)) / 0x1_0000_0000;

/** Coefficient of variation of the requests per worker, beyond that of an even random choice. */
function unevennessOf(worker: Int32Array, workers: number): number {
  const counts = new Float64Array(workers);
  for (let i = 0; i < worker.length; i++) if (worker[i] >= 0) counts[worker[i]]++;
  const even = worker.length / workers;
  const variance = counts.reduce((sum, count) => sum + (count - even) ** 2, 0) / (workers - 1);
  return Math.sqrt(Math.max(0, variance / even ** 2 - 1 / even));
}
