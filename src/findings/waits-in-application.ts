/** Finding: the server has no limit, yet requests take longer when more of them are in flight: they wait inside the application. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import type { FoundSlots, HiddenSlots } from '../core/inference.ts';
import { secondsOf } from '../core/rows.ts';
import { countBelow } from '../core/statistics.ts';
import { besideText, capital, countText, durationText, hiddenSlotsText, listText } from '../core/words.ts';
import { limitsOf } from './known-limits.ts';
import { poolText } from './pool-words.ts';

/** Critical if requests among many others take this many times as long as among few. */
const GRAVE = 3;

function examine(facts: Facts): Finding | null {
  const { summary, inference } = facts;
  const { growth, mean } = inference.service;
  if (!growth?.grows || growth.behindProxy) return null;
  if (growth.inTurn) return inTurn(facts, growth.inTurn);
  const { few, many } = growth;
  // Requests among few others waited too, if less, so this is a lower bound of the wait.
  const added = Math.max(0, mean - few.mean);
  return {
    severity: many.mean >= GRAVE * few.mean ? 'critical' : 'warning',
    title: `Requests wait for each other inside the application: ${besideText(few)}, ${besideText(many)}`,
    brief: 'Requests wait for each other inside the application',
    detail: `${inference.unbounded ? `This kind of server (${poolText(summary.server)}) has no fixed slots` : 'No limit of the server shows'}, but of requests to the same route within a short while those that found more in flight took longer, far more than chance and the coarseness of the stamps make. The logged times hold that wait: it adds about ${durationText(added)} or more to the mean of ${durationText(mean)}. How long requests wait before the application runs at all, the log does not show.`,
    evidence: {
      others_few: few.beside,
      mean_beside_few_seconds: secondsOf(few.mean),
      others_many: many.beside,
      mean_beside_many_seconds: secondsOf(many.mean),
      service_mean_seconds: secondsOf(mean),
      added_mean_seconds: secondsOf(added),
    },
    advice:
      'Find out what they wait for, with py-spy dump under load: a view that blocks the event loop (await it, or asyncio.to_thread), the threads that run plain def views (40 in Starlette and FastAPI: anyio.to_thread.current_default_thread_limiter().total_tokens; executor threads elsewhere), a semaphore or a pool of connections that is too small, a lock, or one core that all compute on (more workers).',
    from: Number.NaN,
    to: Number.NaN,
    lostSeconds: (added / 1e6) * summary.requests.total,
  };
}

/** Critical from this p95 wait on, µs. */
const GRAVE_WAIT = 1e6;

/** Requests queue, first come, first served, for slots inside the application. `aside`: routes that do not queue. */
function inTurn(facts: Facts, { found, aside }: HiddenSlots): Finding | null {
  const { summary, inference, names } = facts;
  const { wait, service } = inference;
  const { few, many } = service.growth!;
  const known = wait.method === 'inferred' ? found : null;
  if (known && wait.p95 < LEAST_WAIT) return null;
  const times = `${besideText(few)}, ${besideText(many)}`;
  const grave = known ? wait.p95 >= GRAVE_WAIT : many.mean >= GRAVE * few.mean;
  const others = [...aside].map((route) => names.routes.text(route)).sort();
  const enough = known && slotsEnough(facts, known);
  const limits = found === null ? [] : limitsOf(found);
  return {
    severity: grave ? 'critical' : 'warning',
    title: known
      ? `Requests queue inside the application for ${hiddenSlotsText(known)} of each process: mean ${durationText(wait.mean)}, p95 ${durationText(wait.p95)} (inferred)`
      : `Requests queue inside the application: ${times}`,
    brief: 'Requests queue inside the application',
    detail: `Their logged times grow with the number in flight (${times}), for short requests as much as for long ones, and hardly one overtakes another: they stand in a queue, first come, first served, and do not share a core or a backend, which would slow long ones down by more.${queuedText(inference, known)}${asideText(others)}`,
    evidence: {
      slots_of_each_process: found?.slots ?? null,
      slots_low: found?.low ?? null,
      slots_high: found?.high ?? null,
      limits_of_that_size: limits.length > 0 ? limits.map(({ slots, what }) => `${slots}: ${what}`).join('; ') : null,
      recommended_slots: enough,
      routes_aside: others.length,
      wait_mean_seconds: known && secondsOf(wait.mean),
      wait_p95_seconds: known && secondsOf(wait.p95),
      service_mean_seconds: secondsOf(service.mean),
      others_few: few.beside,
      mean_beside_few_seconds: secondsOf(few.mean),
      others_many: many.beside,
      mean_beside_many_seconds: secondsOf(many.mean),
    },
    advice: `${limits.length > 0 ? knownText(limits, enough) : UNKNOWN_LIMIT} Where the requests wait for something else while they hold a slot, give it more slots${enoughText(enough)}, or the server more workers, each of which has its own.`,
    from: Number.NaN,
    to: Number.NaN,
    lostSeconds: known ? (wait.mean / 1e6) * summary.requests.total : 0,
  };
}

function queuedText({ wait, service }: Facts['inference'], known: FoundSlots | null): string {
  if (known === null)
    return ' For how many slots, and so how long each waited and how long it ran, the log does not show.';
  const verb = known.low === known.high && known.slots === 1 ? 'explains' : 'explain';
  const work = service.mean > 0 ? `, and then ${durationText(service.mean)} of work` : '';
  return ` ${capital(hiddenSlotsText(known))} in each process ${verb} when each request began: mean wait ${durationText(wait.mean)} (between ${durationText(wait.lowMean)} and ${durationText(wait.highMean)}), p95 ${durationText(wait.p95)}${work}.`;
}

/** @param others names of routes */
function asideText(others: readonly string[]): string {
  if (others.length === 0) return '';
  const more = others.length - MOST_NAMED;
  const named = `${listText(others.slice(0, MOST_NAMED))}${more > 0 ? ` and ${countText(more, 'other route')}` : ''}`;
  return others.length === 1
    ? ` ${named} does not stand in it: its times do not grow.`
    : ` ${named} do not stand in it: their times do not grow.`;
}

const enoughText = (enough: number | null): string =>
  enough === null
    ? ''
    : ` (${enough} in each process keep the p95 wait of this log within ${durationText(TARGET)} in nine of ten simulations)`;

/** At most this many routes are named. */
const MOST_NAMED = 3;
/** Target p95 wait, µs. */
const TARGET = 200_000;
/** No more than this many times the present slots are recommended. */
const SENSIBLE = 4;

const UNKNOWN_LIMIT =
  'Find what has that many slots: the threads that run WSGI or plain def views behind the event loop (hypercorn under WSGI and asyncio.to_thread: min(32, cores + 4) threads in each process, loop.set_default_executor gives more; Starlette and FastAPI: 40, anyio.to_thread.current_default_thread_limiter().total_tokens), a semaphore, a pool of database connections.';

function knownText(limits: ReturnType<typeof limitsOf>, enough: number | null): string {
  const each = limits.map(({ slots, what, change }) => `${what} (${slots}): ${change(enough)}`);
  return `Defaults of that size: ${each.join('; ')}. Threads for WSGI and asyncio.to_thread (min(32, cores + 4)), a semaphore or a pool of your own may be as large: py-spy dump under load shows what they wait for.`;
}

/**
 * Smallest number of slots per process that keeps the target wait, above the present number and up to SENSIBLE times it. null: none does, or
 * the log does not tell.
 */
function slotsEnough({ summary, predictor }: Facts, { slots, high }: FoundSlots): number | null {
  const workers = summary.server.workers.value ?? 1;
  const isEnough = (threads: number): boolean => {
    const told = predictor.predict({ model: 'threaded', workers, threads });
    return told !== null && told.waitP95Range[1] <= TARGET;
  };
  const most = SENSIBLE * slots;
  if (most <= high || !isEnough(most)) return null;
  const first = high + 1;
  return first + countBelow(most - first, (more) => Number(isEnough(first + more)), 1);
}

/** µs: a p95 below this is no queue worth a finding. */
const LEAST_WAIT = 50_000;

export default defineFinding({
  id: 'waits-in-application',
  title: 'Requests of a server without a limit wait for each other inside the application',
  needs: ['time', 'duration'],
  examine,
  explain: {
    test: [
      'An async server, or a thread per request. D regressed on the number of others in the same process that a request found, within',
      '32 consecutive requests of its route: the slope is 6 standard errors above what the same requests give with their durations dealt',
      'anew within those groups and told by stamps as coarse, it accounts for 15 % more of the mean time than there, and requests that',
      'found more than the median number took at least 1.2 times as long as the others. Critical from three times on.',
      'They stand in a queue where durations of neighbours of a route lie as far apart among many as among few (growth of ln |D_i - D_i-1|, two',
      'standard errors included, at most half of that of ln D) and of those more that they find at most 12 % are still there when they end. Then',
      'end - D is the arrival, and the slots k of each process are those with which requests that queued take as long as those that did not,',
      'within two standard errors of what a replay with k slots shows (5 % of the time more, for a busier host, or 10 ms less, for work outside the slot).',
      'Routes whose own slope is surely below a quarter of the steepest sure one stand aside. Critical from a p95 wait of 1 s on. The number that is enough',
      'comes from a simulation with k slots in each process, up to four times as many.',
    ].join('\n'),
    guards: [
      'At least 100 requests; comparison within a route and a short while, so that a slow hour or a slow route does not count. A slowdown of a few',
      'percent by the work of the loop itself is no wait. What they wait for a log does not say: where the route that blocks the loop, or the core that',
      'they share, shows, that finding speaks instead. Defaults of libraries are named where they lie in a range of at most a quarter: as many slots as these have, what has them the log does not say. Durations of one length do not tell a queue from sharing, and then neither is said. A loop that is blocked all the time shows no growth, and then this is silent.',
    ].join('\n'),
    fix: {
      gunicorn:
        'with an ASGI worker: await in async views, more --workers where they compute; def views of FastAPI: a larger thread limiter, or async views',
      uvicorn:
        'await in async views; def views of FastAPI and Starlette: anyio.to_thread.current_default_thread_limiter().total_tokens; more --workers where they compute',
      waitress: 'has a fixed pool of threads and queues before it: does not apply',
      hypercorn:
        'await in async views; a WSGI application runs in a pool of threads of its own: more of them, or more --workers',
      uWSGI: 'with --gevent or --asyncio: more workers where views compute, patched libraries where they block',
    },
  },
  fires: [
    'faults/loop-blocked-by-all.log.gz',
    'faults/def-views-40-threads.log.gz',
    'faults/wsgi-behind-loop.log.gz',
    'faults/five-connections.log.gz',
    'faults/def-views-and-async.log.gz',
    'faults/one-thread-for-all.log.gz',
  ],
  quiet: [
    'gunicorn-gevent-2.log',
    'gunicorn-asgi-4-burst-of-100.log',
    'hypercorn-4-default.log',
    'gunicorn-sync-4-nearly-full.log',
    'faults/blocked-loop-not.log.gz',
  ],
});
