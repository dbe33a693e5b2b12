/** Fixed scenarios of the lab: known effects, each under a name that says what it shows. */
import { faults } from './faults.mjs';
import { scenario, sync } from './scenario.mjs';
import { WITH_REQUEST_START } from './servers.mjs';
import { whatif } from './what-if-groups.mjs';

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
  scenario('hypercorn-open', '45 requests/s that come when they come, 100-1000 ms', 'hypercorn', 1, 1, [
    ['poisson', 45, 40, '/net'],
  ]),
  ...[
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
  ),
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
export const scenarios = { bursts, waitress, hypercorn, whatif, faults, fronted };
