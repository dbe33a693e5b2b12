/** Finding: the log is too short to say much about its server. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { countText } from '../core/words.ts';

const ENOUGH_REQUESTS = 30;

/** Why the lines say little. That they never filled the server is only said if it is known. */
function whyLittle({ summary, inference, lifecycle }: Facts): string {
  const { total } = summary.requests;
  const requests = countText(total, 'request');
  const say = total === 1 ? 'says' : 'say';
  if (total === 0) return 'No request line was found, so nothing can be said of how the server answers.';
  if (lifecycle.some(({ kind }) => kind === 'queued'))
    return `${requests} ${say} little of how many the server can run at once, though its own lines say that some had to wait.`;
  if (summary.server.capacity.value !== null && inference.concurrency.saturatedRatio === 0)
    return `${requests} that never filled the server ${say} little of how many it can run at once.`;
  return `${requests} ${say} little of how many the server can run at once: whether it was full then the log does not tell.`;
}

function examine(facts: Facts): Finding | null {
  const { summary, inference } = facts;
  const { total } = summary.requests;
  if (total >= ENOUGH_REQUESTS) return null;
  // A burst that fills the pool says more in 16 lines than an idle hour. But a single request per slot does not show that it was full.
  const isFull = inference.concurrency.saturatedRatio >= 0.5 && total >= 2 * (inference.capacity.value ?? 1);
  if (inference.batches.detected || isFull) return null;
  return {
    severity: 'info',
    title: total === 0 ? 'Not enough data: no request in the log' : `Not enough data: ${countText(total, 'request')}`,
    detail: whyLittle(facts),
    evidence: { requests: total, requests_needed: ENOUGH_REQUESTS, seconds: summary.window.seconds },
    advice: `Log at least ${ENOUGH_REQUESTS} requests, among them a busy moment (a load test, the rush hour): a pool shows its size when it is full.`,
    from: Number.NaN,
    to: Number.NaN,
  };
}

export default defineFinding({
  id: 'not-enough-data',
  title: 'The log is too short to judge its server',
  needs: [],
  examine,
  explain: {
    test: 'Fewer than 30 requests, no batches, and the pool full for less than half of the time, or by fewer than two requests a slot.',
    guards: 'A burst that fills the pool (16 requests on 4 workers) is enough data and keeps this finding quiet.',
    fix: {
      gunicorn:
        'keep the access log on, with pid and duration: --access-logfile - --access-logformat \'%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s" pid=%(p)s us=%(D)s\'',
      uvicorn: 'keep --access-log on, with the time and the pid in the format of the logger uvicorn.access',
      waitress: 'wrap the app in paste.translogger.TransLogger, or log in the application',
      hypercorn:
        '--access-logfile - --access-logformat \'%(h)s %(l)s %(l)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s" pid=%(p)s us=%(D)s\'',
      uWSGI: 'leave request logging on (no --disable-logging)',
    },
  },
  fires: [],
  quiet: [
    'article-form-sync-4-burst-of-16.log',
    'gunicorn-sync-1-three-at-once.log',
    'gunicorn-sync-4-half-loaded.log',
  ],
});
