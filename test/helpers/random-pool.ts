/** Pools of the kinds met in practice, drawn by a seed. */
import type { Load, ServiceLaw } from './load.ts';
import { createRandom } from './random.ts';
import type { PoolSpec } from './simulate-pool.ts';

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
