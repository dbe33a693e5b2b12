/** Draws configurations of servers, work and load at random from a seed: the same seed, the same configurations. */
import { availableParallelism } from 'node:os';
import { generator } from './random.mjs';

const SYNC_POOLS = ['gunicorn-sync', 'gunicorn-sync', 'gunicorn-gthread', 'gunicorn-gthread'];
const POOLS = [...SYNC_POOLS, 'waitress', 'uwsgi', 'granian-wsgi'];
const LOOPS = [
  'gunicorn-gevent',
  'gunicorn-asgi',
  'gunicorn-uvicorn-worker',
  'uvicorn',
  'hypercorn',
  'granian-asgi',
  'daphne',
];
const KIN_LOOPS = ['aiohttp', 'tornado', 'sanic'];
const KIN = ['cherrypy', ...KIN_LOOPS];
const GREENLETS = ['uwsgi-gevent', 'gevent-pywsgi'];
/** WSGI on servers that were made for something else. */
const MIXED = ['hypercorn-wsgi', 'flask', ...GREENLETS];
/** Sets of servers to draw from, by the name that the command line takes. */
export const families = {
  sync: SYNC_POOLS,
  pools: POOLS,
  loops: LOOPS,
  kin: KIN,
  mixed: MIXED,
  quick: SYNC_POOLS,
  all: [...POOLS, ...POOLS, ...LOOPS],
};
/** One process, whatever is asked for. */
const SINGLE = new Set(['waitress', 'daphne', 'flask', 'gevent-pywsgi', 'cherrypy', 'aiohttp', 'tornado']);
const THREADED = new Set(['gunicorn-gthread', 'waitress', 'uwsgi', 'granian-wsgi', 'cherrypy']);
/** Of asyncio's own executor, which hypercorn runs WSGI on. */
const EXECUTOR_THREADS = Math.min(32, availableParallelism() + 4);
const GUNICORNS = [null, null, '23.0.0', '20.1.0'];
const MAX_RATE = 50;
/** Of the family of quick requests: 1.5 to 15 ms, as most requests of real sites are. */
const QUICK_MAX_RATE = 300;

const work = (mean, dist, extra = {}) => ({ dist, mean, ...extra });
/** Mean seconds of one unit of work. */
const meanOf = (w) => (w.dist === 'uniform' ? (w.low + w.high) / 2 : w.mean) * (w.count ?? 1);

const MIXES = {
  net: (_, s) => [['/net', 1, { dist: 'uniform', low: 0.18 * s, high: 1.82 * s }]],
  constant: (_, s) => [['/io', 1, work(s, 'constant')]],
  exponential: (_, s) => [['/report/{id}', 1, work(s, 'exponential')]],
  api: (r, s) => [
    ['/api/users/{id}', 5, work(0.5 * s, 'lognormal', { cv: 0.4 })],
    ['/api/orders', 3, work(s, 'lognormal', { cv: 0.7 + r() })],
    ['/api/orders/{id}/items', 2, work(1.8 * s, 'lognormal', { cv: 1, errors: 0.03 })],
  ],
  fastAndSlow: (r, s) => [
    ['/health', 6 + Math.floor(r() * 6), work(0.004, 'constant')],
    ['/search', 2, work(s, 'lognormal', { cv: 0.6 })],
    ['/export', 1, work(4 * s, 'uniform', { low: 3 * s, high: 5 * s })],
  ],
  cpuAndWait: (_, s) => [
    ['/render/{id}', 1, { mode: 'cpu', ...work(Math.min(0.02, 0.2 * s), 'exponential') }],
    ['/fetch/{id}', 3, work(s, 'lognormal', { cv: 0.5 })],
  ],
};

/** Arrivals with a mean of `rate` requests/s over about `seconds`, as phases of the load generator. */
const ARRIVALS = {
  poisson: (_, rate, seconds, mix) => [['poisson', rate, seconds, mix]],
  steps: (_, rate, seconds, mix) => [0.6, 1, 1.4].map((f) => ['poisson', f * rate, seconds / 3, mix]),
  ramp: (_, rate, seconds, mix) => [['ramp', 0.4 * rate, 1.6 * rate, seconds, mix]],
  mmpp: (r, rate, seconds, mix) => [['mmpp', 0.4 * rate, 1.6 * rate, 2 + 8 * r(), seconds, mix]],
  batches: (r, rate, seconds, mix) => {
    const size = 2 + Math.floor(r() * 5);
    return [['batches', rate / size, size, seconds, mix]];
  },
  cron: (r, rate, seconds, mix) => {
    const every = 5 + Math.floor(r() * 6);
    return [['cron', every, Math.max(1, Math.round(rate * every)), seconds, mix]];
  },
};
const ARRIVAL_NAMES = [
  'poisson',
  'poisson',
  'poisson',
  'poisson',
  'closed',
  'closed',
  'mmpp',
  'batches',
  'batches',
  'steps',
  'ramp',
  'cron',
];

/** Makes all waiting work longer by a factor; work that holds a core stays what it is. */
const stretched = (mix, factor) =>
  mix.map(([path, weight, job]) => {
    if (job.mode === 'cpu') return [path, weight, job];
    const times = Object.entries(job).map(([key, v]) => [key, ['mean', 'low', 'high'].includes(key) ? v * factor : v]);
    return [path, weight, Object.fromEntries(times)];
  });

/** Mean seconds of a request of a mix. */
function meanSeconds(mix) {
  const weight = mix.reduce((sum, [, w]) => sum + w, 0);
  return mix.reduce((sum, [, w, job]) => sum + (w / weight) * meanOf(job), 0);
}

/** Users who together keep `load` slots busy if none of them waits: n (S / (S + Z)) = load. */
function closedPhases(r, load, serviceSeconds, seconds, mix) {
  const think = serviceSeconds * (0.2 + 4 * r());
  const users = Math.max(1, Math.round((load * (serviceSeconds + think)) / serviceSeconds));
  return [['closed', users, think, seconds, mix]];
}

const round = (value) =>
  JSON.parse(JSON.stringify(value), (_, v) => (typeof v === 'number' ? Number(v.toPrecision(4)) : v));

/** Configuration number `index` of a seed. */
export function draw(seed, index, family = 'all') {
  const r = generator(seed * 7919 + index);
  r();
  const pick = (list) => list[Math.floor(r() * list.length)];
  const server = pick(families[family]);
  const pool = ![...LOOPS, ...KIN_LOOPS, ...GREENLETS, 'flask'].includes(server);
  const workers = SINGLE.has(server) ? 1 : 1 + Math.floor(r() * (server === 'gunicorn-sync' ? 8 : 4));
  const threads =
    server === 'hypercorn-wsgi'
      ? EXECUTOR_THREADS
      : THREADED.has(server)
        ? pick(server === 'uwsgi' ? [1, 1, 2, 4] : [2, 3, 4, 8])
        : 1;
  const slots = pool ? workers * threads : 4 + Math.floor(r() * 40);
  const quick = family === 'quick';
  // Between 0.3 and 1.3 of the slots, more often near the top, where queues are. Quick requests: 0.1 to 0.9, as servers keep 1 ms to themselves.
  const load = (quick ? 0.1 + 0.8 * r() : 0.3 + Math.sqrt(r())) * slots;
  const mixName = pick(Object.keys(MIXES));
  // Service times from 40 ms to 1 s, longer where so many slots would ask for more requests/s than one machine plays.
  const wish = MIXES[mixName](r, quick ? 0.0015 * 10 ** r() : 0.04 * 25 ** r());
  const maxRate = quick ? QUICK_MAX_RATE : MAX_RATE;
  const mix = stretched(wish, Math.max(1, load / (maxRate * meanSeconds(wish))));
  const serviceSeconds = meanSeconds(mix);
  const rate = load / serviceSeconds;
  const seconds = 30 + Math.floor(r() * 60);
  const arrivals = pick(ARRIVAL_NAMES);
  const phases =
    arrivals === 'closed'
      ? closedPhases(r, rate * serviceSeconds, serviceSeconds, seconds, mix)
      : ARRIVALS[arrivals](r, rate, seconds, mix);
  const options = {};
  if (server.startsWith('gunicorn') && !/asgi|uvicorn/.test(server)) options.gunicorn = pick(GUNICORNS);
  if (server === 'gunicorn-sync' && r() < 0.1) Object.assign(options, { maxRequests: 60, jitter: 20 });
  if (/uvicorn$|hypercorn/.test(server) && r() < 0.5) options.format = 'default';
  const rho = ((rate * serviceSeconds) / slots).toFixed(2).slice(0, 4);
  const shape = THREADED.has(server) ? `${workers}x${threads}` : workers;
  return round({
    name: `${seed}-${String(index).padStart(3, '0')}-${server}-${shape}-${mixName}-${arrivals}-rho${rho.replace('.', '')}`,
    note: `${arrivals} arrivals, ${pool ? `load ${rho} of the slots` : `about ${slots} in flight`}, mix ${mixName}`,
    server,
    workers,
    threads,
    options,
    load: phases,
    seed: seed * 1000 + index,
    clients: pick([1, 5, 40]),
  });
}
