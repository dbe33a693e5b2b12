/** Groups of pools under one arrival schedule: what one of them did is what `whatif` must say from the log of another. */
import { scenario } from './scenario.mjs';

const oneSchedule = (group, load, pools, seed = 77) =>
  pools.map(([server, workers, threads]) =>
    scenario(
      `whatif-${group}-${server}-${workers}x${threads}`,
      `whatif group ${group}: one arrival schedule`,
      server,
      workers,
      threads,
      load,
      { seed },
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

/** Groups that judge: recorded once the defaults were chosen, under seeds of their own. */
const steady = [
  ['/api/users/{id}', 4, { dist: 'lognormal', mean: 0.15, cv: 0.6 }],
  ['/api/cart', 2, { dist: 'uniform', low: 0.2, high: 0.7 }],
];
const even = [['/quote/{id}', 1, { dist: 'lognormal', mean: 0.35, cv: 0.5 }]];
const slow = [['/render', 1, { dist: 'uniform', low: 0.4, high: 1.4 }]];
const page = [
  ['/page/{id}', 3, { dist: 'lognormal', mean: 0.2, cv: 1 }],
  ['/image/{id}', 3, { dist: 'exponential', mean: 0.12 }],
];
const computing = [
  ['/fetch/{id}', 2, { dist: 'lognormal', mean: 0.4, cv: 0.5 }],
  ['/compute', 2, { mode: 'cpu', dist: 'uniform', low: 0.03, high: 0.09 }],
];
const JUDGES = [
  ['gunicorn-sync', 2, 1],
  ['gunicorn-sync', 4, 1],
  ['gunicorn-gthread', 1, 4],
  ['gunicorn-gthread', 2, 3],
  ['gunicorn-asgi', 1, 1],
];
const held = [
  ...oneSchedule(
    'i',
    [5, 9, 4].map((rate) => ['poisson', rate, 25, steady]),
    JUDGES,
    4201,
  ),
  ...oneSchedule('j', [['closed', 14, 0.8, 70, even]], [...JUDGES, ['gunicorn-sync', 6, 1]], 4202),
  ...oneSchedule('k', [['batches', 1.3, 4, 75, page]], JUDGES, 4203),
  ...oneSchedule('l', [['poisson', 7, 70, computing]], JUDGES, 4204),
  ...oneSchedule('m', [['closed', 6, 0.5, 75, slow]], JUDGES, 4205),
  ...oneSchedule(
    'n',
    [['together', ['poisson', 4, 75, page], ['cron', 15, 10, 75, page]]],
    [...JUDGES, ['hypercorn', 1, 1]],
    4206,
  ),
  ...oneSchedule('o', [['closed', 9, 0.7, 90, slow]], JUDGES, 4207),
  ...oneSchedule('p', [['batches', 1.6, 5, 75, steady]], JUDGES, 4208),
  ...oneSchedule('r', [['batches', 0.9, 6, 70, skewed]], JUDGES.slice(0, 3).concat(JUDGES.slice(4)), 4210),
  ...oneSchedule('q', [['mmpp', 2, 9, 6, 80, page]], JUDGES, 4209),
];

/** Recorded after all others: pools of threads of other sizes, an event loop, and more clients who think for longer. */
const shop = [
  ['/product/{id}', 6, { dist: 'lognormal', mean: 0.18, cv: 0.7 }],
  ['/checkout', 2, { dist: 'uniform', low: 0.3, high: 0.9 }],
  ['/invoice/{id}', 1, { dist: 'exponential', mean: 0.6 }],
];
const THREADED = [
  ['gunicorn-gthread', 1, 3],
  ['gunicorn-gthread', 1, 6],
  ['gunicorn-gthread', 3, 2],
  ['gunicorn-sync', 4, 1],
  ['gunicorn-asgi', 1, 1],
];
const latest = [
  ...oneSchedule('s', [['poisson', 9, 80, shop]], THREADED, 4301),
  ...oneSchedule('t', [['closed', 16, 1.6, 80, shop]], THREADED, 4302),
];

/** Pools that share one queue among processes with threads (uWSGI) beside those that do not, under callers of three kinds. */
const SHARED_QUEUES = [
  ['gunicorn-sync', 3, 1],
  ['gunicorn-sync', 6, 1],
  ['gunicorn-gthread', 1, 16],
  ['gunicorn-gthread', 2, 4],
  ['uwsgi', 4, 1],
  ['uwsgi', 2, 3],
  ['waitress', 1, 4],
  ['gunicorn-asgi', 1, 1],
];
const partlyComputing = [
  ['/items/{id}', 5, { dist: 'lognormal', mean: 0.2, cv: 0.7 }],
  ['/search', 2, { dist: 'uniform', low: 0.3, high: 0.8 }],
  ['/price', 2, { mode: 'cpu', dist: 'uniform', low: 0.01, high: 0.04 }],
];
const shared = [
  ...oneSchedule(
    'u',
    [7, 13, 6].map((rate) => ['poisson', rate, 27, partlyComputing]),
    SHARED_QUEUES,
    4401,
  ),
  ...oneSchedule('v', [['mmpp', 4, 20, 7, 84, page]], SHARED_QUEUES, 4402),
  ...oneSchedule('w', [['closed', 20, 1.2, 84, shop]], SHARED_QUEUES, 4403),
];

/** Recorded when the simulation was done, to judge it. */
const orders = [
  ['/order/{id}', 5, { dist: 'lognormal', mean: 0.14, cv: 0.8 }],
  ['/quote', 3, { dist: 'exponential', mean: 0.25 }],
  ['/pdf', 1, { dist: 'uniform', low: 0.6, high: 1.6 }],
];
const feed = [
  ['/feed/{id}', 4, { dist: 'lognormal', mean: 0.22, cv: 0.6 }],
  ['/avatar/{id}', 2, { dist: 'uniform', low: 0.04, high: 0.12 }],
];
const report = [['/report', 1, { dist: 'lognormal', mean: 0.7, cv: 0.4 }]];
const calculating = [
  ['/view/{id}', 4, { dist: 'lognormal', mean: 0.25, cv: 0.6 }],
  ['/calc', 2, { mode: 'cpu', dist: 'uniform', low: 0.02, high: 0.06 }],
];
const UNSEEN = [
  ['gunicorn-sync', 2, 1],
  ['gunicorn-sync', 3, 1],
  ['gunicorn-sync', 5, 1],
  ['gunicorn-gthread', 1, 4],
  ['gunicorn-gthread', 2, 3],
  ['uwsgi', 2, 2],
  ['gunicorn-asgi', 1, 1],
];
const unseen = [
  ['closed', 18, 1.4, 80, orders],
  ['closed', 10, 0.4, 80, feed],
  ['poisson', 9, 80, orders],
  ['mmpp', 4, 16, 7, 80, feed],
  ['batches', 1.5, 4, 80, feed],
  ['closed', 9, 1.2, 80, report],
  ['poisson', 6, 80, calculating],
  ['ramp', 2, 14, 80, orders],
].flatMap((load, i) => oneSchedule(`x${'abcdefgh'[i]}`, [load], UNSEEN, 7001 + i));

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
  ...held,
  ...latest,
  ...shared,
  ...unseen,
];
