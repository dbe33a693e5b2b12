/** Faults that findings speak of, recorded with the real fault, and beside them what only looks like it. */
import { api, broken, failing, heavy, heavyTail, large, pinned, slower, storm, timingOut } from './fault-loads.mjs';
import { scenario, sync } from './scenario.mjs';
import { WITH_REQUEST_START } from './servers.mjs';

/** Each with the real fault; the counter-example stands beside it under the same name with `-not`. */
/** Callers of many addresses, and the search that one of them asks for. */
const shop = [
  ['/cart/{id}', 4, { dist: 'lognormal', mean: 0.09, cv: 0.6 }],
  ['/item/{id}', 6, { dist: 'lognormal', mean: 0.06, cv: 0.6 }],
  ['/checkout', 1, { dist: 'lognormal', mean: 0.3, cv: 0.6 }],
];
const searched = [['/search', 1, { dist: 'lognormal', mean: 0.22, cv: 0.4, client: '127.0.0.99' }]];

export const faults = [
  sync(
    'fault-timeout-kills',
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
  sync('fault-recycling', 'workers recycled by max_requests', 3, [['closed', 6, 0.1, 40, '/fast']], {
    maxRequests: 80,
    jitter: 10,
  }),
  sync('fault-recycle-together', 'all workers recycled at the same moment', 4, [['closed', 8, 0.05, 40, '/fast']], {
    maxRequests: 150,
  }),
  sync('fault-overprovisioned', 'eight workers, load for less than one', 8, [['poisson', 0.8, 60, '/net']]),
  sync('fault-head-of-line', 'one slow route starves a fast one', 3, [
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
  sync('fault-cron', 'twenty at once every ten seconds', 4, [['cron', 10, 20, 60, '/net']]),
  sync('fault-errors', 'a route that fails one time in five', 2, [
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
    'fault-clients-give-up',
    'callers leave after 1.5 s',
    'gunicorn-sync',
    2,
    1,
    [['poisson', 4.5, 40, '/net']],
    { patience: 1.5 },
  ),
  scenario('fault-gil-threads', 'four threads share one core', 'gunicorn-gthread', 1, 4, [
    ['closed', 8, 0.05, 20, '/cpu'],
  ]),
  scenario('fault-blocked-loop', 'a blocking call holds the event loop', 'uvicorn', 2, 1, [
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
  sync('fault-cold-start', 'the first request of every worker connects for 0.6 s', 3, [['poisson', 8, 45, api]], {
    maxRequests: 40,
    jitter: 15,
    cold: 0.6,
  }),
  sync('fault-cold-start-not', 'workers come and go, and are warm when they start', 3, [['poisson', 8, 45, api]], {
    maxRequests: 40,
    jitter: 15,
  }),
  sync('fault-retry-storm', 'failed requests come back after 0.3 s, three times', 4, failing, {}, storm),
  sync('fault-retry-storm-not', 'the same failures, and callers who leave it at that', 4, failing, {}, { clients: 40 }),
  scenario(
    'fault-noisy-client',
    'one address asks for more than all others together, for 25 s',
    'gunicorn-gthread',
    2,
    4,
    [
      ['poisson', 9, 25, shop],
      ['together', ['poisson', 9, 25, shop], ['poisson', 40, 25, searched]],
      ['poisson', 9, 20, shop],
    ],
    {},
    { clients: 40 },
  ),
  scenario('fault-unbalanced', 'seven clients pinned to processes by keep-alive', 'gunicorn-gthread', 3, 2, pinned),
  scenario('fault-unbalanced-not', 'the same load, a connection for each request', 'gunicorn-gthread', 3, 2, [
    ['closed', 7, 0.1, 40, api],
  ]),
  sync('fault-upstream-time-out', 'one call in twelve ends at the time-out of its client, 3 s', 6, [
    ['poisson', 6, 60, timingOut],
  ]),
  sync('fault-upstream-time-out-not', 'a heavy tail that ends nowhere in particular', 6, [
    ['poisson', 6, 60, heavyTail],
  ]),
  sync(
    'fault-slow-clients',
    'clients who read up to 14 MB at 1 to 5 MB/s',
    4,
    [['slow-readers', 8, 0.2, 120, large]],
    {},
    {
      clients: 8,
    },
  ),
  sync(
    'fault-slow-clients-not',
    'the same answers to quick readers',
    4,
    [['closed', 8, 0.2, 30, large]],
    {},
    {
      clients: 8,
    },
  ),
  sync('fault-error-burst', 'all requests fail for eight seconds', 4, [
    ['poisson', 8, 30, api],
    ['poisson', 8, 8, broken],
    ['poisson', 8, 30, api],
  ]),
  sync('fault-latency-step', 'from one moment on a route takes three times as long', 5, [
    ['poisson', 7, 40, api],
    ['poisson', 7, 40, slower],
  ]),
  sync('fault-latency-step-not', 'the load doubles, the service times stay', 5, [
    ['poisson', 4, 40, api],
    ['poisson', 9, 40, api],
  ]),
  sync(
    'fault-clients-give-up-nginx',
    'callers leave after 1.5 s, nginx notes it',
    2,
    [['poisson', 4.5, 40, '/net']],
    {
      front: 'nginx',
    },
    { patience: 1.5 },
  ),
  sync(
    'fault-clients-give-up-haproxy',
    'callers leave after 1.5 s, HAProxy notes it',
    2,
    [['poisson', 4.5, 40, '/net']],
    {
      front: 'haproxy',
    },
    { patience: 1.5 },
  ),
  sync(
    'fault-clients-give-up-debug',
    'callers leave after 1.5 s, and gunicorn logs its debugging',
    2,
    [['poisson', 4.5, 40, heavy]],
    { logLevel: 'debug' },
    { patience: 1.5 },
  ),
  scenario('fault-clients-give-up-uwsgi', 'callers leave after 1.5 s', 'uwsgi', 2, 1, [['poisson', 4.5, 40, heavy]], {
    patience: 1.5,
  }),
  scenario(
    'fault-clients-give-up-waitress',
    'callers leave after 1.5 s',
    'waitress',
    1,
    2,
    [['poisson', 4.5, 40, heavy]],
    {
      patience: 1.5,
    },
  ),
  scenario('fault-gil-threads-not', 'four threads that wait', 'gunicorn-gthread', 1, 4, [
    ['closed', 8, 0.05, 20, [['/net', 1, { dist: 'uniform', low: 0.05, high: 0.15 }]]],
  ]),
  scenario('fault-blocked-loop-not', 'the same routes, all awaiting', 'uvicorn', 2, 1, [
    [
      'poisson',
      6,
      40,
      [
        ['/fast', 8],
        ['/block', 1, { mode: 'sleep', mean: 0.8 }],
      ],
    ],
  ]),
  sync('fault-health-checks', 'a health check every two seconds beside a slow page', 3, [
    ['together', ['cron', 2, 1, 120, [['/health', 1, { mean: 0.002 }]]], ['poisson', 0.9, 120, api]],
  ]),
  scenario(
    'fault-gil-open',
    'threads that compute, callers who come in small groups',
    'gunicorn-gthread',
    1,
    8,
    [['batches', 3, 3, 70, [['/render', 1, { mode: 'cpu', dist: 'lognormal', mean: 0.04, cv: 0.4 }]]]],
    { options: { logConfig: true } },
  ),
  scenario(
    'fault-gil-processes',
    'two processes whose threads compute, callers who come in small groups',
    'gunicorn-gthread',
    2,
    4,
    [['batches', 5, 3, 70, [['/render', 1, { mode: 'cpu', dist: 'lognormal', mean: 0.03, cv: 0.4 }]]]],
    { options: { logConfig: true } },
  ),
  scenario('fault-gil-whole-seconds', 'threads that compute, stamps of a second', 'gunicorn-gthread', 1, 8, [
    ['mmpp', 4, 22, 6, 120, [['/render', 1, { mode: 'cpu', dist: 'lognormal', mean: 0.035, cv: 0.4 }]]],
  ]),
  scenario('fault-gil-whole-seconds-not', 'threads that wait, stamps of a second', 'gunicorn-gthread', 1, 8, [
    ['mmpp', 4, 22, 6, 120, [['/fetch', 1, { dist: 'lognormal', mean: 0.1, cv: 0.4 }]]],
  ]),
  scenario(
    'fault-database',
    'three processes of four threads on a database that slows down as they ask together',
    'gunicorn-gthread',
    3,
    4,
    [['batches', 2.4, 3, 80, [['/list', 1, { mode: 'database', dist: 'lognormal', mean: 0.08, cv: 0.4 }]]]],
    { options: { logConfig: true } },
  ),
  sync('fault-database-sync', 'six sync workers on a database that slows down as they ask together', 6, [
    ['mmpp', 2, 9, 8, 120, [['/list', 1, { mode: 'database', dist: 'lognormal', mean: 0.08, cv: 0.4 }]]],
  ]),
  sync(
    'fault-workers-killed',
    'all workers killed three times behind nginx',
    4,
    [['poisson', 9, 70, api]],
    {
      front: 'nginx',
      disturbances: [
        [30, 'kill'],
        [31, 'kill'],
        [32, 'kill'],
      ],
    },
    {},
  ),
  sync(
    'fault-reload',
    'a reload under load, and workers that connect at their first request',
    4,
    [['poisson', 9, 60, api]],
    {
      cold: 0.8,
      disturbances: [[30, 'reload']],
    },
  ),
  sync(
    'fault-idle-connections',
    'callers who connect and send nothing for two seconds hold sync workers',
    3,
    [['together', ['poisson', 5, 60, api], ['holders', 3, 2, 60, api]]],
    { format: WITH_REQUEST_START },
  ),
  scenario(
    'fault-gil-open-not',
    'threads that wait, callers who come in small groups',
    'gunicorn-gthread',
    1,
    8,
    [['batches', 3, 3, 70, [['/fetch', 1, { dist: 'lognormal', mean: 0.1, cv: 0.4 }]]]],
    { options: { logConfig: true } },
  ),
  sync('fault-gathered', 'two sub-tasks one after the other, and gathered in a route beside it', 4, [
    [
      'poisson',
      2.5,
      50,
      [
        ['/io-multi', 1],
        ['/async-io-multi', 1],
      ],
    ],
  ]),
  sync(
    'fault-clock-skew',
    'the proxy that stamps arrivals is 0.4 s ahead',
    3,
    [['poisson', 7, 45, api]],
    {
      format: WITH_REQUEST_START,
    },
    { skew: 0.4 },
  ),
];
