/** What would end a queue without more processes, if the views wait for I/O: threads in each process, or an event loop. */
import type { Facts } from '../core/finding.ts';
import { poolName } from '../core/pool-names.ts';
import type { PoolPrediction } from '../core/prediction.ts';
import { countText, durationText } from '../core/words.ts';
import { knownSlots } from './pool-words.ts';

/** µs: the p95 wait that threads must keep, in nine of ten repetitions. */
const THREADS_WAIT = 50_000;
/** Threads tried per worker; more than this is a sign that threads are not the answer. */
const THREADS = [2, 4, 8, 16, 32] as const;
/** Latency on the event loop may be this much longer than the service alone. */
const HEADROOM = 1.25;
/** Servers that run no ASGI application. */
const WITHOUT_ASGI = /^uwsgi/;

export const IF_VIEWS_WAIT = 'If the views wait for I/O (database, HTTP, sleep) and do not compute';

/** The fewest threads in each of the present sync workers that end the queue; null where none do, or the log shows that requests share work. */
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

/** As many async workers, where their latency is hardly longer than the service alone; null where it is, or the pool is no pool of slots. */
export function asyncThatWouldDo({ summary, inference, predictor }: Facts): PoolPrediction | null {
  const { model, workers } = summary.server;
  if ((model !== 'sync' && model !== 'threaded') || workers.value === null || knownSlots(summary.server) === null)
    return null;
  const found = predictor.predict({ model: 'async', workers: workers.value, threads: 1 });
  return found && found.latencyP95 <= HEADROOM * servedP95(inference) ? found : null;
}

/** µs */
export const servedP95 = ({ service }: Facts['inference']): number =>
  Number.isFinite(service.p95) ? service.p95 : service.mean;

/** What only looks like one request at a time may be a loop that each one blocks; what the server calls its workers is known. */
export function perhapsAsyncText({ summary, lifecycle }: Facts): string {
  const isNamed = lifecycle.some(({ kind }) => kind === 'model' || kind === 'threads');
  const runsNone = summary.inputs.some(({ format }) => WITHOUT_ASGI.test(format ?? ''));
  return summary.server.model === 'sync' && !isNamed && !runsNone
    ? ' If they are served over ASGI already, each of them blocks its event loop: then take what blocks it out (await it, or asyncio.to_thread).'
    : '';
}

/**
 * "If the views wait for I/O (database, HTTP, sleep) and do not compute, 4 workers of 8 threads would do as well (…), and async views on an
 * ASGI server would not queue at all (…)."; '' where neither is an answer. `beside`: another remedy is named before.
 * `given`: the sentence before has the condition.
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
