/** Groups of pools under one arrival schedule: what one of them did is what `whatif` must say from the log of another. */
import { scenario } from './scenario.mjs';

const oneSchedule = (group, load, pools) =>
  pools.map(([server, workers, threads]) =>
    scenario(
      `whatif-${group}-${server}-${workers}x${threads}`,
      `whatif group ${group}: one arrival schedule`,
      server,
      workers,
      threads,
      load,
      {
        seed: 77,
      },
    ),
  );
/** Pools of the groups b, c and d. */
const POOLS = [
  ['gunicorn-sync', 3, 1],
  ['gunicorn-sync', 4, 1],
  ['gunicorn-sync', 6, 1],
  ['gunicorn-gthread', 2, 4],
  ['gunicorn-gthread', 1, 3],
  ['waitress', 1, 4],
  ['uvicorn', 2, 1],
  ['hypercorn', 2, 1],
];
const api = [
  ['/api/users/{id}', 5, { dist: 'lognormal', mean: 0.12, cv: 0.5 }],
  ['/api/orders', 3, { dist: 'lognormal', mean: 0.3, cv: 1 }],
  ['/api/export', 1, { dist: 'uniform', low: 0.8, high: 2 }],
];
/** Groups that nothing was fitted to: other mixes, other pools, other callers. */
const SMALL_POOLS = [
  ['gunicorn-sync', 2, 1],
  ['gunicorn-sync', 3, 1],
  ['gunicorn-sync', 5, 1],
  ['gunicorn-gthread', 2, 2],
  ['gunicorn-gthread', 1, 6],
  ['uvicorn', 1, 1],
  ['hypercorn', 1, 1],
];
const skewed = [
  ['/search', 4, { dist: 'exponential', mean: 0.25 }],
  ['/report/{id}', 1, { dist: 'lognormal', mean: 0.9, cv: 1.2 }],
];
const quick = [
  ['/item/{id}', 6, { dist: 'lognormal', mean: 0.06, cv: 0.8 }],
  ['/basket', 2, { dist: 'uniform', low: 0.05, high: 0.35 }],
];

export const whatif = [
  ...oneSchedule(
    'b',
    [
      ['poisson', 8, 40, api],
      ['poisson', 14, 40, api],
    ],
    POOLS,
  ),
  ...oneSchedule('c', [['batches', 1.2, 6, 80, '/net']], POOLS),
  ...oneSchedule('d', [['closed', 12, 0.6, 60, '/net']], POOLS),
  ...oneSchedule('e', [['poisson', 6, 80, skewed]], SMALL_POOLS),
  ...oneSchedule('f', [['mmpp', 10, 32, 8, 80, quick]], SMALL_POOLS),
  ...oneSchedule('g', [['ramp', 1, 8, 90, [['/io', 1, { dist: 'exponential', mean: 0.45 }]]]], SMALL_POOLS),
  ...oneSchedule('h', [['closed', 10, 1.5, 80, skewed]], SMALL_POOLS),
];
