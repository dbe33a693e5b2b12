/** Fixed scenarios of the lab: known effects, each under a name that says what it shows. */
import { WITH_REQUEST_START } from './servers.mjs';

const scenario = (name, note, server, workers, threads, load, more = {}) => ({
  name,
  note,
  server,
  workers,
  threads,
  load,
  seed: 1,
  clients: 1,
  options: {},
  ...more,
});
const sync = (name, note, workers, load, options = {}) =>
  scenario(name, note, 'gunicorn-sync', workers, 1, load, { options });
const article = { article: true };

/** 100 at once and 16 at once: what a pool of four makes of them, and what ASGI does. */
const bursts = [
  sync('burst-16-sync-4-io', '16 at once on a 1 s view', 4, [['burst', 16, '/io']], article),
  sync('burst-16-sync-4-async-io', '16 at once on an async view under WSGI', 4, [['burst', 16, '/async-io']], article),
  sync(
    'burst-16-sync-4-sequential',
    '16 at once, two 0.5 s sub-tasks one after the other',
    4,
    [['burst', 16, '/io-multi']],
    article,
  ),
  sync(
    'burst-16-sync-4-gathered',
    '16 at once, two 0.5 s sub-tasks gathered',
    4,
    [['burst', 16, '/async-io-multi']],
    article,
  ),
  sync('burst-100-sync-4-io', '100 at once on four sync workers', 4, [['burst', 100, '/io']], article),
  scenario('burst-100-uvicorn-4', '100 at once on four uvicorn processes', 'uvicorn', 4, 1, [
    ['burst', 100, '/async-io'],
  ]),
  scenario(
    'burst-100-uvicorn-worker-4',
    '100 at once on four uvicorn workers of gunicorn',
    'gunicorn-uvicorn-worker',
    4,
    1,
    [['burst', 100, '/async-io']],
  ),
  scenario('burst-100-gunicorn-asgi-4', '100 at once on four ASGI workers of gunicorn', 'gunicorn-asgi', 4, 1, [
    ['burst', 100, '/async-io'],
  ]),
];

/** More and more users without a pause on waitress, requests of 100-1000 ms: the ceiling is threads / 0.55 s. */
const waitress = [4, 16].flatMap((threads) =>
  [2, 5, 10, 20, 40].map((users) =>
    scenario(
      `waitress-${threads}-users-${users}`,
      `${users} users, 100-1000 ms, ${threads} threads`,
      'waitress',
      1,
      threads,
      [['closed', users, 0, 20, '/net']],
    ),
  ),
);

/** 100 and 250 in flight on one and four hypercorn processes, requests of 100-1000 ms. */
const hypercorn = [
  [1, 100],
  [1, 250],
  [4, 100],
  [4, 250],
].map(([workers, users]) =>
  scenario(
    `hypercorn-${workers}-users-${users}`,
    `${users} in flight, 100-1000 ms, ${workers} processes`,
    'hypercorn',
    workers,
    1,
    [['closed', users, 0, 20, '/net']],
  ),
);

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
const POOLS = [
  ['gunicorn-sync', 3, 1],
  ['gunicorn-sync', 4, 1],
  ['gunicorn-sync', 6, 1],
  ['gunicorn-gthread', 2, 4],
  ['gunicorn-gthread', 1, 3],
  ['waitress', 1, 4],
  ['uvicorn', 2, 1],
];
const api = [
  ['/api/users/{id}', 5, { dist: 'lognormal', mean: 0.12, cv: 0.5 }],
  ['/api/orders', 3, { dist: 'lognormal', mean: 0.3, cv: 1 }],
  ['/api/export', 1, { dist: 'uniform', low: 0.8, high: 2 }],
];
const whatif = [
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
];

/** Faults and effects that findings speak of. */
const effects = [
  sync(
    'effect-timeout-kills',
    'stuck requests killed after 3 s',
    3,
    [
      [
        'poisson',
        2.5,
        40,
        [
          ['/net', 14],
          ['/stuck', 1],
        ],
      ],
    ],
    { timeout: 3 },
  ),
  sync('effect-recycling', 'workers recycled by max_requests', 3, [['closed', 6, 0.1, 40, '/fast']], {
    maxRequests: 80,
    jitter: 10,
  }),
  sync('effect-recycle-together', 'all workers recycled at the same moment', 4, [['closed', 8, 0.05, 40, '/fast']], {
    maxRequests: 150,
  }),
  sync('effect-overprovisioned', 'eight workers, load for less than one', 8, [['poisson', 0.8, 60, '/net']]),
  sync('effect-head-of-line', 'one slow route starves a fast one', 3, [
    [
      'poisson',
      10,
      50,
      [
        ['/fast', 5],
        ['/slow', 1],
      ],
    ],
  ]),
  sync('effect-cron', 'twenty at once every ten seconds', 4, [['cron', 10, 20, 60, '/net']]),
  sync('effect-errors', 'a route that fails one time in five', 2, [
    [
      'poisson',
      5,
      40,
      [
        ['/ok', 3, { mean: 0.1 }],
        ['/broken', 2, { mean: 0.05, errors: 0.2 }],
      ],
    ],
  ]),
  scenario(
    'effect-clients-give-up',
    'callers leave after 1.5 s',
    'gunicorn-sync',
    2,
    1,
    [['poisson', 4.5, 40, '/net']],
    { patience: 1.5 },
  ),
  scenario('effect-gil-threads', 'four threads share one core', 'gunicorn-gthread', 1, 4, [
    ['closed', 8, 0.05, 20, '/cpu'],
  ]),
  scenario('effect-blocked-loop', 'a blocking call holds the event loop', 'uvicorn', 2, 1, [
    [
      'poisson',
      6,
      40,
      [
        ['/fast', 8],
        ['/block', 1],
      ],
    ],
  ]),
];

/** Logs that carry the wait themselves: a proxy measured it, or its stamp of the arrival was logged. */
const mix = [
  ['/api/users/{id}', 3, { dist: 'lognormal', mean: 0.15, cv: 0.6 }],
  ['/net', 1],
];
const fronted = [
  sync('nginx-in-front-of-sync-3', 'nginx in front of three sync workers', 3, [['poisson', 7.5, 50, mix]], {
    front: 'nginx',
  }),
  sync('haproxy-in-front-of-sync-3', 'HAProxy queues for three sync workers', 3, [['poisson', 8, 50, mix]], {
    front: 'haproxy',
  }),
  sync('request-start-sync-3', 'X-Request-Start in the log of gunicorn', 3, [['poisson', 8, 50, mix]], {
    format: WITH_REQUEST_START,
  }),
];

/** Groups by the name that the command line takes. */
export const scenarios = { bursts, waitress, hypercorn, whatif, effects, fronted };
