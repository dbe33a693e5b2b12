/**
 * A seeded simulator of server pools. It gives the truth about each request (who arrived when, who queued) and the log that a real server
 * would have written. All times are seconds since the start of the run.
 */
import type { RequestTable } from '../../src/core/table.ts';
import { EventQueue, type Timed } from './event-queue.ts';
import { drawService, type Load, openArrivals, type ServiceLaw } from './load.ts';
import { createRandom } from './random.ts';
import { EPOCH, emptyTable, floorToTick } from './simulated-table.ts';

export interface PoolSpec {
  readonly seed: number;
  readonly workers: number;
  readonly threads: number;
  /** `shared`: one accept queue; `per-worker`: every process accepts connections and queues them itself. */
  readonly queue: 'shared' | 'per-worker';
  readonly service: ServiceLaw;
  readonly load: Load;
  /** Median time in seconds between the end of a request and the start of the next one from the queue. */
  readonly overhead: number;
}

export interface SimulatedRequest {
  readonly send: number;
  readonly start: number;
  readonly end: number;
  readonly worker: number;
  readonly route: number;
}

/** Variation of the service times of equal requests, and the time within which a burst arrives. */
const FIXED_JITTER = 0.01;
const BURST_SECONDS = 0.01;

export interface PoolEvent extends Timed {
  /** The worker whose request ends; -1: an arrival. */
  readonly worker: number;
  /** The user of a closed loop; -1: not a closed loop. */
  readonly user: number;
}

/** First come, first served. An idle worker takes a request about 1 ms after it was sent. */
export function simulatePool(spec: PoolSpec): SimulatedRequest[] {
  const random = createRandom(spec.seed);
  const slotsPerWorker = spec.threads;
  const queues = spec.queue === 'shared' ? 1 : spec.workers;
  const free: number[][] = Array.from({ length: queues }, () => []);
  for (let w = 0; w < spec.workers; w++) for (let k = 0; k < slotsPerWorker; k++) free[queues === 1 ? 0 : w].push(w);
  const waiting: { send: number; user: number }[][] = Array.from({ length: queues }, () => []);
  const events = new EventQueue<PoolEvent>();
  const overhead = () =>
    spec.overhead * Math.exp(0.35 * random.normal()) + (random.next() < 0.03 ? random.exponential(0.002) : 0);
  const done: SimulatedRequest[] = [];
  const begin = (send: number, from: number, worker: number, user: number) => {
    const start = from + overhead();
    const { seconds, route } = drawService(spec.service, random, FIXED_JITTER);
    done.push({ send, start, end: start + seconds, worker, route });
    events.push({ time: start + seconds, worker, user });
  };
  const load = spec.load;
  for (const time of openArrivals(load, random, BURST_SECONDS)) events.push({ time, worker: -1, user: -1 });
  if (load.kind === 'closed')
    for (let user = 0; user < load.users; user++)
      events.push({ time: random.exponential(load.think), worker: -1, user });
  while (events.size > 0) {
    const event = events.pop();
    if (event.worker < 0) {
      if (load.kind === 'closed' && event.time > load.seconds) continue;
      const queue = queues === 1 ? 0 : random.integer(0, queues - 1);
      const idle = free[queue];
      if (idle.length > 0)
        begin(event.time, event.time + 0.0006, idle.splice(random.integer(0, idle.length - 1), 1)[0], event.user);
      else waiting[queue].push({ send: event.time, user: event.user });
    } else {
      const queue = queues === 1 ? 0 : event.worker;
      const next = waiting[queue].shift();
      if (next) begin(next.send, event.time, event.worker, next.user);
      else free[queue].push(event.worker);
      if (load.kind === 'closed')
        events.push({ time: event.time + 0.0005 + random.exponential(load.think), worker: -1, user: event.user });
    }
  }
  return done;
}

export interface LogView {
  /** Seconds: one tick of the stamp, and of the duration. */
  readonly stampTick: number;
  readonly durationTick: number;
  readonly stamp: 'start' | 'end';
  readonly pid: boolean;
  readonly duration: boolean;
}

export interface SimulatedLog {
  /** In the order of the lines. */
  readonly requests: readonly SimulatedRequest[];
  readonly table: RequestTable;
}

/** The lines that a server would have written, as a parsed table. */
export function writeLog(requests: readonly SimulatedRequest[], view: LogView, seed: number): SimulatedLog {
  const random = createRandom(seed ^ 0x5bd1e995);
  const written = requests.map((request) => ({ request, at: request.end + random.between(0.00002, 0.0002) }));
  written.sort((a, b) => a.at - b.at);
  const ordered = written.map((line) => line.request);
  const n = ordered.length;
  const table = emptyTable(n, view.stampTick);
  for (let i = 0; i < n; i++) {
    const { start, end, worker, route } = ordered[i];
    const duration = view.duration ? floorToTick(end - start, view.durationTick) : Number.NaN;
    if (view.stamp === 'end') {
      table.end[i] = EPOCH + floorToTick(end, view.stampTick);
      table.start[i] = table.end[i] - duration;
    } else {
      table.start[i] = EPOCH + floorToTick(start, view.stampTick);
      table.end[i] = table.start[i] + duration;
    }
    table.duration[i] = duration;
    table.worker[i] = view.pid ? worker : -1;
    table.route[i] = route;
  }
  return { requests: ordered, table };
}
