/** Finding: the server sets no limit, yet requests take longer the more of them are in flight: they wait inside the application. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { secondsOf } from '../core/rows.ts';
import { besideText, durationText } from '../core/words.ts';
import { poolText } from './pool-words.ts';

/** Times as long among many as among few from which it is an outage in the making. */
const GRAVE = 3;

function examine({ summary, inference }: Facts): Finding | null {
  const { growth, mean } = inference.service;
  if (!growth?.grows || growth.behindProxy) return null;
  const { few, many } = growth;
  // Those that found few waited, too, if less: this is the least that waiting adds.
  const added = Math.max(0, mean - few.mean);
  return {
    severity: many.mean >= GRAVE * few.mean ? 'critical' : 'warning',
    title: `Requests wait for each other inside the application: ${besideText(few)}, ${besideText(many)}`,
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
    ].join('\n'),
    guards: [
      'At least 100 requests; comparison within a route and a short while, so that a slow hour or a slow route does not count. A slowdown of a few',
      'percent by the work of the loop itself is no wait. What they wait for a log does not say: where the route that blocks the loop, or the core that',
      'they share, shows, that finding speaks instead. A loop that is blocked all the time shows no growth, and then this is silent.',
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
  fires: ['faults/loop-blocked-by-all.log.gz', 'faults/def-views-40-threads.log.gz'],
  quiet: [
    'gunicorn-gevent-2.log',
    'gunicorn-asgi-4-burst-of-100.log',
    'hypercorn-4-default.log',
    'gunicorn-sync-4-nearly-full.log',
    'faults/blocked-loop-not.log.gz',
  ],
});
