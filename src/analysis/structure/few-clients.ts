/**
 * Could a fixed number of clients be the limit, and not the server? Users who each wait for their answer and pause before
 * they ask again never have more requests in flight than they are, however many the server could run.
 *
 * Two questions, and only where both say yes a limit is in doubt: do answers come as evenly as those of clients who take
 * turns (core/client-rhythm.ts), and would such clients, on a server without a limit, have stayed within it too? The
 * second is asked by replaying the requests of the log for N clients, whose mean pause Z follows from the log's own
 * throughput X and service time S: N = X (S + Z) (Little's law; the interactive response time law).
 */
import { clientRhythm } from '../../core/client-rhythm.ts';
import { createDraws } from './draws.ts';
import type { Limit } from './limit.ts';
import type { Trace } from './trace.ts';
import { misfitsAsLogged } from './unlimited.ts';

/** How readily clients are taken for the limit. */
interface Readiness {
  /** Nats by which clients who take turns must explain the answers better than callers at random do. */
  readonly even: number;
  /** Clients beyond the limit at least: 0 also asks whether all of them were in the server at once. */
  readonly beyond: number;
  /** Asks also where stamps are too coarse beside the requests to see how full the lanes are. */
  readonly blurred: boolean;
}

/** One process may be an event loop as well as threads, and the load of a test comes from few clients. */
export const oneProcess: Readiness = { even: 3, beyond: 0, blurred: true };
/** A pool of whatever is the plainer reading of lines without a worker: its queue, too, makes answers even. */
export const wholePool: Readiness = { even: 6, beyond: 1, blurred: false };

/** Numbers of clients that are tried, as multiples of the limit. */
const MOST_TIMES = 4;
/** Clients with a shorter pause, in service times, leave no gap in the lanes: nothing tells them from a queue. */
const LEAST_PAUSE = 0.2;
/** Readings this much worse than the best, in nats, are not excluded. */
const NOT_EXCLUDED = 2;
/** A limit that so many requests or fewer would have broken says nothing against clients: seeing none has a chance of e^-m. */
const HARDLY_BROKEN = 2.5;
/** Lanes as full as this are a pool with a queue: its answers are as even as its services, whoever asks. */
const FULL = 0.93;

export function clientsMayBeTheLimit(trace: Trace, limit: Limit, readiness: Readiness, replicas: number): boolean {
  const { lanes, fill } = limit;
  if (fill > FULL || (fill === 0 && !readiness.blurred)) return false;
  const n = trace.length;
  const service = trace.duration.reduce((sum, micros) => sum + micros, 0) / n;
  const span = trace.high.reduce((last, high) => Math.max(last, high), trace.low[0]) - trace.low[0];
  const half = trace.resolution / 2;
  const start = Float64Array.from(trace.duration, (duration, i) => trace.low[i] + half - duration);
  const rhythm = clientRhythm({ start, service: trace.duration, length: n }, trace.resolution);
  if (!rhythm) return false;
  const readings = Array.from({ length: (MOST_TIMES - 1) * lanes }, (_, k) => lanes + readiness.beyond + k)
    .map((clients) => ({ clients, think: (clients * span) / n - service }))
    .filter(({ think }) => think > LEAST_PAUSE * service)
    .map((reading) => ({ ...reading, nats: rhythm.closed(reading.think) }));
  const best = readings.reduce((most, { nats }) => Math.max(most, nats), 0);
  return (
    best >= readiness.even &&
    readings.some(
      ({ clients, think, nats }) =>
        nats >= best - NOT_EXCLUDED && misfitsOfClients(trace, lanes, clients, think, replicas) <= HARDLY_BROKEN,
    )
  );
}

/** Mean number of requests that would not fit into `slots`, had `clients` sent them to a server without a limit. */
function misfitsOfClients(trace: Trace, slots: number, clients: number, think: number, replicas: number): number {
  const n = trace.length;
  const draws = createDraws(trace);
  const pause = () => -think * Math.log(1 - draws.next());
  const end = new Float64Array(n);
  const duration = new Float64Array(n);
  let sum = 0;
  for (let k = 0; k < replicas; k++) {
    const next = Float64Array.from({ length: clients }, pause);
    for (let i = 0; i < n; i++) {
      let client = 0;
      for (let c = 1; c < clients; c++) if (next[c] < next[client]) client = c;
      duration[i] = trace.duration[Math.floor(draws.next() * n)];
      end[i] = next[client] + duration[i];
      next[client] = end[i] + pause();
    }
    sum += misfitsAsLogged(trace, { end, duration, worker: null }, slots).requests;
  }
  return sum / replicas;
}
