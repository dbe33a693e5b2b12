/** Finding: a route whose name says async runs on a WSGI pool, one request per slot, and gains nothing from it. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { countText, durationText } from '../core/words.ts';
import { knownSlots, poolText } from './pool-words.ts';

/** The log shows no source code, so only the name of a route can reveal that its view is async. */
export const asyncWord = /(?:^|[^a-z])(?:async|asyncio|aio|asgi|await)(?:[^a-z]|$)/i;

function examine(facts: Facts): Finding | null {
  const { summary, inference } = facts;
  const slots = knownSlots(summary.server);
  if (slots === null || !['sync', 'threaded', 'pool'].includes(summary.server.model)) return null;
  // Only a pool that was full shows that the async view did not free its slot while it waited.
  const full = inference.batches.detected || inference.concurrency.saturatedRatio >= 0.2;
  if (!full || inference.concurrency.peak > slots) return null;
  const routes = summary.routes.filter((route) => asyncWord.test(route.route) && route.requests >= 2 * slots);
  if (routes.length === 0) return null;
  const requests = routes.reduce((sum, route) => sum + route.requests, 0);
  if (requests < summary.requests.total / 2) return null;

  const names = routes.map((route) => route.route).join(', ');
  const { batches, service } = inference;
  const period = batches.detected ? batches.periodMicros : service.mean;
  const many = 10 * slots;
  return {
    severity: 'warning',
    title: `An async view under WSGI gained nothing: still ${countText(slots, 'request')} at a time`,
    brief: `An async view under WSGI gained nothing: ${slots} at a time`,
    detail:
      `${names} says it is async, yet ${poolText(summary.server)} never ran more than ${countText(inference.concurrency.peak, 'request')} at once` +
      (batches.detected
        ? `: the requests came in batches of ${batches.size}, one batch every ${durationText(batches.periodMicros)}`
        : '') +
      '. Under WSGI each request keeps its worker until the event loop of that one request has ended: awaiting frees the loop, not the worker.' +
      (Number.isFinite(period)
        ? ` ${many} requests at once would take ${Math.ceil(many / slots)} × ${durationText(period)} here, and about ${durationText(period)} on ASGI.`
        : ''),
    evidence: {
      routes: names,
      requests,
      slots,
      peak_concurrency: inference.concurrency.peak,
      batch_size: batches.detected ? batches.size : null,
      batch_period_seconds: batches.detected ? batches.periodMicros / 1e6 : null,
      async_known_by: 'the name of the route',
    },
    advice: `If these views are \`async def\`, serve the application over ASGI (an ASGI framework on uvicorn or hypercorn); until then only more slots help. Gathering sub-tasks inside a view does shorten that one request.`,
    from: Number.NaN,
    to: Number.NaN,
  };
}

export default defineFinding({
  id: 'async-view-under-wsgi',
  title: 'An async view under a WSGI server runs one request per slot',
  needs: ['time'],
  examine,
  silences: ['asgi-would-not-queue'],
  explain: {
    test: [
      'The pool is sync or threaded with K slots, was full (batches, or all slots busy for 20 % of the time), and never ran',
      'more than K requests at once, while routes named async took at least half of the requests.',
      'Source: Flask documentation, "Using async and await": each request still ties up one worker, even for async views.',
    ].join('\n'),
    guards: [
      'The name of the route is the only sign of an async view in a log, so the advice begins with "if".',
      'A pool that was never full shows nothing, and neither does a route with fewer than 2 K requests.',
    ].join('\n'),
    fix: {
      gunicorn:
        '-k uvicorn_worker.UvicornWorker (pip install uvicorn-worker) with an ASGI application; a WSGI app wrapped in an adapter gains nothing',
      uvicorn: 'serve the ASGI application itself, not WsgiToAsgi(app)',
      waitress: 'has no ASGI mode: raise --threads, or change to uvicorn or hypercorn',
      hypercorn: 'serve the ASGI application (module:app), not wsgi:module:app',
      uWSGI: 'raise --processes or --threads, or move the route to an ASGI server',
    },
  },
  fires: [
    'article-form-async-view-burst-of-16.log',
    'gunicorn-sync-4-burst-of-16-async-view.log',
    'gunicorn-sync-4-burst-of-16-gathered.log',
  ],
  quiet: [
    'gunicorn-sync-4-burst-of-16.log',
    'gunicorn-uvicorn-worker-4-burst-of-100.log',
    'gunicorn-sync-4-nearly-full.log',
  ],
});
