/** What gunicorn's sync workers would write in production: days of varying load, with recycled workers, deploys and health checks. */
import { createRandom } from './random.ts';

export interface Production {
  readonly seed: number;
  readonly days: number;
  /** Requests per second at the busiest time of a day. */
  readonly peakRate: number;
  readonly workers: number;
  /** Number of workers from the second deploy on; missing: unchanged. */
  readonly workersLater?: number;
  /** Requests until a worker is recycled, plus up to a fifth at random; missing: workers are only replaced by deploys. */
  readonly maxRequests?: number;
  /** Seconds since the beginning: in this time, requests of a route (default: of /api) take eight times as long; missing: never. */
  readonly slow?: { readonly from: number; readonly to: number; readonly route?: string };
}

/** Times in seconds since the beginning. */
export interface Answered {
  readonly came: number;
  readonly start: number;
  readonly end: number;
  readonly pid: number;
  readonly line: string;
}

export interface ProductionLog {
  /** As gunicorn writes it, with pid and duration. */
  readonly text: string;
  /** In the order of their ends, to be written as another server would. */
  readonly answered: readonly Answered[];
  readonly requests: number;
  readonly pids: number;
  /** s */
  readonly meanWait: number;
  /** µs since 1970 UTC of each deploy. */
  readonly deploys: readonly number[];
}

export const BEGIN_SECONDS = Date.UTC(2026, 2, 2) / 1000;
const DAY = 86_400;
/** Share of the requests, and mean service time in seconds. */
const ROUTES = [
  { line: 'GET /', share: 0.3, mean: 0.03 },
  { line: 'GET /api/items', share: 0.4, mean: 0.08 },
  { line: 'POST /api/orders', share: 0.2, mean: 0.2 },
  { line: 'GET /search', share: 0.1, mean: 0.4 },
];

interface Arrival {
  readonly at: number;
  readonly line: string;
  readonly takes: number;
}

function arrivalsOf({ days, peakRate, slow }: Production, random: ReturnType<typeof createRandom>): Arrival[] {
  const arrivals: Arrival[] = [];
  for (let at = 0; at < days * DAY; ) {
    const hour = (at % DAY) / 3600;
    const rate = peakRate * (0.1 + 0.9 * Math.max(0, Math.sin(((hour - 5) / 16) * Math.PI)));
    at += random.exponential(1 / rate);
    let place = random.next();
    const route = ROUTES.find(({ share }) => (place -= share) < 0) ?? ROUTES[0];
    const isSlow = slow !== undefined && at >= slow.from && at < slow.to && route.line.includes(slow.route ?? '/api');
    const takes = 0.001 + route.mean * (isSlow ? 8 : 1) * Math.exp(0.5 * random.normal() - 0.125);
    arrivals.push({ at, line: route.line, takes });
  }
  for (let at = 3; at < days * DAY; at += 60) arrivals.push({ at, line: 'GET /healthz', takes: 0.002 });
  return arrivals.sort((a, b) => a.at - b.at);
}

export function productionLog(spec: Production): ProductionLog {
  const random = createRandom(spec.seed);
  const { maxRequests = Number.POSITIVE_INFINITY } = spec;
  const deploys = Array.from({ length: spec.days }, (_, day) => day * DAY + 12 * 3600 + 300 * day);
  const lifetime = () => maxRequests * (1 + 0.2 * random.next());
  let pids = 0;
  const newWorker = (free: number) => ({ free, pid: 812 + pids++, left: lifetime() });
  const pool = Array.from({ length: spec.workers }, () => newWorker(0));
  const answered: Answered[] = [];
  let waited = 0;
  let deployed = 0;
  for (const { at, line, takes } of arrivalsOf(spec, random)) {
    let k = pool.reduce((first, { free }, i) => (free < pool[first].free ? i : first), 0);
    const idle = [...pool.keys()].filter((i) => pool[i].free <= at);
    if (idle.length > 0) k = random.pick(idle);
    if (deployed < deploys.length && Math.max(at, pool[k].free) > deploys[deployed]) {
      if (deployed === 1) while (pool.length < (spec.workersLater ?? 0)) pool.push(newWorker(0));
      for (const [i, { free }] of pool.entries()) pool[i] = newWorker(Math.max(free, deploys[deployed]) + 1.5);
      deployed++;
    }
    const worker = pool[k];
    const start = Math.max(at, worker.free) + 0.0008;
    waited += start - at;
    worker.free = start + takes;
    answered.push({ came: at, start, end: worker.free, pid: worker.pid, line });
    if (--worker.left <= 0) pool[k] = newWorker(worker.free + 1.2);
  }
  answered.sort((a, b) => a.end - b.end);
  const lines = answered.map(
    ({ start, end, pid, line }) => `${combined(end, line)} pid=<${pid}> us=${Math.round((end - start) * 1e6)}\n`,
  );
  return {
    text: lines.join(''),
    answered,
    requests: answered.length,
    pids: new Set(answered.map(({ pid }) => pid)).size,
    meanWait: waited / answered.length,
    deploys: deploys.map((at) => (BEGIN_SECONDS + at) * 1e6),
  };
}

/** @param at seconds since the beginning */
export const combined = (at: number, line: string): string =>
  `10.0.0.1 - - [${stampOf(at)}] "${line} HTTP/1.1" 200 512 "-" "curl/8"`;

/** "02/Mar/2026:00:00:00 +0000" */
function stampOf(seconds: number): string {
  const [, day, month, year, time] = new Date(1000 * Math.floor(BEGIN_SECONDS + seconds)).toUTCString().split(/[ ,]+/);
  return `${day}/${month}/${year}:${time} +0000`;
}
