/**
 * Writes a large access log of a simulated server: a gunicorn pool of sync workers that are recycled, Poisson arrivals at two rates, one
 * FIFO backlog, routes with ids, and some errors. Seeded: the same size and seed always give the same bytes.
 *   node test/bench/generate.mjs --mb 1024 --seed 1 --out big.log
 */
import { closeSync, existsSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generator } from '../lab/random.mjs';

const WORKERS = 16;
/** Load in the two phases, as a share of what the pool can do. A phase lasts DWELL_SECONDS on average. */
const LOADS = [0.7, 1.05];
const DWELL_SECONDS = 120;
const MAX_REQUESTS = 2000;
const BOOT_SECONDS = 0.4;
const BEGIN_SECONDS = Date.UTC(2026, 2, 1) / 1000;
const CHUNK_CHARACTERS = 4 << 20;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Weight, method, path (`#` becomes an id), mean service time in seconds, share of errors, their status, bytes. */
const ROUTES = [
  [30, 'GET', '/api/users/#', 0.03, 0.01, 404, 840],
  [18, 'GET', '/api/orders?page=#', 0.09, 0.002, 500, 12400],
  [12, 'GET', '/api/orders/#/items', 0.06, 0.005, 404, 3100],
  [9, 'POST', '/api/orders', 0.14, 0.02, 422, 310],
  [8, 'GET', '/', 0.02, 0, 200, 5200],
  [7, 'GET', '/search?q=term+#', 0.22, 0.004, 503, 18800],
  [6, 'PUT', '/api/users/#/profile', 0.08, 0.01, 403, 120],
  [4, 'GET', '/health', 0.001, 0, 200, 2],
  [3, 'DELETE', '/api/sessions/#', 0.015, 0.03, 401, 0],
  [2, 'GET', '/reports/#/export.csv', 1.1, 0.02, 504, 482000],
  [1, 'POST', '/api/import', 1.8, 0.05, 500, 64],
];
const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.2 Mobile/15E148',
  'python-requests/2.32.3',
  'curl/8.11.0',
];
const REFERERS = ['-', '-', 'https://shop.example/', 'https://shop.example/orders'];

const stampOf = (second) => {
  const t = new Date(second * 1000);
  const two = (n) => String(n).padStart(2, '0');
  return `${two(t.getUTCDate())}/${MONTHS[t.getUTCMonth()]}/${t.getUTCFullYear()}:${two(t.getUTCHours())}:${two(t.getUTCMinutes())}:${two(t.getUTCSeconds())} +0000`;
};

/** Yields lines in the order in which requests end, which is the order in which workers write them. */
function* lines(random) {
  const wheel = ROUTES.flatMap((route) => Array(route[0]).fill(route));
  const meanService = wheel.reduce((sum, route) => sum + route[3], 0) / wheel.length;
  const free = new Float64Array(WORKERS);
  const pids = Int32Array.from({ length: WORKERS }, (_, i) => 8700 + i);
  const left = Int32Array.from({ length: WORKERS }, (_, i) => 1 + Math.round((MAX_REQUESTS * (i + 1)) / WORKERS));
  const written = Array(WORKERS).fill(null);
  let nextPid = 8700 + WORKERS;
  let arrival = 0;
  let phase = 0;
  let phaseEnd = DWELL_SECONDS;
  let stampSecond = -1;
  let stamp = '';
  for (;;) {
    arrival -= (Math.log(1 - random()) * meanService) / (WORKERS * LOADS[phase]);
    if (arrival > phaseEnd) {
      phase = 1 - phase;
      phaseEnd = arrival - DWELL_SECONDS * Math.log(1 - random());
    }
    let worker = 0;
    for (let i = 1; i < WORKERS; i++) if (free[i] < free[worker]) worker = i;
    // The worker that becomes free first is the one whose last request ended first, so its line is next.
    const last = written[worker];
    if (last !== null) {
      if (last.second !== stampSecond) {
        stampSecond = last.second;
        stamp = stampOf(stampSecond);
      }
      yield `${last.head}[${stamp}]${last.tail}`;
    }
    if (--left[worker] === 0) {
      left[worker] = MAX_REQUESTS;
      pids[worker] = nextPid++;
      free[worker] += BOOT_SECONDS;
    }
    const [, method, path, mean, errorShare, errorStatus, size] = wheel[Math.floor(random() * wheel.length)];
    // Lognormal with a coefficient of variation of 0.6.
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const service = mean * Math.exp(0.5545 * normal - 0.1537);
    const end = Math.max(arrival, free[worker]) + service;
    free[worker] = end;
    const failed = random() < errorShare;
    const client = Math.floor(random() * 65536);
    const target = path.replace('#', () => String(Math.floor(random() * 90000)));
    const referer = REFERERS[client % REFERERS.length];
    const agent = AGENTS[client % AGENTS.length];
    written[worker] = {
      second: Math.floor(BEGIN_SECONDS + end),
      head: `10.4.${client >> 8}.${client & 255} - - `,
      tail: ` "${method} ${target} HTTP/1.1" ${failed ? errorStatus : 200} ${failed ? 64 : size} "${referer}" "${agent}" pid=<${pids[worker]}> us=${Math.round(service * 1e6)}\n`,
    };
  }
}

/** Writes at least `megabytes` MB (10^6 bytes) of log to `path`. */
export function generate(path, megabytes, seed) {
  const fresh = `${path}.${process.pid}.tmp`;
  const file = openSync(fresh, 'w');
  let bytes = 0;
  let chunk = '';
  for (const line of lines(generator(seed))) {
    chunk += line;
    if (chunk.length < CHUNK_CHARACTERS && bytes + chunk.length < megabytes * 1e6) continue;
    bytes += writeSync(file, chunk);
    chunk = '';
    if (bytes >= megabytes * 1e6) break;
  }
  closeSync(file);
  renameSync(fresh, path);
}

/** Path of the log with this size and seed in the temporary folder. Writes it if it does not exist. */
export function cachedLog(megabytes, seed) {
  const path = join(tmpdir(), `logscope-bench-${megabytes}mb-seed${seed}.log`);
  if (!existsSync(path) || statSync(path).size < megabytes * 1e6) generate(path, megabytes, seed);
  return path;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      mb: { type: 'string', default: '256' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string' },
    },
  });
  const path = values.out ?? cachedLog(Number(values.mb), Number(values.seed));
  if (values.out) generate(values.out, Number(values.mb), Number(values.seed));
  console.log(path);
}
