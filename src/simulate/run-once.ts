/** One repetition of one pool: chooses the simulation that it needs and prepares its input. */
import { floatsAt } from '../core/columns.ts';
import type { PoolShape } from '../core/prediction.ts';
import { exponential, normal, type Random } from '../core/random.ts';
import { acceptors, queueOf } from './acceptors.ts';
import type { Clients, ClosedClients } from './clients.ts';
import { type Course, UNINTERRUPTED, waitsOfSharedQueue, waitsOfWorkerQueues } from './fifo-pool.ts';
import { interruptOf } from './interruptions.ts';
import { measure, type PoolMeasures } from './measures.ts';
import { lingersIn, slotTimes } from './overhead.ts';
import type { Repetition } from './repetition.ts';
import { type Demand, simulateStations } from './station-pool.ts';
import { deflated, type Workload } from './workload.ts';

export function runOnce(
  workload: Workload,
  pool: PoolShape,
  repetition: Repetition,
  clients: Clients,
  random: Random,
  acceptor = acceptors(workload, pool, repetition),
): PoolMeasures {
  return workload.contention || clients.kind === 'closed'
    ? runStations(workload, pool, repetition, clients, random, acceptor)
    : runQueues(workload, pool, repetition, random, acceptor);
}

/** Requests that one worker runs at once. */
const threadsOf = ({ model, threads }: PoolShape): number =>
  model === 'async' ? Number.POSITIVE_INFINITY : model === 'threaded' ? threads : 1;

/** For requests that slow each other down, or clients who wait for their answers. */
function runStations(
  workload: Workload,
  pool: PoolShape,
  repetition: Repetition,
  clients: Clients,
  random: Random,
  acceptor: Uint16Array,
): PoolMeasures {
  const { contention, trace } = workload;
  const { arrival, row, scale } = repetition;
  const n = arrival.length;
  const beyond = lingersAt(workload, pool, row);
  const share = contention ? within(contention.share, contention.low, contention.high, random) : 0;
  const alone = contention ? deflated(trace, contention, share) : trace.service;
  const work = new Float64Array(n);
  const delay = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const service = alone[row[i]] * scale;
    work[i] = service * share;
    delay[i] = service - work[i] + trace.overhead + (beyond?.[i] ?? 0);
  }
  const demand =
    clients.kind === 'closed' ? closedDemand(clients, arrival, random) : { kind: 'open' as const, arrivals: arrival };
  const threads = threadsOf(pool);
  const shape = {
    workers: pool.workers,
    threads,
    queue: pool.model === 'async' ? ('per-worker' as const) : queueOf(workload, pool),
    station: contention?.station ?? 'worker',
  };
  const course = courseOf(workload, pool, repetition, random, (i) => work[i] + delay[i]);
  const run = simulateStations(shape, demand, work, delay, acceptor, course);
  return measure(run.arrival, run.wait, run.latency, pool.workers * threads, beyond);
}

/** For open callers, and requests that do not affect each other. */
function runQueues(
  workload: Workload,
  pool: PoolShape,
  repetition: Repetition,
  random: Random,
  acceptor: Uint16Array,
): PoolMeasures {
  const { arrival, row } = repetition;
  const threads = threadsOf(pool);
  const slots = pool.workers * threads;
  const service = slotTimes(workload.trace, pool, repetition);
  const wait = new Float64Array(arrival.length);
  if (pool.model !== 'async') {
    const course = courseOf(workload, pool, repetition, random, (i) => service[i]);
    if (queueOf(workload, pool) === 'shared') waitsOfSharedQueue(arrival, service, slots, wait, course);
    else waitsOfWorkerQueues(arrival, service, acceptor, pool.workers, threads, wait, course);
  }
  for (let i = 0; i < service.length; i++) service[i] += wait[i];
  return measure(arrival, wait, service, slots, lingersAt(workload, pool, row));
}

/** Time (µs) per arrival for which a request holds its slot after its answer; null: none does. */
function lingersAt({ trace }: Workload, pool: PoolShape, row: Int32Array): Float64Array | null {
  const lingers = lingersIn(trace, pool);
  return lingers && floatsAt(lingers, row);
}

/** `usual(i)`: time (µs) for which the i-th arrival holds a slot if nothing interrupts it. */
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

function closedDemand(clients: ClosedClients, arrival: Float64Array, random: Random): Demand {
  const pause = () => clients.thinkMicros * exponential(random);
  const first = new Float64Array(clients.count);
  for (let i = 0; i < first.length; i++) first[i] = arrival[0] + pause();
  const think = new Float64Array(arrival.length);
  for (let i = 0; i < think.length; i++) think[i] = pause();
  return { kind: 'closed', first, think };
}

/** A normal draw around `middle`; each end is two standard deviations away, and values beyond are clamped to it. */
function within(middle: number, low: number, high: number, random: Random): number {
  const step = normal(random);
  const value = middle + (step < 0 ? (middle - low) * (step / 2) : (high - middle) * (step / 2));
  return Math.min(high, Math.max(low, value));
}
