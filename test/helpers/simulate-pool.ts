/**
 * A seeded simulator of server pools with the truth per request: who arrived when, who queued, what the log would say.
 * All times are seconds from the start of the run; the log is what a real server would have written.
 */
import type { RequestTable } from '../../src/core/table.ts';
import { createRandom, type Random } from './random.ts';

export type ServiceLaw =
  | { readonly law: 'fixed' | 'exponential' | 'uniform'; readonly mean: number }
  | { readonly law: 'lognormal'; readonly mean: number; readonly variation: number }
  /** `share` of the requests take `slow` seconds, the others `mean`. */
  | { readonly law: 'two-routes'; readonly mean: number; readonly slow: number; readonly share: number };

export type Load =
  | { readonly kind: 'poisson'; readonly phases: readonly { readonly rate: number; readonly seconds: number }[] }
  /** Switches between two rates, each kept for `hold` seconds on average. */
  | {
      readonly kind: 'two-speed';
      readonly rates: readonly [number, number];
      readonly hold: number;
      readonly seconds: number;
    }
  | { readonly kind: 'batches'; readonly rate: number; readonly size: number; readonly seconds: number }
  | { readonly kind: 'closed'; readonly users: number; readonly think: number; readonly seconds: number }
  | { readonly kind: 'burst'; readonly size: number };

export interface PoolSpec {
  readonly seed: number;
  readonly workers: number;
  readonly threads: number;
  /** `shared`: one accept queue; `per-worker`: every process takes connections in and queues them itself. */
  readonly queue: 'shared' | 'per-worker';
  readonly service: ServiceLaw;
  readonly load: Load;
  /** Median seconds between the end of a request and the start of the next from the queue. */
  readonly overhead: number;
}

export interface SimulatedRequest {
  readonly send: number;
  readonly start: number;
  readonly end: number;
  readonly worker: number;
  readonly route: number;
}

const drawService = (law: ServiceLaw, random: Random): { seconds: number; route: number } => {
  switch (law.law) {
    case 'fixed':
      return { seconds: law.mean * (1 + 0.01 * Math.abs(random.normal())), route: 0 };
    case 'exponential':
      return { seconds: random.exponential(law.mean), route: 0 };
    case 'uniform':
      return { seconds: law.mean * random.between(0.18, 1.82), route: 0 };
    case 'lognormal': {
      const variance = Math.log(1 + law.variation * law.variation);
      return { seconds: law.mean * Math.exp(Math.sqrt(variance) * random.normal() - variance / 2), route: 0 };
    }
    case 'two-routes':
      return random.next() < law.share
        ? { seconds: law.slow * random.between(1, 1.02), route: 1 }
        : { seconds: law.mean * random.between(0.9, 1.2), route: 0 };
  }
};

/** Open arrivals, sorted; null for closed loops, whose arrivals depend on the answers. */
function openArrivals(load: Load, random: Random): number[] | null {
  const out: number[] = [];
  if (load.kind === 'poisson') {
    let from = 0;
    for (const { rate, seconds } of load.phases) {
      for (let t = from + random.exponential(1 / rate); t < from + seconds; t += random.exponential(1 / rate))
        out.push(t);
      from += seconds;
    }
  } else if (load.kind === 'two-speed') {
    let phase = random.integer(0, 1);
    let until = random.exponential(load.hold);
    let t = 0;
    while (t < load.seconds) {
      const step = random.exponential(1 / load.rates[phase]);
      if (t + step > until) {
        t = until;
        phase = 1 - phase;
        until += random.exponential(load.hold);
      } else {
        t += step;
        if (t < load.seconds) out.push(t);
      }
    }
  } else if (load.kind === 'batches') {
    for (let t = random.exponential(1 / load.rate); t < load.seconds; t += random.exponential(1 / load.rate)) {
      for (let i = 0; i < load.size; i++) out.push(t + random.between(0, 0.004));
    }
  } else if (load.kind === 'burst') {
    const at = random.between(0, 1);
    for (let i = 0; i < load.size; i++) out.push(at + random.between(0, 0.01));
  } else return null;
  return out.sort((a, b) => a - b);
}

/** First come, first served; an idle worker takes a request about a millisecond after it was sent. */
export function simulatePool(spec: PoolSpec): SimulatedRequest[] {
  const random = createRandom(spec.seed);
  const slotsPerWorker = spec.threads;
  const queues = spec.queue === 'shared' ? 1 : spec.workers;
  const free: number[][] = Array.from({ length: queues }, () => []);
  for (let w = 0; w < spec.workers; w++) for (let k = 0; k < slotsPerWorker; k++) free[queues === 1 ? 0 : w].push(w);
  const waiting: { send: number; user: number }[][] = Array.from({ length: queues }, () => []);
  const events: { time: number; worker: number; user: number }[] = [];
  const push = (time: number, worker: number, user: number) => {
    let at = events.length;
    while (at > 0 && events[at - 1].time < time) at--;
    events.splice(at, 0, { time, worker, user });
  };
  const overhead = () =>
    spec.overhead * Math.exp(0.35 * random.normal()) + (random.next() < 0.03 ? random.exponential(0.002) : 0);
  const done: SimulatedRequest[] = [];
  const begin = (send: number, from: number, worker: number, user: number) => {
    const start = from + overhead();
    const { seconds, route } = drawService(spec.service, random);
    done.push({ send, start, end: start + seconds, worker, route });
    push(start + seconds, worker, user);
  };
  const load = spec.load;
  const arrivals = openArrivals(load, random);
  if (arrivals) for (const t of arrivals) push(t, -1, -1);
  else if (load.kind === 'closed') for (let u = 0; u < load.users; u++) push(random.exponential(load.think), -1, u);
  while (events.length > 0) {
    const event = events.pop() as { time: number; worker: number; user: number };
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
      if (load.kind === 'closed') push(event.time + 0.0005 + random.exponential(load.think), -1, event.user);
    }
  }
  return done;
}

export interface LogView {
  /** Seconds: ticks of the stamp, and of the duration. */
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

/** Noon of some day, µs since 1970. */
export const EPOCH = 1_700_000_000_000_000;

/** The lines a server would have written, as the parsed table. */
export function writeLog(requests: readonly SimulatedRequest[], view: LogView, seed: number): SimulatedLog {
  const random = createRandom(seed ^ 0x5bd1e995);
  const written = requests.map((request) => ({ request, at: request.end + random.between(0.00002, 0.0002) }));
  written.sort((a, b) => a.at - b.at);
  const ordered = written.map((line) => line.request);
  const n = ordered.length;
  const column = () => new Float64Array(n).fill(Number.NaN);
  const table = {
    length: n,
    start: column(),
    end: column(),
    duration: column(),
    measuredWait: column(),
    arrival: column(),
    resolution: new Float64Array(n).fill(view.stampTick * 1e6),
    worker: new Int32Array(n).fill(-1),
    thread: new Int32Array(n).fill(-1),
    route: new Int32Array(n),
    client: new Uint32Array(n),
    status: new Uint16Array(n).fill(200),
    bytes: new Float64Array(n).fill(12),
    offset: new Float64Array(n),
    source: new Uint16Array(n),
  };
  const floorTo = (seconds: number, tick: number) => Math.round(Math.floor(seconds / tick + 1e-9) * tick * 1e6);
  for (let i = 0; i < n; i++) {
    const { start, end, worker, route } = ordered[i];
    const duration = view.duration ? floorTo(end - start, view.durationTick) : Number.NaN;
    if (view.stamp === 'end') {
      table.end[i] = EPOCH + floorTo(end, view.stampTick);
      table.start[i] = table.end[i] - duration;
    } else {
      table.start[i] = EPOCH + floorTo(start, view.stampTick);
      table.end[i] = table.start[i] + duration;
    }
    table.duration[i] = duration;
    table.worker[i] = view.pid ? worker : -1;
    table.route[i] = route;
    table.offset[i] = i * 100;
  }
  return { requests: ordered, table };
}

/** A pool, a mix and a load of the kinds met in practice, drawn by a seed. */
export function randomPool(seed: number): PoolSpec {
  const random = createRandom(seed * 7919 + 13);
  const threaded = random.next() < 0.3;
  const workers = random.integer(1, threaded ? 3 : 8);
  const threads = threaded ? random.integer(2, 8) : 1;
  const slots = workers * threads;
  const mean = random.pick([0.03, 0.1, 0.2, 0.4, 0.55, 0.55, 0.8, 1, 1.5]);
  const service: ServiceLaw = random.pick<ServiceLaw>([
    { law: 'fixed', mean },
    { law: 'exponential', mean },
    { law: 'uniform', mean },
    { law: 'uniform', mean },
    { law: 'lognormal', mean, variation: 0.5 },
    { law: 'lognormal', mean, variation: 1.5 },
    { law: 'two-routes', mean: mean / 20, slow: mean * 3, share: 0.2 },
  ]);
  const actual =
    service.law === 'two-routes'
      ? service.share * service.slow * 1.01 + (1 - service.share) * service.mean * 1.05
      : mean;
  const peak = slots / actual;
  const seconds = Math.min(random.pick([30, 40, 60, 90, 120]), 1500 / peak);
  const load = random.pick<Load>([
    { kind: 'poisson', phases: [{ rate: peak * random.between(0.3, 0.8), seconds }] },
    { kind: 'poisson', phases: [{ rate: peak * random.between(0.8, 1), seconds }] },
    { kind: 'poisson', phases: [{ rate: peak * random.between(0.8, 1), seconds }] },
    { kind: 'poisson', phases: [{ rate: peak * random.between(1, 1.2), seconds }] },
    {
      kind: 'poisson',
      phases: [
        { rate: peak * random.between(0.2, 0.7), seconds: seconds / 3 },
        { rate: peak * random.between(0.6, 1.1), seconds: seconds / 3 },
        { rate: peak * random.between(0.3, 1.6), seconds: seconds / 3 },
      ],
    },
    {
      kind: 'two-speed',
      rates: [peak * random.between(0.2, 0.6), peak * random.between(0.8, 1.4)],
      hold: random.between(4, 15),
      seconds,
    },
    { kind: 'batches', size: random.integer(2, 3 * slots), rate: 0, seconds },
    { kind: 'closed', users: random.integer(slots, 4 * slots + 2), think: actual * random.between(0.2, 5), seconds },
    { kind: 'burst', size: random.integer(2, 12) * slots },
  ]);
  const settled: Load =
    load.kind === 'batches' ? { ...load, rate: (peak * random.between(0.3, 0.85)) / load.size } : load;
  return {
    seed,
    workers,
    threads,
    queue: threaded && random.next() < 0.7 ? 'per-worker' : 'shared',
    service,
    load: settled,
    overhead: random.pick([0.0003, 0.0004, 0.0005, 0.0007, 0.0012]),
  };
}
