/**
 * A pool whose requests slow each other down. Part of each service is work on a station that requests share (the GIL or event loop of a
 * process, or one database behind all of them); the rest is delay that disturbs nobody.
 *
 * The station is processor sharing (n requests on it each progress at 1/n), as in mean value analysis (Reiser & Lavenberg 1980): a station
 * and a delay, with at most `threads` requests inside a worker.
 */
import { type Course, UNINTERRUPTED } from './fifo-pool.ts';
import { FirstLeast } from './first-least.ts';
import { TimeHeap } from './time-heap.ts';

export interface StationPool {
  readonly workers: number;
  /** Slots per worker; Infinity for an async worker. */
  readonly threads: number;
  /** One queue in front of all workers, or one inside each. */
  readonly queue: 'shared' | 'per-worker';
  /** Which requests share a station: those of one worker, or of the whole server. */
  readonly station: 'worker' | 'server';
}

/** Who asks: callers on a fixed schedule, or clients who pause after each answer and come back. */
export type Demand =
  | { readonly kind: 'open'; readonly arrivals: Float64Array }
  | { readonly kind: 'closed'; readonly first: Float64Array; readonly think: Float64Array };

export interface StationRun {
  /** µs per row, in order of arrival. */
  readonly arrival: Float64Array;
  readonly wait: Float64Array;
  /** From arrival to answer, µs per row. */
  readonly latency: Float64Array;
}

/**
 * The i-th arrival spends `work[i]` µs on the station and `delay[i]` µs beside it; `worker[i]` is the process that accepts it where each
 * has its own queue. Closed demand: `first` holds each client's first arrival, `think[i]` the pause after the i-th answer. Runs until
 * `work.length` requests are answered. `work` and `delay` are overwritten where `course` interrupts a request.
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
  const shared = pool.queue === 'shared';
  const arrival = new Float64Array(total);
  const wait = new Float64Array(total);
  const latency = new Float64Array(total);

  const waiting = new RowQueues(shared ? 1 : workers, total);
  const stations = new Stations(pool.station === 'server' ? 1 : workers);
  const delayed = new TimeHeap();
  const busy = new FirstLeast(workers, 0);
  const home = new Int32Array(total);
  const stationOf = (row: number): number => (pool.station === 'server' ? 0 : home[row]);

  const clients = new TimeHeap();
  if (demand.kind === 'closed') for (let i = 0; i < demand.first.length; i++) clients.push(demand.first[i], i);
  let arrived = 0;
  let answered = 0;
  const nextArrival = (): number => {
    if (arrived === total) return Number.POSITIVE_INFINITY;
    return demand.kind === 'open' ? demand.arrivals[arrived] : clients.first;
  };

  const begin = (row: number, at: number, now: number): void => {
    home[row] = at;
    busy.set(at, busy.valueAt(at) + 1);
    wait[row] = now - arrival[row];
    const taken = course.interrupt(row, now);
    // What it waits for lies behind the station: delay, not work.
    if (taken >= 0) {
      work[row] = 0;
      delay[row] = taken;
    }
    stations.enter(stationOf(row), row, work[row], now);
  };

  const arrive = (came: number, now: number): void => {
    const row = arrived++;
    arrival[row] = came;
    if (demand.kind === 'closed') clients.pop();
    const queue = shared ? 0 : worker[row];
    const at = shared ? busy.place : queue;
    if (busy.valueAt(at) < threads) begin(row, at, now);
    else waiting.push(queue, row);
  };

  const answer = (now: number): void => {
    const row = delayed.pop();
    latency[row] = now - arrival[row];
    answered++;
    busy.set(home[row], busy.valueAt(home[row]) - 1);
    if (demand.kind === 'closed') clients.push(now + demand.think[row], row);
    const next = waiting.shift(shared ? 0 : home[row]);
    if (next >= 0) begin(next, home[row], now);
  };

  while (answered < total) {
    const worked = stations.nextDone();
    // Callers who came before a slot was open are taken when the pool opens.
    const came = nextArrival();
    const now = Math.max(course.opens, came);
    if (worked <= now && worked <= delayed.first) {
      const row = stations.leave(worked);
      delayed.push(worked + delay[row], row);
    } else if (delayed.first <= now) answer(delayed.first);
    else arrive(came, now);
  }
  return { arrival, wait, latency };
}

/** FIFO queues as linked lists of rows. */
class RowQueues {
  readonly #head: Int32Array;
  readonly #tail: Int32Array;
  readonly #next: Int32Array;

  constructor(queues: number, rows: number) {
    this.#head = new Int32Array(queues).fill(-1);
    this.#tail = new Int32Array(queues).fill(-1);
    this.#next = new Int32Array(rows).fill(-1);
  }

  push(queue: number, row: number): void {
    if (this.#head[queue] < 0) this.#head[queue] = row;
    else this.#next[this.#tail[queue]] = row;
    this.#tail[queue] = row;
  }

  /** Removes and returns the row that has waited longest; -1: the queue is empty. */
  shift(queue: number): number {
    const row = this.#head[queue];
    if (row >= 0) this.#head[queue] = this.#next[row];
    return row;
  }
}

/** Processor sharing: a request on a station of n progresses at 1/n. Times in µs. */
class Stations {
  readonly #working: readonly TimeHeap[];
  /**
   * Per station: the work (µs) that a request would have received if it had been there all along (the clock of processor sharing), and the
   * instant up to which that is computed.
   */
  readonly #virtual: Float64Array;
  readonly #counted: Float64Array;
  /** Per station: when the next request will have received its work if nobody else comes; Infinity: the station is empty. */
  readonly #done: FirstLeast;

  constructor(count: number) {
    this.#working = Array.from({ length: count }, () => new TimeHeap());
    this.#virtual = new Float64Array(count);
    this.#counted = new Float64Array(count);
    this.#done = new FirstLeast(count, Number.POSITIVE_INFINITY);
  }

  #advance(station: number, now: number): void {
    const active = this.#working[station].size;
    if (active > 0) this.#virtual[station] += (now - this.#counted[station]) / active;
    this.#counted[station] = now;
  }

  /** Recomputes `#done` after somebody came to a station or left it. */
  #look(station: number): void {
    const { size, first } = this.#working[station];
    this.#done.set(
      station,
      size === 0
        ? Number.POSITIVE_INFINITY
        : this.#counted[station] + Math.max(0, first - this.#virtual[station]) * size,
    );
  }

  enter(station: number, row: number, work: number, now: number): void {
    this.#advance(station, now);
    this.#working[station].push(this.#virtual[station] + work, row);
    this.#look(station);
  }

  /** When the next request will have received its work; Infinity: there is none. */
  nextDone(): number {
    return this.#done.valueAt(this.#done.place);
  }

  /** Removes the request that `nextDone` announced; `now` is the instant that it returned. */
  leave(now: number): number {
    const station = this.#done.place;
    this.#advance(station, now);
    const row = this.#working[station].pop();
    this.#look(station);
    return row;
  }
}
