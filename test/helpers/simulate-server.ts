/**
 * A seeded simulator of whole servers with their truth: prefork sync workers that are woken in turn, at random or last
 * first; threads with a queue in each process; event loops without a limit; and what each would have written to its log.
 * All times are seconds from the start of the run.
 */
import type { StreamFacts } from '../../src/core/batch.ts';
import type { LifecycleEvent } from '../../src/core/lifecycle.ts';
import { createNames } from '../../src/core/names.ts';
import type { RequestTable } from '../../src/core/table.ts';
import { createRandom, type Random } from './random.ts';
import type { Load, ServiceLaw } from './simulate-pool.ts';

export interface ServerSpec {
  readonly seed: number;
  readonly kind: 'sync' | 'gthread' | 'gevent' | 'waitress';
  readonly workers: number;
  /** Per worker; ignored by event loops. */
  readonly threads: number;
  readonly service: ServiceLaw;
  readonly load: Load;
  /** Which of the idle workers takes a request; for servers that accept eagerly, which process does. */
  readonly wakes: 'in-turn' | 'random' | 'last-first';
}

export interface ServedRequest {
  readonly send: number;
  readonly start: number;
  readonly end: number;
  readonly worker: number;
  readonly route: number;
}

export interface ServerTruth {
  readonly model: 'sync' | 'threaded' | 'async';
  readonly workers: number;
  readonly threads: number;
  readonly peakConcurrency: number;
  /** seconds */
  readonly serviceMean: number;
}

/** A pool, a mix and a load of the kinds met in practice, drawn by a seed. */
export function randomServer(seed: number): ServerSpec {
  const random = createRandom(seed * 7919 + 29);
  const kind = random.pick<ServerSpec['kind']>([
    'sync',
    'sync',
    'sync',
    'sync',
    'gthread',
    'gthread',
    'gevent',
    'waitress',
  ]);
  const workers = kind === 'sync' ? random.integer(1, 8) : kind === 'waitress' ? 1 : random.integer(1, 4);
  const threads = kind === 'sync' ? 1 : random.pick([2, 4, 4, 8, 16]);
  const mean = random.pick([0.05, 0.2, 0.5, 0.55, 0.55, 1]);
  const service = random.pick<ServiceLaw>([
    { law: 'uniform', mean },
    { law: 'uniform', mean },
    { law: 'fixed', mean },
    { law: 'exponential', mean },
    { law: 'lognormal', mean, variation: 0.5 },
    { law: 'two-routes', mean: mean * 0.15, slow: mean * 5, share: 0.17 },
  ]);
  const slots = workers * threads;
  const peak = slots / mean;
  const load = random.pick([0.1, 0.3, 0.5, 0.7, 0.9, 0.9, 1.05]);
  const seconds = Math.max(5, Math.min(random.pick([30, 60, 90]), 2000 / (peak * load)));
  return {
    seed,
    kind,
    workers,
    threads,
    service,
    load: random.pick<Load>([
      { kind: 'poisson', phases: [{ rate: peak * load, seconds }] },
      { kind: 'poisson', phases: [{ rate: peak * load, seconds }] },
      {
        kind: 'poisson',
        phases: [0.4, 0.9, 1.4].map((share) => ({ rate: peak * load * share, seconds: seconds / 3 })),
      },
      { kind: 'two-speed', rates: [peak * load * 0.4, peak * load * 1.5], hold: random.between(4, 15), seconds },
      { kind: 'burst', size: Math.min(300, random.integer(2, 12) * slots) },
      {
        kind: 'closed',
        users: Math.max(2, Math.round(slots * random.pick([1, 2, 3]))),
        think: mean * random.pick([0.3, 1, 5]),
        seconds,
      },
    ]),
    wakes: kind === 'sync' ? random.pick(['in-turn', 'in-turn', 'random', 'last-first'] as const) : 'random',
  };
}

function drawService(law: ServiceLaw, random: Random): [seconds: number, route: number] {
  switch (law.law) {
    case 'fixed':
      return [law.mean * (1 + 0.006 * Math.abs(random.normal())), 0];
    case 'exponential':
      return [random.exponential(law.mean), 0];
    case 'uniform':
      return [law.mean * random.between(0.18, 1.82), 0];
    case 'lognormal': {
      const variance = Math.log(1 + law.variation ** 2);
      return [law.mean * Math.exp(Math.sqrt(variance) * random.normal() - variance / 2), 0];
    }
    case 'two-routes':
      return random.next() < law.share
        ? [law.slow * random.between(1, 1.02), 1]
        : [law.mean * random.between(0.9, 1.2), 0];
  }
}

function openArrivals(load: Load, random: Random): number[] {
  const out: number[] = [];
  if (load.kind === 'poisson') {
    let from = 0;
    for (const { rate, seconds } of load.phases) {
      for (let t = from + random.exponential(1 / rate); t < from + seconds; t += random.exponential(1 / rate))
        out.push(t);
      from += seconds;
    }
  } else if (load.kind === 'two-speed') {
    let [phase, until, t] = [random.integer(0, 1), random.exponential(load.hold), 0];
    while (t < load.seconds) {
      const step = random.exponential(1 / load.rates[phase]);
      if (t + step > until) {
        [t, phase] = [until, 1 - phase];
        until += random.exponential(load.hold);
      } else {
        t += step;
        if (t < load.seconds) out.push(t);
      }
    }
  } else if (load.kind === 'burst') {
    const at = random.next();
    for (let i = 0; i < load.size; i++) out.push(at + random.between(0, 0.03));
  }
  return out.sort((a, b) => a - b);
}

interface Event {
  readonly time: number;
  /** -1: an arrival. */
  readonly worker: number;
  readonly user: number;
}

/** A binary heap by time. */
class Events {
  readonly #items: Event[] = [];

  get size(): number {
    return this.#items.length;
  }

  push(event: Event): void {
    const items = this.#items;
    let at = items.length;
    items.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (items[parent].time <= event.time) break;
      items[at] = items[parent];
      at = parent;
    }
    items[at] = event;
  }

  pop(): Event {
    const items = this.#items;
    const top = items[0];
    const last = items.pop() as Event;
    if (items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && items[child + 1].time < items[child].time) child++;
      if (items[child].time >= last.time) break;
      items[at] = items[child];
      at = child;
    }
    items[at] = last;
    return top;
  }
}

export function serve(spec: ServerSpec): ServedRequest[] {
  const random = createRandom(spec.seed ^ 0x51ab);
  const { kind, workers, load } = spec;
  const eager = kind === 'gthread' || kind === 'gevent';
  const slots = kind === 'gevent' ? Number.POSITIVE_INFINITY : spec.threads;
  const busy = new Int32Array(workers);
  const queues: Event[][] = Array.from({ length: eager ? workers : 1 }, () => []);
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
  const events = new Events();
  const done: ServedRequest[] = [];
  const begin = (send: number, from: number, worker: number, user: number) => {
    const [seconds, route] = drawService(spec.service, random);
    const start = from + 0.0006 * Math.exp(0.5 * random.normal());
    busy[worker]++;
    done.push({ send, start, end: start + seconds, worker, route });
    events.push({ time: start + seconds, worker, user });
  };
  for (const time of openArrivals(load, random)) events.push({ time, worker: -1, user: -1 });
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

export interface LogView {
  readonly pid: boolean;
  readonly duration: boolean;
  /** Seconds; default 1. */
  readonly tick?: number;
  /** A proxy's log: the duration counts from the arrival. */
  readonly proxy?: boolean;
}

export interface ServerLog {
  readonly truth: ServerTruth;
  /** What `inferServer` takes. */
  readonly input: {
    readonly table: RequestTable;
    readonly lifecycle: readonly LifecycleEvent[];
    readonly names: ReturnType<typeof createNames>;
    readonly streams: { facts: StreamFacts; requests: number }[];
  };
  /** In the order of the lines. */
  readonly requests: readonly ServedRequest[];
}

/** Noon of some day, µs since 1970. */
const EPOCH = 1_700_000_000_000_000;

export function logOf(spec: ServerSpec, view: LogView): ServerLog {
  const served = serve(spec);
  const random = createRandom(spec.seed ^ 0x777);
  const written = served.map((request) => ({ request, at: request.end + random.between(0.00002, 0.0004) }));
  written.sort((a, b) => a.at - b.at);
  const requests = written.map((line) => line.request);
  const tick = view.tick ?? 1;
  const startStamps = spec.kind === 'waitress' && !view.duration;
  const n = requests.length;
  const column = () => new Float64Array(n).fill(Number.NaN);
  const names = createNames();
  const table = {
    length: n,
    start: column(),
    end: column(),
    duration: column(),
    measuredWait: column(),
    arrival: column(),
    resolution: new Float64Array(n).fill(tick * 1e6),
    worker: new Int32Array(n).fill(-1),
    thread: new Int32Array(n).fill(-1),
    route: new Int32Array(n),
    client: new Uint32Array(n),
    status: new Uint16Array(n).fill(200),
    bytes: new Float64Array(n).fill(12),
    offset: Float64Array.from({ length: n }, (_, i) => i * 100),
    source: new Uint16Array(n),
  };
  const floorTo = (seconds: number, unit: number) => Math.round(Math.floor(seconds / unit + 1e-9) * unit * 1e6);
  requests.forEach(({ send, start, end, worker, route }, i) => {
    const seconds = view.proxy ? end - send : end - start;
    const duration = view.duration ? floorTo(seconds, view.proxy ? 1e-3 : 1e-6) : Number.NaN;
    table.duration[i] = duration;
    if (startStamps) table.start[i] = EPOCH + floorTo(start, tick);
    else {
      table.end[i] = EPOCH + floorTo(end, tick);
      table.start[i] = table.end[i] - duration;
    }
    if (view.pid) table.worker[i] = names.workers.add(String(4000 + worker));
    table.route[i] = names.routes.add(`GET /r${route}`);
  });
  const facts: StreamFacts = {
    format: view.proxy ? 'nginx' : view.pid || view.duration ? 'gunicorn' : 'combined',
    envelope: null,
    stampMeaning: startStamps ? 'start' : 'end',
    resolutionMicros: tick * 1e6,
    zone: '+00:00',
    durationCovers: view.duration ? (view.proxy ? 'response' : 'service') : null,
    fields: { time: true, duration: view.duration, worker: view.pid, thread: false, wait: false, arrival: false },
  };
  return {
    truth: truthOf(spec, served),
    input: { table, lifecycle: [], names, streams: [{ facts, requests: n }] },
    requests,
  };
}

function truthOf(spec: ServerSpec, served: readonly ServedRequest[]): ServerTruth {
  const edges = served.flatMap(({ start, end }) => [
    { time: start, step: 1 },
    { time: end, step: -1 },
  ]);
  edges.sort((a, b) => a.time - b.time || a.step - b.step);
  let [level, peakConcurrency] = [0, 0];
  for (const { step } of edges) peakConcurrency = Math.max(peakConcurrency, (level += step));
  return {
    model: spec.kind === 'sync' ? 'sync' : spec.kind === 'gevent' ? 'async' : 'threaded',
    workers: spec.workers,
    threads: spec.kind === 'gevent' ? 1 : spec.threads,
    peakConcurrency,
    serviceMean: served.reduce((sum, { start, end }) => sum + end - start, 0) / served.length,
  };
}
