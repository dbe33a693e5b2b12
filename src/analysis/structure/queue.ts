/**
 * One accept queue for all workers, or one in each process? gunicorn's threaded workers and SO_REUSEPORT sockets accept connections before
 * a thread is free, so one process can have a queue while another idles.
 *
 * A sync worker accepts only when it is free: the queue is that of the socket, and shared, unless each worker has its own socket
 * (--reuse-port). For threads the name of the server usually decides. What remains is decided by starts that directly follow an end in
 * their own full process, although another process had a slot free. A shared queue makes these only by chance: (departures from a full
 * process while another was free) · (1 - e^(-λε)).
 */
import { indicesBelow } from '../../core/columns.ts';
import type { Trace } from './trace.ts';

export type Queue = 'shared' | 'per-worker' | null;

/** µs: a start this soon after an end came from a queue. */
const AT_ONCE = 2_000;
/** µs: if another process has had room for longer than this, its own queue is empty, and a shared queue would have sent it a request. */
const SURELY_IDLE = 15_000;
/** Stamps coarser than this (µs) cannot show it. */
const FINE_STAMP = 10_000;

/** `slots`: of each worker. null: it is not known. */
export function queueOf(
  trace: Trace,
  model: string,
  workers: number | null,
  slots: number | null,
  format: string,
): Queue {
  if ((model === 'async' && slots === 1) || workers === 1) return 'shared';
  if (model === 'sync') return shownBy(trace, 1) ?? 'shared';
  if (model !== 'threaded') return null;
  return queueOfThreads(format) ?? (slots === null ? null : shownBy(trace, slots));
}

/**
 * The queue of a server with threads, by its format. uWSGI's threads all accept from one socket when they are free. null: the format names
 * no such server.
 */
export function queueOfThreads(format: string): Queue {
  if (/^gunicorn/.test(format)) return 'per-worker';
  return /^(uwsgi|waitress|cherrypy)/.test(format) ? 'shared' : null;
}

/** null: the stamps do not show it. */
function shownBy(trace: Trace, slots: number): Queue {
  if (!trace.hasDurations || !trace.hasWorkers || trace.resolution > FINE_STAMP) return null;
  const { startsAtOnce, whileAnotherWasFree, byChance } = startsFromQueues(trace, slots);
  if (startsAtOnce < 30) return null;
  return whileAnotherWasFree > 3 * byChance + 10 ? 'per-worker' : 'shared';
}

interface QueueStarts {
  /** Starts within `AT_ONCE` µs after an end in their own process, which had been full until then. */
  readonly startsAtOnce: number;
  readonly whileAnotherWasFree: number;
  readonly byChance: number;
}

function startsFromQueues(trace: Trace, slots: number): QueueStarts {
  const n = trace.length;
  const workers = trace.workerIds.length;
  const times = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    times[i] = trace.end[i] - trace.duration[i];
    times[n + i] = trace.end[i];
  }
  const order = indicesBelow(2 * n).sort((a, b) => times[a] - times[b] || b - a);
  const level = new Int32Array(workers);
  const fullUntil = new Float64Array(workers).fill(Number.NEGATIVE_INFINITY);
  const anotherFree = new Uint8Array(workers);
  const rate = n / (times[order[2 * n - 1]] - times[order[0]]);
  let [startsAtOnce, whileAnotherWasFree, byChance] = [0, 0, 0];
  /** µs: since when each process has had room. */
  const roomSince = new Float64Array(workers).fill(Number.NEGATIVE_INFINITY);
  const someFree = (but: number, now: number): boolean => {
    for (let w = 0; w < workers; w++)
      if (w !== but && level[w] < slots && now - roomSince[w] > SURELY_IDLE) return true;
    return false;
  };
  for (const k of order) {
    const worker = trace.worker[k % n];
    if (k < n) {
      if (times[k] - fullUntil[worker] <= AT_ONCE) {
        startsAtOnce++;
        whileAnotherWasFree += anotherFree[worker];
        fullUntil[worker] = Number.NEGATIVE_INFINITY;
      }
      level[worker]++;
    } else {
      if (level[worker] >= slots) {
        fullUntil[worker] = roomSince[worker] = times[k];
        anotherFree[worker] = someFree(worker, times[k]) ? 1 : 0;
        if (anotherFree[worker]) byChance += 1 - Math.exp(-rate * AT_ONCE);
      }
      level[worker]--;
    }
  }
  return { startsAtOnce, whileAnotherWasFree, byChance };
}
