/** Finding: after answers of a route the worker takes no request for a while, although callers keep coming; no line shows what holds it. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { rowsOf } from '../core/rows.ts';
import { countText, durationText, percentText, shortName } from '../core/words.ts';
import { poolText } from './pool-words.ts';
import { findingsOfQueue } from './saturation.ts';

/** Share of the time of all workers: MATERIAL reports the finding, MUCH makes it critical. */
const MATERIAL = 0.05;
const MUCH = 0.2;

function examine(facts: Facts): Finding | null {
  const { summary, names, inference } = facts;
  const workers = summary.server.workers.value;
  if (summary.server.model !== 'sync' || workers === null || summary.server.servers) return null;
  const { held } = inference;
  if (!held) return null;
  const rows = rowsOf(facts);
  const span = rows.end[rows.length - 1] - rows.start[0];
  const share = held.micros / (workers * span);
  if (share < MATERIAL) return null;
  const name = names.routes.text(held.route);
  const pool = poolText(summary.server);
  return {
    severity: share >= MUCH ? 'critical' : 'warning',
    title: `After each answer of ${name} its worker stays taken for ${durationText(held.median)}, which no line shows`,
    brief: `After answers of ${shortName(name)} workers stay taken`,
    detail: `After nine of ten of ${countText(held.answers, 'answer')} of ${name} the worker began nothing for ${durationText(held.least)} or longer, although callers kept coming; after other routes ${percentText(held.usual)} of the pauses are as long. That is ${percentText(share)} of the time of ${pool}. The logged times leave it out, and so does the load that is told of this log; its waits are those behind workers that were held for so long.`,
    evidence: {
      route: name,
      answers: held.answers,
      held_least_seconds: held.least / 1e6,
      held_median_seconds: held.median / 1e6,
      as_long_after_others: held.usual,
      held_share: share,
    },
    advice: `If clients read its answers slowly, or do not close their connection, let a proxy that buffers stand in front (nginx: proxy_buffering on): it takes the answer at once, and ${percentText(share)} of the pool comes free. If the view works on after its answer (close hooks, teardown, post_request), hand that to a task queue.`,
    from: rows.start[0],
    to: rows.end[rows.length - 1],
    lostSeconds: held.micros / 1e6,
    // A smaller share is only one of several reasons for a queue, so findings about the queue stay.
    spares: share >= MUCH ? [] : findingsOfQueue,
  };
}

export default defineFinding({
  id: 'held-after-answer',
  title: 'Workers stay taken after the answers of a route',
  needs: ['time', 'pid', 'duration'],
  examine,
  silences: ['measured-wait-disagrees', 'overprovisioned', ...findingsOfQueue],
  explain: {
    test: [
      'Sync workers: of at least 20 answers of a route nine of ten are followed by a pause of the worker of g >= 0.3 s before its next',
      'request, where after other routes half of the pauses are g / 4 at most (binomial test against the share of theirs that is as long,',
      'p < 1.5e-8 after correction); together 5 % of the time of all workers.',
    ].join('\n'),
    guards: [
      'Other workers took requests meanwhile at half of the usual rate or more: callers who pause after a route make no such finding. A pool that',
      'is mostly idle has long pauses after every route. Answers behind which no other route is asked for within half of the pauses do not count: a',
      'worker that only health checks call at night rests.',
    ].join('\n'),
    fix: {
      gunicorn:
        'a buffering proxy in front; sync workers of recent versions wait up to 2 s for the client to close, and the main thread of gthread workers does, too, while it accepts nobody; async workers go on',
      uvicorn: 'does not apply: an event loop goes on',
      waitress: 'does not apply: its main thread sends the answers',
      hypercorn: 'does not apply: an event loop goes on',
      uWSGI:
        'a buffering proxy in front, or --offload-threads N; uwsgi.after_req_hook and @mule for work after the answer',
    },
  },
  fires: ['faults/held-after-answer.log.gz'],
  quiet: [
    'gunicorn-sync-4-nearly-full.log',
    'gunicorn-sync-3-slow-route-starves-fast.log',
    'gunicorn-sync-2-overloaded.log',
    'gunicorn-sync-4-half-loaded.log',
    'gunicorn-sync-2-recycling.log',
    'faults/slow-clients.log.gz',
    'faults/night-health-checks.log.gz',
  ],
});
