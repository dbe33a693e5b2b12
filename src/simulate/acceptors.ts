/**
 * Which process accepts each request, where every process accepts for itself and queues inside (gunicorn gthread). Pools of different
 * numbers of processes are dealt the same requests from the same draws: one process more takes requests from all others and gives none
 * back, so that more processes never seem worse by the luck of a draw.
 */
import type { PoolShape } from '../core/prediction.ts';
import { createRandom, mixBits, normal } from '../core/random.ts';
import type { Repetition } from './repetition.ts';
import type { Workload } from './workload.ts';

/**
 * Measured on gunicorn gthread: of connections within half a millisecond 84 % go to the worker of the one before. Of others a
 * worker has runs as well, which over whole logs is as if one in five went there for that reason alone.
 */
const RIGHT_BEHIND = 500;
const SAME_WORKER = 0.8;
const SAME_WORKER_LATER = 0.2;

/** Spread of the shares of processes of which no log tells: of 16 recorded pools of two the busier took 52 to 65 of 100. */
const USUAL_UNEVENNESS = 0.2;

/**
 * Of processes that accept for themselves the first to wake takes a connection, and on some hosts that is nearly always the
 * same one (recorded on gunicorn gthread: 94 to 99 of 100 where the servers could run at once, about half on a host that was busy).
 */
const MOST_LOPSIDED = 0.98;

/** Draws of their own, or arrivals and acceptors would go together. */
const ACCEPTING = 0x2545f491;

/**
 * Sync workers take from one accept queue; workers with threads accept for themselves and queue inside (gunicorn
 * gthread), unless the log shows otherwise, or is of a server whose threads all take from one queue (uWSGI).
 */
export function queueOf({ queue, queueOfThreads, present }: Workload, pool: PoolShape): 'shared' | 'per-worker' {
  if (pool.workers === 1) return 'shared';
  if (present?.model === pool.model && present.workers > 1 && queue) return queue;
  return pool.model === 'threaded' ? (queueOfThreads ?? 'per-worker') : 'shared';
}

/** Several processes, each with threads and a queue of its own. */
export const acceptForThemselves = (workload: Workload, pool: PoolShape): boolean =>
  pool.model === 'threaded' && queueOf(workload, pool) === 'per-worker';

/** Each process has what it accepted, and no other may take it. */
const ownQueues = (workload: Workload, pool: PoolShape): boolean =>
  pool.model === 'async' || queueOf(workload, pool) === 'per-worker';

/**
 * Processes that wrote the log and accepted for themselves, so that it shows how they share: 0 where none did. Workers of one queue take
 * what comes when they are free, which tells nothing of the kind; and recycled ones make more names than there were processes at once.
 */
function processesSeen(workload: Workload): number {
  const { trace, present } = workload;
  const known = present !== null && present.workers === trace.workers && !trace.worker.includes(-1);
  return known && present.workers > 1 && ownQueues(workload, present) ? trace.workers : 0;
}

/** The log shows which process accepted each request: those of a pool are dealt from there. */
export const acceptorsSeen = (workload: Workload, pool: PoolShape): boolean =>
  ownQueues(workload, pool) && processesSeen(workload) > 0;

/** Processes that accept for themselves, and no log of as many to show how evenly: the more there are, the less evenly they did. */
export const acceptorsUnknown = (workload: Workload, pool: PoolShape): boolean =>
  acceptForThemselves(workload, pool) &&
  !(workload.present?.model === 'threaded' && processesSeen(workload) === pool.workers);

/** The process that accepts each arrival, 0 … workers - 1; all 0 where one queue feeds them all. */
export function acceptors(workload: Workload, pool: PoolShape, repetition: Repetition): Uint16Array {
  const { arrival } = repetition;
  if (pool.workers === 1 || !ownQueues(workload, pool)) return new Uint16Array(arrival.length);
  const known = dealt.get(repetition);
  // Pools that differ in their threads alone are asked for one after the other.
  if (known?.workload === workload && known.workers === pool.workers) return known.acceptor;
  const acceptor = deal(workload, pool.workers, repetition);
  dealt.set(repetition, { workload, workers: pool.workers, acceptor });
  return acceptor;
}

/** What was dealt of a repetition last. */
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
    // A worker that is accepting takes the connections right behind as well.
    const isBehind = i > 0 && arrival[i] - arrival[i - 1] < RIGHT_BEHIND;
    const isSame = i > 0 && random() < (isBehind ? SAME_WORKER : SAME_WORKER_LATER);
    if (!isSame) ticket = Math.floor(random() * 0x1_0000_0000);
    else if (!worker) {
      // The same draws.
      accepts[i] = accepts[i - 1];
      continue;
    }
    accepts[i] = acceptorOf(ticket, worker ? worker[i] : -1, seen, weights, sums);
  }
  return accepts;
}

/**
 * Those of the log keep what they accepted, but for what processes that came later take from them.
 * @param known the process that accepted it in the log, of `seen`; -1: unknown
 * @param weights of each process of the pool, and `sums`, those of all up to it
 */
function acceptorOf(ticket: number, known: number, seen: number, weights: Float64Array, sums: Float64Array): number {
  let w = weights.length - 1;
  for (; w > 0 && w !== known; w--) {
    const mayTake = known < 0 || w >= seen || known >= weights.length;
    if (mayTake && draw(ticket, w) * sums[w] < weights[w]) break;
  }
  return w;
}

/** One process takes nearly all. */
export function lopsidedAcceptors(pool: PoolShape, { arrival, seed }: Repetition): Uint16Array {
  const random = createRandom(seed ^ ACCEPTING);
  return Uint16Array.from(arrival, () =>
    random() < MOST_LOPSIDED ? 0 : 1 + Math.floor(random() * (pool.workers - 1)),
  );
}

/** Uniform in [0, 1) by ticket and process. */
const draw = (ticket: number, worker: number): number =>
  mixBits(ticket ^ Math.imul(worker, 0x9e3779b1)) / 0x1_0000_0000;

/** Coefficient of variation of the requests per worker beyond what an even random choice gives. */
function unevennessOf(worker: Int32Array, workers: number): number {
  const counts = new Float64Array(workers);
  for (let i = 0; i < worker.length; i++) if (worker[i] >= 0) counts[worker[i]]++;
  const even = worker.length / workers;
  const variance = counts.reduce((sum, count) => sum + (count - even) ** 2, 0) / (workers - 1);
  return Math.sqrt(Math.max(0, variance / even ** 2 - 1 / even));
}
