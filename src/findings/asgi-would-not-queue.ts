/** Finding: callers queue for slots while the requests in them only wait for something else; async views would free these slots. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { secondsOf } from '../core/rows.ts';
import { countText, durationText } from '../core/words.ts';
import { asyncThatWouldDo, perhapsAsyncText, servedP95 } from './io-remedies.ts';
import { knownSlots, poolText, waitP95Text } from './pool-words.ts';
import { materialWait } from './saturation.ts';

function examine(facts: Facts): Finding | null {
  const { summary, inference, predictor } = facts;
  if (summary.requests.total < 10 || !materialWait(facts)) return null;
  const prediction = asyncThatWouldDo(facts);
  if (!prediction) return null;
  const contention = predictor.contention();
  const workers = countText(prediction.pool.workers, 'worker');
  return {
    severity: 'info',
    title: 'The same load on ASGI would not queue, if its views await',
    detail:
      `The p95 wait in front of ${poolText(summary.server)} is ${waitP95Text(facts)}. Simulated on ${countText(prediction.pool.workers, 'async worker')}, holding any number of requests while they wait for I/O, the p95 latency is ${durationText(prediction.latencyP95)}.` +
      (contention !== 'none'
        ? ''
        : ' No growth of service time with concurrency shows, which speaks for I/O and against computing.'),
    evidence: {
      slots: knownSlots(summary.server),
      wait_p95_seconds: secondsOf(inference.wait.p95),
      service_p95_seconds: secondsOf(servedP95(inference)),
      async_latency_p95_seconds: secondsOf(prediction.latencyP95),
      shared_work: typeof contention === 'string' ? (contention === 'none' ? 0 : null) : contention.share,
    },
    advice: `If these views spend their time waiting (database, HTTP, sleep), write them as \`async def\` and serve them over ASGI with ${workers}; a view that computes or calls a blocking library would stall its whole worker instead.${perhapsAsyncText(facts)}`,
    from: Number.NaN,
    to: Number.NaN,
  };
}

export default defineFinding({
  id: 'asgi-would-not-queue',
  title: 'I/O-bound requests queue for slots that an ASGI server would not need',
  needs: ['time'],
  examine,
  explain: {
    test: [
      'A sync or threaded pool whose p95 wait is at least 100 ms and its mean wait 15 % of the mean service time; simulated on as many',
      'async workers (processor sharing of the share of work that the log shows, mean value analysis) the p95 latency stays',
      'within 1.25 times the p95 service time.',
    ].join('\n'),
    guards: [
      'A log does not say whether a view waits or computes: the advice begins with "if".',
      'Where service time grows with concurrency (GIL, CPU, a database), the simulation carries that growth over.',
    ].join('\n'),
    fix: {
      gunicorn:
        '-k uvicorn_worker.UvicornWorker module:app with an ASGI framework (pip install uvicorn-worker); or threads: -k gthread --threads K',
      uvicorn: 'uvicorn module:app --workers N',
      waitress: 'has no ASGI mode: uvicorn or hypercorn in its place, or more --threads',
      hypercorn: 'hypercorn module:app --workers N',
      uWSGI: 'has no ASGI mode: uvicorn or hypercorn in its place, or --gevent N with patched libraries',
    },
  },
  fires: ['gunicorn-sync-4-burst-of-100.log', 'gunicorn-sync-2-overloaded.log', 'gunicorn-sync-4-nearly-full.log'],
  quiet: [
    'gunicorn-sync-4-enough.log',
    'gunicorn-sync-8-overprovisioned.log',
    'hypercorn-4-default.log',
    'gunicorn-gthread-1x4-cpu-bound.log',
  ],
});
