/**
 * A pool whose requests slow each other down: part of each service is work on a station that its requests share (the
 * GIL or event loop of a process, or one database behind them all), the rest is delay that disturbs nobody.
 *
 * The station is processor sharing (n requests on it each progress at 1/n), the model of inference by mean value
 * analysis (Reiser & Lavenberg 1980): a station and a delay, with at most `threads` requests of a worker inside.
 */
import { type Course, UNINTERRUPTED } from './fifo-pool.ts';
import { TimeHeap } from './time-heap.ts';

export interface StationPool {
  readonly workers: number;
  /** Slots per worker; Infinity for an async worker. */
  readonly threads: number;
  /** One queue in front of all workers, or one in each. */
  readonly queue: 'shared' | 'per-worker';
  /** Whose requests share a station: those of one worker, or of the whole server. */
  readonly station: 'worker' | 'server';
}

/** Who asks: a fixed schedule, or clients who come back some time after their answer. */
export type Demand =
  | { readonly kind: 'open'; readonly arrivals: Float64Array }
  | { readonly kind: 'closed'; readonly first: Float64Array; readonly think: Float64Array };

export interface StationRun {
  /** µs per row, in order of arrival. */
  readonly arrival: Float64Array;
  readonly wait: Float64Array;
  /** From arrival to answer. */
  readonly latency: Float64Array;
}

/**
 * `work[i]` µs on the station and `delay[i]` µs beside it for the i-th arrival; `worker[i]` is the process that accepts
 * it where queues are per worker. Closed demand: `first` holds each client's first arrival, `think[i]` the pause of the
 * client after the i-th answer. Rows end when as many have arrived as `work` has entries.
 */
export function simulateStations(
  pool: StationPool,
  demand: Demand,
  work: Float64Array,
  delay: Float64Array,
  worker: Uint16Array,
  course: Course = UNINTERRUPTED,
): StationRun {
  const total = work.length;
  const { workers, threads } = pool;
  const arrival = new Float64Array(total);
  const wait = new Float64Array(total);
  const latency = new Float64Array(total);
  const run: StationRun = { arrival, wait, latency };

  // Queues are linked lists of rows: rows arrive in order, so each is FIFO.
  const queues = pool.queue === 'shared' ? 1 : workers;
  const head = new Int32Array(queues).fill(-1);
  const tail = new Int32Array(queues).fill(-1);
  const next = new Int32Array(total).fill(-1);
  const busy = new Int32Array(workers);
  const home = new Int32Array(total);

  const stationCount = pool.station === 'server' ? 1 : workers;
  const stationOf = (row: number): number => (pool.station === 'server' ? 0 : home[row]);
  const working = Array.from({ length: stationCount }, () => new TimeHeap());
  // Virtual time of a station: the work that each request on it has been given; it stands still while idle.
  const virtual = new Float64Array(stationCount);
  const touched = new Float64Array(stationCount);
  const delayed = new TimeHeap();

  const clients = new TimeHeap();
  if (demand.kind === 'closed') for (let i = 0; i < demand.first.length; i++) clients.push(demand.first[i], i);
  let arrived = 0;
  let answered = 0;
  const nextArrival = (): number => {
    if (arrived === total) return Number.POSITIVE_INFINITY;
    return demand.kind === 'open' ? demand.arrivals[arrived] : clients.first;
  };

  const advance = (station: number, now: number): void => {
    const active = working[station].size;
    if (active > 0) virtual[station] += (now - touched[station]) / active;
    touched[station] = now;
  };

  const begin = (row: number, at: number, now: number): void => {
    home[row] = at;
    busy[at]++;
    wait[row] = now - arrival[row];
    const taken = course.interrupt(row, now);
    // What it waits for lies behind the station.
    if (taken >= 0) {
      work[row] = 0;
      delay[row] = taken;
    }
    const station = stationOf(row);
    advance(station, now);
    working[station].push(virtual[station] + work[row], row);
  };

  const freest = (): number => {
    let best = 0;
    for (let i = 1; i < workers; i++) if (busy[i] < busy[best]) best = i;
    return best;
  };

  while (answered < total) {
    let stationTime = Number.POSITIVE_INFINITY;
    let station = -1;
    for (let s = 0; s < stationCount; s++) {
      const { size, first } = working[s];
      if (size === 0) continue;
      const done = touched[s] + Math.max(0, first - virtual[s]) * size;
      if (done < stationTime) {
        stationTime = done;
        station = s;
      }
    }
    // Who came before a slot was open is taken when one is.
    const came = nextArrival();
    const arrivalTime = Math.max(course.opens, came);
    if (stationTime <= arrivalTime && stationTime <= delayed.first) {
      advance(station, stationTime);
      const row = working[station].pop();
      delayed.push(stationTime + delay[row], row);
      continue;
    }
    if (delayed.first <= arrivalTime) {
      const now = delayed.first;
      const row = delayed.pop();
      latency[row] = now - arrival[row];
      answered++;
      busy[home[row]]--;
      if (demand.kind === 'closed') clients.push(now + demand.think[row], row);
      const queue = pool.queue === 'shared' ? 0 : home[row];
      const waiter = head[queue];
      if (waiter >= 0) {
        head[queue] = next[waiter];
        begin(waiter, home[row], now);
      }
      continue;
    }
    const row = arrived++;
    arrival[row] = came;
    if (demand.kind === 'closed') clients.pop();
    const queue = pool.queue === 'shared' ? 0 : worker[row];
    const at = pool.queue === 'shared' ? freest() : queue;
    if (busy[at] < threads) begin(row, at, arrivalTime);
    else {
      if (head[queue] < 0) head[queue] = row;
      else next[tail[queue]] = row;
      tail[queue] = row;
    }
  }
  return run;
}
