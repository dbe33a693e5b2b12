/** Requests that the simulation of `whatif` replays per second of processor time. Bundled and run by simulate.mjs. */
import { createRandom, exponential } from '../../src/core/random.ts';
import { waitsOfSharedQueue, waitsOfWorkerQueues } from '../../src/simulate/fifo-pool.ts';
import { measure } from '../../src/simulate/measures.ts';
import { type Demand, simulateStations } from '../../src/simulate/station-pool.ts';

const REQUESTS = 1_000_000;
const SLOTS = 8;
const MEAN_MICROS = 200_000;
const LOAD = 0.9;
const SHARED_WORK = 0.2;

const random = createRandom(1);
const service = Float64Array.from({ length: REQUESTS }, () => MEAN_MICROS * exponential(random));
const arrivals = new Float64Array(REQUESTS);
for (let i = 1; i < REQUESTS; i++) arrivals[i] = arrivals[i - 1] + (MEAN_MICROS / SLOTS / LOAD) * exponential(random);
const worker = Uint16Array.from({ length: REQUESTS }, () => Math.floor(random() * 2));
const work = service.map((micros) => micros * SHARED_WORK);
const delay = service.map((micros) => micros * (1 - SHARED_WORK));
const open: Demand = { kind: 'open', arrivals };
const closed: Demand = {
  kind: 'closed',
  first: Float64Array.from({ length: 40 }, () => 1e6 * random()),
  think: Float64Array.from({ length: REQUESTS }, () => 1e6 * exponential(random)),
};

const wait = new Float64Array(REQUESTS);
const shape = { workers: 4, threads: 2, queue: 'per-worker', station: 'worker' } as const;
const accepted = worker.map((_, i) => i % 4);
/** Event loops with some hundred requests in flight, which compute for about half of the time. */
const loops = { workers: 4, threads: Number.POSITIVE_INFINITY, queue: 'per-worker', station: 'worker' } as const;
const often: Demand = { kind: 'open', arrivals: arrivals.map((at) => at / 16) };
const computing = work.map((micros) => micros / 32);
const cases: [name: string, run: () => void][] = [
  ['8 sync workers, one queue', () => waitsOfSharedQueue(arrivals, service, SLOTS, wait)],
  ['2 workers of 4 threads, a queue each', () => waitsOfWorkerQueues(arrivals, service, worker, 2, 4, wait)],
  [
    'the same with its waits, quantiles and peak queue',
    () => {
      waitsOfSharedQueue(arrivals, service, SLOTS, wait);
      measure(
        arrivals,
        wait,
        service.map((micros, i) => micros + wait[i]),
        SLOTS,
      ).latency.p95;
    },
  ],
  ['4 workers of 2 threads that share a core each', () => simulateStations(shape, open, work, delay, accepted)],
  ['the same under 40 closed clients', () => simulateStations(shape, closed, work, delay, accepted)],
  [
    '4 async workers, some 100 in flight, computing too',
    () => simulateStations(loops, often, computing, delay, accepted),
  ],
];

console.log('simulation                                            requests/cpu s');
for (const [name, run] of cases) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1e6);
  }
  console.log(`${name.padEnd(52)}${Math.round(REQUESTS / best / 1e4) / 100} million`);
}
