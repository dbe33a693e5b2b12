/** Finding: the proxy gives up on requests after its time-out, and the workers behind it go on for callers who have left. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { quantileOf } from '../core/statistics.ts';
import { countText, durationText, percentText } from '../core/words.ts';
import { orNull } from './rows.ts';

const MINIMUM = 5;
const MINIMUM_SHARE = 0.01;
const GRAVE_SHARE = 0.05;
/** A gateway's time-out. */
const TIMED_OUT = 504;
/** A time-out ends a request a moment late; this share of them within it, and hardly an answer that took longer. */
const LATE = 1.05;
const LATE_MICROS = 50_000;
const NEARLY_ALL = 0.9;
const HARDLY_ANY = 0.02;

function examine(facts: Facts): Finding | null {
  const { requests, summary } = facts;
  const all = Array.from({ length: requests.length }, (_, i) => i);
  const given = all.filter((i) => requests.status[i] === TIMED_OUT);
  if (given.length < MINIMUM || given.length < MINIMUM_SHARE * requests.length) return null;
  // Of the server's own lines, beside which those of the proxy were read, or of the proxy's alone: from the request to the answer.
  const isServers = summary.service_time.method === 'logged';
  const seen = (i: number) => requests.duration[i] + (isServers ? requests.measuredWait[i] : 0);
  const lasted = given.map(seen).filter((micros) => micros >= 0);
  if (lasted.length < MINIMUM) return null;
  // What the server's lines make of it holds the work after the time-out as well: none is shorter.
  const patience = quantileOf(lasted, isServers ? 0 : 0.05);
  const latest = LATE * patience + LATE_MICROS;
  if (!isServers && lasted.filter((micros) => micros <= latest).length < NEARLY_ALL * lasted.length) return null;
  const answered = all.filter((i) => requests.status[i] > 0 && requests.status[i] < 500);
  if (answered.filter((i) => seen(i) > latest).length > HARDLY_ANY * answered.length) return null;
  const share = given.length / requests.length;
  const waited = (summary.wait.p95 ?? Number.NaN) * 1e6;
  const times = given.map((i) => requests.end[i]).filter(Number.isFinite);
  const went = isServers
    ? `The server worked on all of them to the end, for callers who had left: its own lines say that they were answered${waited > patience ? `, and as the queue was longer than that (p95 wait ${durationText(waited)}), for many it had not even begun` : ''}.`
    : 'No traceback stands behind such a status: the server behind the proxy was too slow, or had not even begun, and goes on to work for a caller who has left.';
  return {
    severity: share >= GRAVE_SHARE ? 'critical' : 'warning',
    title: `The proxy gave up on ${countText(given.length, 'request')} of ${requests.length} after ${durationText(patience)} (${percentText(share)})`,
    detail: `Status 504 after ${durationText(patience)} each, and hardly an answer took longer: that is the proxy's time-out. ${went}`,
    evidence: {
      given_up: given.length,
      share,
      time_out_seconds: orNull(patience / 1e6),
      worked_on_to_the_end: isServers,
    },
    advice: `End the queue in front of the workers (see the finding about it); a longer time-out of the proxy only lets callers wait longer. Until then let less work be done for nobody: refuse what has waited for most of ${durationText(patience)} already (X-Request-Start), and keep the queue short (a small --backlog, limits on connections at the proxy), so that callers are told at once.`,
    from: times.length > 0 ? times.reduce((a, b) => Math.min(a, b)) : Number.NaN,
    to: times.length > 0 ? times.reduce((a, b) => Math.max(a, b)) : Number.NaN,
    lostSeconds: (patience / 1e6) * given.length,
  };
}

export default defineFinding({
  id: 'proxy-gives-up',
  title: 'The proxy gives up on requests, and the server works on for callers who have left',
  needs: ['duration'],
  examine,
  silences: ['error-burst', 'server-errors', 'common-timeout'],
  explain: {
    test: [
      "At least 5 requests and 1 % of all with status 504 in the proxy's log (of two logs that tell of the same requests, those to which the proxy",
      "wrote it and the server another status). The time-out X is the 5 % quantile of what they took from request to answer: 90 % of a proxy's",
      'lines lie in [X, 1.05 X + 50 ms], and of the requests that were answered at most 2 % took longer.',
    ].join('\n'),
    guards:
      "A server's own log alone cannot show it: a 504 in it is the answer of the application (a gateway of its own), and server-errors or error-burst speak of it.",
    fix: {
      gunicorn:
        'more --workers or --threads; a smaller --backlog, so that the proxy is refused at once; nginx: proxy_read_timeout, limit_conn',
      uvicorn: 'await request.is_disconnected() in long views, or let cancellation end them; --limit-concurrency',
      waitress: 'more --threads; a smaller --connection-limit',
      hypercorn: 'handle the disconnect message of ASGI in long views; a smaller --backlog',
      uWSGI: 'more --processes or --threads; a smaller --listen; --harakiri below the time-out of the proxy',
    },
  },
  fires: ['faults/proxy-gives-up-nginx.log.gz'],
  quiet: ['faults/clients-give-up-nginx.log.gz', 'faults/error-burst.log.gz', 'nginx-in-front-of-sync-2.log'],
});
