/** Everything that a scenario needs to know about the log, computed once: the trace, its service times, callers and seed. */
import { floatsAt, indicesBelow } from '../core/columns.ts';
import type { Analysis } from '../core/finding.ts';
import type { CutShort, PoolShape } from '../core/prediction.ts';
import { seedOf } from '../core/random.ts';
import { hasNoSlots } from '../core/summary.ts';
import { type Callers, findCallers } from './clients.ts';
import { type Contention, findContention, slowdown, slowdownAt } from './contention.ts';
import { type Interruptions, interruptionsOf, keepInterruptions } from './interruptions.ts';
import { type ServiceTimes, serviceTimes } from './service-times.ts';
import { asIfFull, keepRows, type Trace, traceOf } from './trace.ts';

export interface Workload {
  /** With usual service times in place of the interrupted ones, if something interrupted the pool that wrote the log. */
  readonly trace: Trace;
  /** null: nothing interrupted it. */
  readonly interruptions: Interruptions | null;
  readonly times: ServiceTimes;
  readonly contention: Contention | null;
  readonly callers: Callers;
  /** The same log if the largest number of requests that ever ran at once is the server's limit; null: the log excludes that. */
  readonly ifFull: Workload | null;
  /** The pool that wrote the log; null where its slots are not known. */
  readonly present: PoolShape | null;
  /** One queue for all workers or one per worker; null where the log cannot tell. */
  readonly queue: 'shared' | 'per-worker' | null;
  /** The same for processes with threads, as the server that wrote the log does it; null where that is not known. */
  readonly queueOfThreads: 'shared' | 'per-worker' | null;
  readonly seed: number;
}

/** Service times (µs per row) if no other request had run beside them and `share` of each is shared work. */
export function deflated({ service }: Trace, contention: Contention, share: number): Float64Array {
  const most = contention.level.reduce((a, b) => Math.max(a, b), 1);
  const curve = slowdown(share, Math.ceil(most));
  return service.map((value, i) => value / slowdownAt(curve, contention.level[i]));
}

export interface WorkloadChoice {
  /** Largest number of requests to replay; a longer log is represented by stretches of it. */
  readonly most?: number;
  /** false: quicker and less thorough, since a screen is waiting. */
  readonly thorough?: boolean;
}

/** The workload of a log, or why it cannot be replayed. */
export function workloadOf(
  analysis: Analysis,
  { most, thorough = true }: WorkloadChoice = {},
): { workload: Workload } | { missing: string } {
  const result = traceOf(analysis, most);
  if ('missing' in result) return result;
  const { inference } = analysis;
  const present = presentShape(analysis);
  const interruptions = interruptionsOf(analysis, result.trace, present);
  const trace = interruptions ? { ...result.trace, service: interruptions.ordinary } : result.trace;
  const contention = findContention(trace);
  const workload: Workload = {
    trace,
    ifFull: null,
    interruptions,
    times: serviceTimes(contention ? deflated(trace, contention, contention.share) : trace.service, trace.route),
    contention,
    callers: findCallers({
      trace: result.trace,
      interrupted: (interruptions?.outages.length ?? 0) > 0 || inference.regimes.length > 0,
      slots: inference.capacity.value,
      sharedQueue: inference.queue !== 'per-worker',
      pool: thorough ? present : null,
      saturatedRatio: saturatedShare(inference),
      peak: inference.concurrency.peak,
      proven: inference.concurrency.peakAtLeast,
      waitMethod: inference.wait.method,
      waitRange: [inference.wait.lowMean, inference.wait.highMean],
    }),
    present,
    queue: inference.queue,
    queueOfThreads: inference.queueOfThreads,
    seed: seedOf(trace.start),
  };
  const limit = perhapsSlots(inference);
  return {
    workload: limit === null ? workload : { ...workload, ifFull: { ...workload, trace: asIfFull(trace, limit) } },
  };
}

/** Slots if the largest number that ever ran at once was the server's limit; null: not possible, or the slots are known. */
const perhapsSlots = ({ model, capacity }: Analysis['inference']): number | null =>
  hasNoSlots(model) && capacity.value === null ? capacity.low : null;

/** Share of the time with all slots busy; for lines without durations the mean share of busy slots, which is no smaller. */
function saturatedShare({ concurrency, capacity }: Analysis['inference']): number {
  const { saturatedRatio, mean } = concurrency;
  return Number.isNaN(saturatedRatio) && capacity.value !== null ? mean / capacity.value : saturatedRatio;
}

/** The same log without some of its requests, chosen by their entry in the trace; null: none is left. */
export function workloadWithout(workload: Workload, isLeftOut: (entry: number) => boolean): Workload | null {
  const rows = indicesBelow(workload.trace.length).filter((i) => !isLeftOut(i));
  if (rows.length === 0) return null;
  const trace = keepRows(workload.trace, rows);
  const { contention } = workload;
  const kept = contention && { ...contention, level: floatsAt(contention.level, rows) };
  return {
    ...workload,
    trace,
    ifFull: null,
    interruptions: workload.interruptions && keepInterruptions(workload.interruptions, rows),
    contention: kept,
    times: serviceTimes(kept ? deflated(trace, kept, kept.share) : trace.service, trace.route),
  };
}

/** The same log if the long requests of some routes had been given up earlier. */
export function workloadCutShort(workload: Workload, { routes, from, to }: CutShort): Workload {
  const { trace, contention, interruptions } = workload;
  const cut = (times: Float64Array) =>
    times.map((micros, i) => (micros >= from && routes.includes(trace.route[i]) ? to : micros));
  const service = cut(trace.service);
  const shorter = { ...trace, service };
  return {
    ...workload,
    trace: shorter,
    interruptions: interruptions && { ...interruptions, logged: cut(interruptions.logged) },
    ifFull: null,
    times: serviceTimes(contention ? deflated(shorter, contention, contention.share) : service, trace.route),
  };
}

/** The pool that wrote the log; null where its slots are not known. */
export function presentShape({ inference }: Analysis): PoolShape | null {
  const { model, capacity } = inference;
  const workers = inference.workers.value;
  const threads = inference.threads.value;
  // An event loop that every request blocks is a worker that runs one request at a time; several requests at once are a pool of such
  // workers.
  if (model === 'async' && capacity.value !== null)
    return { model: (threads ?? 1) > 1 ? 'pool' : 'sync', workers: capacity.value, threads: 1 };
  if (model === 'async') return { model: 'async', workers: workers ?? 1, threads: 1 };
  if (model === 'thread-per-request') return { model: 'async', workers: workers ?? 1, threads: 1 };
  if (capacity.value === null) return null;
  if (model === 'threaded' && workers !== null && threads !== null) return { model: 'threaded', workers, threads };
  return { model: model === 'sync' ? 'sync' : 'pool', workers: capacity.value, threads: 1 };
}

/** The same log if each request took its logged time in any pool, interruptions included. */
export const asLogged = (workload: Workload): Workload =>
  workload.interruptions
    ? { ...workload, trace: { ...workload.trace, service: workload.interruptions.logged }, interruptions: null }
    : workload;

const freed = new WeakMap<Workload, Workload>();

/** The same load without the interruptions; cached. */
export function uninterrupted(workload: Workload): Workload {
  if (!workload.interruptions) return workload;
  const known = freed.get(workload) ?? { ...workload, interruptions: null };
  freed.set(workload, known);
  return known;
}
