/**
 * A seeded simulator of whole servers: prefork sync workers that are woken in turn, at random or last first; threads with a queue in each
 * process; event loops without a limit. All times are seconds since the start of the run.
 */
import { EventQueue } from './event-queue.ts';
import { drawService, type Load, openArrivals, type ServiceLaw } from './load.ts';
import { createRandom } from './random.ts';
import type { PoolEvent, SimulatedRequest } from './simulate-pool.ts';

export interface ServerSpec {
  readonly seed: number;
  readonly kind: 'sync' | 'gthread' | 'gevent' | 'waitress';
  readonly workers: number;
  /** Per worker; ignored for event loops. */
  readonly threads: number;
  readonly service: ServiceLaw;
  readonly load: Load;
  /** Which of the idle workers takes a request. If processes accept eagerly, the process is drawn at random. */
  readonly wakes: 'in-turn' | 'random' | 'last-first';
}

/** Variation of the service times of equal requests, and the time within which a burst arrives. */
const FIXED_JITTER = 0.006;
const BURST_SECONDS = 0.03;

/** What happened to each request; at most 5000 requests. */
export function serve(spec: ServerSpec): SimulatedRequest[] {
  const random = createRandom(spec.seed ^ 0x51ab);
  const { kind, workers, load } = spec;
  const eager = kind === 'gthread' || kind === 'gevent';
  const slots = kind === 'gevent' ? Number.POSITIVE_INFINITY : spec.threads;
  const busy = new Int32Array(workers);
  const queues: PoolEvent[][] = Array.from({ length: eager ? workers : 1 }, () => []);
  const idleOrder = Array.from({ length: workers }, (_, worker) => worker);
  const shares = idleOrder.map(() => random.between(0.7, 1.3));
  const total = shares.reduce((a, b) => a + b, 0);
  const choose = (): number => {
    if (eager) {
      let draw = random.next() * total;
      return Math.max(
        0,
        shares.findIndex((share) => (draw -= share) < 0),
      );
    }
    const idle = idleOrder.filter((worker) => busy[worker] < slots);
    if (idle.length === 0) return -1;
    if (spec.wakes === 'random' || random.next() < 0.1) return random.pick(idle);
    return spec.wakes === 'in-turn' ? idle[0] : idle[idle.length - 1];
  };
  const events = new EventQueue<PoolEvent>();
  const done: SimulatedRequest[] = [];
  const begin = (send: number, from: number, worker: number, user: number) => {
    const { seconds, route } = drawService(spec.service, random, FIXED_JITTER);
    const start = from + 0.0006 * Math.exp(0.5 * random.normal());
    busy[worker]++;
    done.push({ send, start, end: start + seconds, worker, route });
    events.push({ time: start + seconds, worker, user });
  };
  for (const time of openArrivals(load, random, BURST_SECONDS)) events.push({ time, worker: -1, user: -1 });
  if (load.kind === 'closed')
    for (let user = 0; user < load.users; user++)
      events.push({ time: random.exponential(load.think), worker: -1, user });
  while (events.size > 0 && done.length < 5000) {
    const event = events.pop();
    if (event.worker < 0) {
      if (load.kind === 'closed' && event.time > load.seconds) continue;
      const worker = choose();
      if (worker >= 0 && busy[worker] < slots) begin(event.time, event.time + 0.0006, worker, event.user);
      else queues[eager ? worker : 0].push(event);
      continue;
    }
    busy[event.worker]--;
    idleOrder.splice(idleOrder.indexOf(event.worker), 1);
    idleOrder.push(event.worker);
    const next = queues[eager ? event.worker : 0].shift();
    if (next) begin(next.time, event.time, event.worker, next.user);
    if (load.kind === 'closed')
      events.push({ time: event.time + 0.0012 + random.exponential(load.think), worker: -1, user: event.user });
  }
  return done;
}
