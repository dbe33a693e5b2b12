/**
 * Could a fixed number of clients be the limit, and not the server? Users who each wait for their answer and pause before
 * they ask again never have more requests in flight than they are, however many the server could run.
 *
 * Two questions, and only where both say yes a limit is in doubt: do answers come as evenly as those of clients who take
 * turns (core/client-rhythm.ts), and would such clients, on a server without a limit, have stayed within it too? The
 * second is asked by replaying the requests of the log for N clients, whose mean pause Z follows from the log's own
 * throughput X and service time S: N = X (S + Z) (Little's law; the interactive response time law).
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
  /** Nats by which clients who take turns must explain the answers better than callers at random do. */
  readonly even: number;
  /** Clients beyond the limit at least: 0 also asks whether all of them were in the server at once. */
  readonly beyond: number;
  /** Asks also where stamps are too coarse beside the requests to see how full the lanes are, if there are more than so many. */
  readonly blurredAbove: number;
}

/** One process may be an event loop as well as threads, and the load of a test comes from few clients. */
export const oneProcess: Readiness = { even: 3, beyond: 0, blurredAbove: 0 };
/** A pool of whatever is the plainer reading of lines without a worker, up to a usual size: its queue, too, makes answers even. */
export const wholePool: Readiness = { even: 6, beyond: 1, blurredAbove: 12 };

/** Numbers of clients that are tried, as multiples of the limit. */
const MOST_TIMES = 4;
/** Clients with a shorter pause, in service times, leave no gap in the lanes: nothing tells them from a queue. */
const LEAST_PAUSE = 0.2;
/** Readings this much worse than the best, in nats, are not excluded. */
const NOT_EXCLUDED = 2;
/** So many nats better is clearly better. */
const CLEARLY = 3;
/** A limit that so many requests or fewer would have broken says nothing against clients: seeing none has a chance of e^-m. */
const HARDLY_BROKEN = 2.5;
/**
 * Mean µs until a client has its answer, asks again and is heard, at least: measured 4 to 10 ms between requests of clients on the
 * server's own machine, and 0.9 to 2.3 ms between those that a worker takes from a queue.
 */
const SOONEST_CLIENT = 2500;
/** µs: pauses as short are those of clients, however they vary; the mean of longer ones may be that of a few long rests. */
const USUAL_CLIENT = 12_000;
/** One that takes longer, µs, does not ask again at once. */
const LATEST_CLIENT = 30_000;
/** Requests per lane from which a pool that is idle now and then would show that it is. */
const EACH = 160;
/** Requests per lane from which it shows whether it rests at all. */
const FEWEST_EACH = 10;
/** Lanes as full as this are a pool with a queue: its answers are as even as its services, whoever asks. */
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

/** Multiples of the slots of all workers that are tried as numbers of clients. */
const TIMES = [1, 1.25, 1.5, 2, 3, 4];
/** Callers at random, who come less evenly, would have broken a limit by so many times as often: then clients would have, too. */
const TIMES_RANDOM = 8;

/**
 * The same for the limit of each of several workers: as many clients as all their slots or more, whom nothing in how evenly answers
 * come excludes, and who would hardly have met a limit that callers at random would have broken a few times.
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

/** A fixed number of clients bounds all workers together, and no single one: then the whole shows the sharper limit. */
export function clientsAreTheLimit(trace: Trace, limit: Limit, count: number, replicas: number): boolean {
  if (count < 2) return false;
  const whole = limitOf(trace, false, replicas);
  return whole.lanes < count * limit.lanes && whole.score > 2 * limit.score;
}

/** What a number of clients would have to be like to have sent these requests; nats more than for callers at random. */
interface Reading {
  readonly clients: number;
  /** Mean pause in µs. */
  readonly think: number;
  readonly nats: number;
}

const numbersFrom = (fewest: number, count: number): number[] => Array.from({ length: count }, (_, k) => fewest + k);

/** For each number of clients; none where too little is known. */
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

/** Requests that never overlap: are they those of one client who waits for each answer, rather than of several who queue? */
export function oneClientAsks(trace: Trace): boolean {
  if (alwaysFull(trace, 1)) return true;
  const [one, ...more] = readingsOf(trace, numbersFrom(1, MOST_TIMES));
  return one?.clients === 1 && one.nats >= oneProcess.even && more.every(({ nats }) => one.nats >= nats + CLEARLY);
}

/**
 * May they be those of a client who asks again at once? A log too short to show how evenly answers come does not tell one caller, who never
 * waits, from one slot with a queue that takes as long from request to request.
 */
export function mayBeOneClient(trace: Trace): boolean {
  const pause = pauseOf(trace, 1);
  // Of the first and the last request nobody knows how much lies between those ticks.
  const error = (2 * meanOf(trace.duration)) / trace.length;
  if (trace.length < FEWEST_EACH || !(pause - error >= SOONEST_CLIENT && pause <= LATEST_CLIENT)) return false;
  if (variesMoreThanClients(trace, 1)) return false;
  const rhythm = rhythmOf(trace);
  return rhythm === null || rhythm.closed(pause) >= -NOT_EXCLUDED;
}

/**
 * Are `lanes` full from the first line to the last, with the pauses of clients between requests? A pool with a queue fills them so,
 * and so do as many clients who each ask again as soon as they are answered, whatever the server could run: nothing tells one from
 * the other, unless some stretches are busier than others, as clients in turn would not make them.
 */
export const alwaysFull = (trace: Trace, lanes: number): boolean =>
  trace.length >= EACH * lanes &&
  pauseOf(trace, lanes) >= SOONEST_CLIENT &&
  neverRest(trace, lanes) &&
  (pauseOf(trace, lanes) <= USUAL_CLIENT || !variesMoreThanClients(trace, lanes));

/**
 * Are `lanes` full from the first line to the last, whoever asks? A queue fills them so, of an overload or of clients who each ask again
 * as soon as they are answered, and as many such clients as lanes, who never wait, do nearly as well.
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
 * Mean µs from the end of a request to the start of the next one on its lane: of those that ended in whole ticks, as nobody knows when in
 * its first tick a log began, nor which of the lanes rested in its last.
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
 * What would not fit into `slots`, or into those of each worker where there are several, had `clients` sent the requests to a server
 * without a limit: means.
 */
function misfitsOfClients(trace: Trace, slots: number, { clients, think }: Reading, replicas: number): Misfits {
  const n = trace.length;
  const draws = createDraws(trace);
  // Workers take the requests in the order in which they took those of the log, as far as its stamps tell.
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
