/**
 * Could the limit be a fixed number of clients instead of the server's slots? Users who each wait for their answer and pause before they
 * ask again never have more requests in flight than there are users, however many the server could run.
 *
 * A limit is doubted only if two questions are answered with yes. Do answers come as evenly as those of clients who take turns
 * (core/client-rhythm.ts)? And would such clients, on a server without a limit, have stayed within it too? For the second, the requests of
 * the log are replayed for N clients. Their mean pause Z follows from the log's throughput X and service time S: N = X (S + Z) (Little's
 * law; the interactive response time law).
 */
import { type ClientRhythm, clientRhythm } from '../../core/client-rhythm.ts';
import { integersAt } from '../../core/columns.ts';
import { placeOfLeast } from '../../core/order.ts';
import { meanOf } from '../../core/statistics.ts';
import { variesMoreThanClients } from './clients-in-turn.ts';
import { createDraws } from './draws.ts';
import type { Misfits } from './lanes.ts';
import { type Limit, limitOf } from './limit.ts';
import { orderOf } from './order.ts';
import type { Trace } from './trace.ts';
import { misfitsAsLogged } from './unlimited.ts';

/** How readily clients are taken for the limit. */
interface Readiness {
  /** Nats by which clients in turn must explain the answers better than random callers do. */
  readonly even: number;
  /** The first number of clients tried exceeds the limit by this many. With 0, all of them may have been in the server at once. */
  readonly beyond: number;
  /** Where stamps are too coarse to show how full the lanes are (`fill` 0), clients are considered only for more lanes than this. */
  readonly blurredAbove: number;
}

/** One process may be an event loop as well as a pool of threads, and load tests often use few clients. */
export const oneProcess: Readiness = { even: 3, beyond: 0, blurredAbove: 0 };
/** For lines without a worker a pool is the plainer reading, up to a usual size: its queue also makes answers come evenly. */
export const wholePool: Readiness = { even: 6, beyond: 1, blurredAbove: 12 };

/** Numbers of clients are tried up to about this multiple of the limit. */
const MOST_TIMES = 4;
/** Clients with a shorter mean pause, in service times, leave no gap in the lanes: nothing tells them from a queue. */
const LEAST_PAUSE = 0.2;
/** Readings up to this many nats worse than the best are not excluded. */
const NOT_EXCLUDED = 2;
/** Nats by which one reading is clearly better than another. */
const CLEARLY = 3;
/**
 * If clients would break the limit this often or less on average, they are not excluded: seeing no breach at mean m has a chance of e^-m.
 */
const HARDLY_BROKEN = 2.5;
/**
 * µs: shortest mean time from a client's answer to the arrival of its next request. Measured: 4 to 10 ms for clients on the server's own
 * machine, and 0.9 to 2.3 ms between requests that a worker takes from a queue.
 */
const SOONEST_CLIENT = 2500;
/** µs: a mean pause up to this is that of clients, however pauses vary. A longer mean may come from a few long rests. */
const USUAL_CLIENT = 12_000;
/** µs: a client with a longer pause does not ask again at once. */
const LATEST_CLIENT = 30_000;
/** Requests per lane from which a pool that is idle now and then would show it. */
const EACH = 160;
/** Requests per lane from which the log shows whether the pool is ever idle. */
const FEWEST_EACH = 10;
/** Lanes at least this full are a pool with a queue: its answers come as evenly as its services end, whoever asks. */
const FULL = 0.93;

export function clientsMayBeTheLimit(trace: Trace, limit: Limit, readiness: Readiness, replicas: number): boolean {
  const { lanes, fill } = limit;
  if (fill > FULL || (fill === 0 && lanes <= readiness.blurredAbove)) return false;
  const readings = readingsOf(trace, numbersFrom(lanes + readiness.beyond, (MOST_TIMES - 1) * lanes));
  const best = readings.reduce((most, { nats }) => Math.max(most, nats), 0);
  return (
    best >= readiness.even &&
    readings.some(
      (reading) =>
        reading.nats >= best - NOT_EXCLUDED &&
        misfitsOfClients(trace, lanes, reading, replicas).requests <= HARDLY_BROKEN,
    )
  );
}

/** Numbers of clients that are tried, as multiples of the slots of all workers. */
const TIMES = [1, 1.25, 1.5, 2, 3, 4];
/** Random callers come less evenly than clients. If they would break a limit this many times HARDLY_BROKEN, clients would break it too. */
const TIMES_RANDOM = 8;

/**
 * The same question for the limit of each of several workers. True if some number of clients, as many as all slots or more, is not excluded
 * by how evenly answers come, and would hardly have met the limit (which random callers would have broken a few times).
 */
export function clientsMayFillWorkers(trace: Trace, { lanes, fill, episodes }: Limit, replicas: number): boolean {
  if (fill > FULL || episodes > TIMES_RANDOM * HARDLY_BROKEN) return false;
  const slots = lanes * trace.workerIds.length;
  const readings = readingsOf(
    trace,
    TIMES.map((times) => Math.ceil(times * slots)),
  );
  const best = readings.reduce((most, { nats }) => Math.max(most, nats), 0);
  return readings.some(
    (reading) =>
      reading.nats >= best - NOT_EXCLUDED &&
      misfitsOfClients(trace, lanes, reading, replicas).episodes <= HARDLY_BROKEN,
  );
}

/**
 * A fixed number of clients bounds all workers together, not each of them. The whole log then shows a sharper limit than single workers do.
 */
export function clientsAreTheLimit(trace: Trace, limit: Limit, count: number, replicas: number): boolean {
  if (count < 2) return false;
  const whole = limitOf(trace, false, replicas);
  return whole.lanes < count * limit.lanes && whole.score > 2 * limit.score;
}

/** A hypothesis about who sent the requests. `nats`: how much better it explains them than random callers do. */
interface Reading {
  readonly clients: number;
  /** Mean pause in µs. */
  readonly think: number;
  readonly nats: number;
}

const numbersFrom = (fewest: number, count: number): number[] => Array.from({ length: count }, (_, k) => fewest + k);

/** One reading per number of clients, without those whose clients would hardly pause; none where too little is known. */
function readingsOf(trace: Trace, numbers: readonly number[]): readonly Reading[] {
  const n = trace.length;
  const service = meanOf(trace.duration);
  const span = spanOf(trace);
  const rhythm = rhythmOf(trace);
  if (!rhythm) return [];
  return numbers
    .map((clients) => ({ clients, think: (clients * span) / n - service }))
    .filter(({ think }) => think > LEAST_PAUSE * service)
    .map((reading) => ({ ...reading, nats: rhythm.closed(reading.think) }));
}

/** Do requests that never overlap come from one client who waits for each answer, rather than from several who queue? */
export function oneClientAsks(trace: Trace): boolean {
  if (alwaysFull(trace, 1)) return true;
  const [one, ...more] = readingsOf(trace, numbersFrom(1, MOST_TIMES));
  return one?.clients === 1 && one.nats >= oneProcess.even && more.every(({ nats }) => one.nats >= nats + CLEARLY);
}

/**
 * May requests that never overlap come from one client who asks again at once? A log too short to show how evenly answers come cannot tell
 * that client, who never waits, from a queue before one slot that takes as long from request to request.
 */
export function mayBeOneClient(trace: Trace): boolean {
  const pause = pauseOf(trace, 1);
  // How much of the first and the last request lies between those ticks is unknown.
  const error = (2 * meanOf(trace.duration)) / trace.length;
  if (trace.length < FEWEST_EACH || !(pause - error >= SOONEST_CLIENT && pause <= LATEST_CLIENT)) return false;
  if (variesMoreThanClients(trace, 1)) return false;
  const rhythm = rhythmOf(trace);
  return rhythm === null || rhythm.closed(pause) >= -NOT_EXCLUDED;
}

/**
 * Are all `lanes` busy from the first line to the last, with the pauses of clients between requests? A pool with a queue fills them so. So
 * do as many clients as lanes who ask again as soon as they are answered, whatever the server could run. The two can be told apart only if
 * some stretches are busier than others, by more than such clients would make them.
 */
export const alwaysFull = (trace: Trace, lanes: number): boolean =>
  trace.length >= EACH * lanes &&
  pauseOf(trace, lanes) >= SOONEST_CLIENT &&
  neverRest(trace, lanes) &&
  (pauseOf(trace, lanes) <= USUAL_CLIENT || !variesMoreThanClients(trace, lanes));

/**
 * Are all `lanes` busy from the first line to the last, whoever asks? A queue fills them so, whether from an overload or from clients who
 * ask again as soon as they are answered. As many such clients as lanes, who never wait, do nearly as well.
 */
export function neverRest(trace: Trace, lanes: number): boolean {
  if (trace.length < FEWEST_EACH * lanes) return false;
  const service = meanOf(trace.duration);
  const pause = pauseOf(trace, lanes);
  if (pause > Math.min(LATEST_CLIENT, LEAST_PAUSE * service) || variesMoreThanClients(trace, lanes, false))
    return false;
  if (service > FULL * (service + pause)) return true;
  const rhythm = rhythmOf(trace);
  return rhythm !== null && rhythm.closed(pause) >= wholePool.even;
}

/**
 * Mean µs from the end of a request to the start of the next one on its lane. Only requests that ended in whole ticks count: it is unknown
 * when in its first tick the log began, and which lanes were idle in its last.
 */
export function pauseOf({ length, low, duration, resolution }: Trace, lanes: number): number {
  const begin = low[0] + resolution;
  const end = low[length - 1];
  let ended = 0;
  let work = 0;
  for (let i = 0; i < length; i++) {
    if (low[i] < begin || low[i] >= end) continue;
    ended++;
    work += duration[i];
  }
  return ended > 0 ? (lanes * (end - begin) - work) / ended : Number.POSITIVE_INFINITY;
}

function rhythmOf(trace: Trace): ClientRhythm | null {
  const half = trace.resolution / 2;
  const start = Float64Array.from(trace.duration, (duration, i) => trace.low[i] + half - duration);
  return clientRhythm({ start, service: trace.duration, length: trace.length }, trace.resolution);
}

const spanOf = (trace: Trace): number =>
  trace.high.reduce((last, high) => Math.max(last, high), trace.low[0]) - trace.low[0];

/**
 * Mean number of requests (and episodes) that would not fit into `slots` lanes, or into those of each of several workers, had `clients`
 * sent the requests to a server without a limit.
 */
function misfitsOfClients(trace: Trace, slots: number, { clients, think }: Reading, replicas: number): Misfits {
  const n = trace.length;
  const draws = createDraws(trace);
  // Workers take the replayed requests in the order in which they took those of the log, as far as its stamps show.
  const byStart = trace.workerIds.length > 1 ? orderOf(trace.end.map((end, i) => end - trace.duration[i])) : null;
  const worker = byStart && integersAt(trace.worker, byStart);
  const pause = () => -think * Math.log(1 - draws.next());
  const end = new Float64Array(n);
  const duration = new Float64Array(n);
  let [requests, episodes] = [0, 0];
  for (let k = 0; k < replicas; k++) {
    const next = Float64Array.from({ length: clients }, pause);
    for (let i = 0; i < n; i++) {
      const client = placeOfLeast(next);
      duration[i] = trace.duration[Math.floor(draws.next() * n)];
      end[i] = next[client] + duration[i];
      next[client] = end[i] + pause();
    }
    const found = misfitsAsLogged(trace, { end, duration, worker }, slots);
    requests += found.requests;
    episodes += found.episodes;
  }
  return { requests: requests / replicas, episodes: episodes / replicas };
}
