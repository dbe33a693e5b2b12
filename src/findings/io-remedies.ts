/** What would end the queue without more processes if the views wait for I/O: threads in each process, or an event loop. */
import type { Facts } from '../core/finding.ts';
import { poolName } from '../core/pool-names.ts';
import type { PoolPrediction } from '../core/prediction.ts';
import { countText, durationText } from '../core/words.ts';
import { knownSlots } from './pool-words.ts';

/** The p95 wait (µs) that threads must not exceed, in nine of ten repetitions of the simulation. */
const THREADS_WAIT = 50_000;
/** Threads per worker to try; if even the largest number is too few, threads are not the answer. */
const THREADS = [2, 4, 8, 16, 32] as const;
/** The p95 latency on the event loop may be at most this many times the p95 service time. */
const HEADROOM = 1.25;
/** Log formats of servers that cannot run ASGI applications. */
const WITHOUT_ASGI = /^uwsgi/;

export const IF_VIEWS_WAIT = 'If the views wait for I/O (database, HTTP, sleep) and do not compute';

/** The fewest threads in each of the present sync workers that end the queue. null: no number does, or requests slow each other down. */
export function threadsThatWouldDo({ summary, predictor }: Facts): PoolPrediction | null {
  const { model, workers } = summary.server;
  if (model !== 'sync' || workers.value === null || knownSlots(summary.server) === null) return null;
  if (typeof predictor.contention() !== 'string') return null;
  for (const threads of THREADS) {
    const found = predictor.predict({ model: 'threaded', workers: workers.value, threads }, { within: THREADS_WAIT });
    if (found) return found;
  }
  return null;
}

/** As many async workers as there are now, if their latency is hardly longer than the service time; null: it is, or no slots are known. */
export function asyncThatWouldDo({ summary, inference, predictor }: Facts): PoolPrediction | null {
  const { model, workers } = summary.server;
  if ((model !== 'sync' && model !== 'threaded') || workers.value === null || knownSlots(summary.server) === null)
    return null;
  const found = predictor.predict({ model: 'async', workers: workers.value, threads: 1 });
  return found && found.latencyP95 <= HEADROOM * servedP95(inference) ? found : null;
}

/** p95 service time, µs; the mean where no p95 is known. */
export const servedP95 = ({ service }: Facts['inference']): number =>
  Number.isFinite(service.p95) ? service.p95 : service.mean;

/** A server inferred to be sync may be an event loop that every request blocks. Empty if the server names its model or cannot run ASGI. */
export function perhapsAsyncText({ summary, lifecycle }: Facts): string {
  const isNamed = lifecycle.some(({ kind }) => kind === 'model' || kind === 'threads');
  const runsNone = summary.inputs.some(({ format }) => WITHOUT_ASGI.test(format ?? ''));
  return summary.server.model === 'sync' && !isNamed && !runsNone
    ? ' If they are served over ASGI already, each of them blocks its event loop: then take what blocks it out (await it, or asyncio.to_thread).'
    : '';
}

/**
 * "If the views wait for I/O (database, HTTP, sleep) and do not compute, 4 workers of 8 threads would do as well (…), and async views on an
 * ASGI server would not queue at all (…)."; '' if neither helps. `beside`: another remedy was named before. `given`: the sentence before
 * already states the condition.
 */
export function ioRemedyText(facts: Facts, beside: boolean, given = false): string {
  const threaded = threadsThatWouldDo(facts);
  const async = asyncThatWouldDo(facts);
  const workers = facts.summary.server.workers.value ?? 1;
  const remedies = [
    ...(threaded
      ? [
          threaded.arrivalsKnown
            ? `${poolName(threaded.pool)} would do${beside ? ' as well' : ''} (p95 wait ${durationText(threaded.waitP95)}, simulated)`
            : 'threads in each worker would help (how many, a pool that never left saturation hides)',
        ]
      : []),
    ...(async
      ? [
          `async views on an ASGI server${threaded ? '' : ` (${countText(workers, 'worker')})`} would not queue at all (p95 latency ${durationText(async.latencyP95)}, simulated)`,
        ]
      : []),
  ];
  return remedies.length === 0
    ? ''
    : `${given ? 'Then' : `${IF_VIEWS_WAIT},`} ${remedies.join(', and ')}.${async ? perhapsAsyncText(facts) : ''}`;
}
