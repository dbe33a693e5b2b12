/** Servers of the kinds met in practice, drawn by a seed. */
import type { Load, ServiceLaw } from './load.ts';
import { createRandom } from './random.ts';
import type { ServerSpec } from './simulate-server.ts';

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
