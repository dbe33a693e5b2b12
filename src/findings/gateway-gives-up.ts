/** Finding: 504 answers that all took the same time: a gateway gave up waiting for the server behind it. */
import { min } from 'simple-statistics';
import { defineFinding, type Facts, type Finding, isKeptWhole, spanOfInstants } from '../core/finding.ts';
import { medianOf } from '../core/statistics.ts';
import { countText, durationText, percentText } from '../core/words.ts';

const GATEWAY_TIMEOUT = 504;
/** Heroku's router answers 503 instead (H12). */
const HEROKUS = 503;
const MINIMUM = 5;
/** µs: no gateway gives up sooner. */
const SHORTEST = 500_000;
/**
 * The patience is the time after which the gateway gives up. At least SHARP of these answers take between BELOW and ABOVE times the patience
 * (plus MOMENT µs), and at most LONGER of all answers are others that took longer.
 */
const SHARP = 0.9;
const LONGER = 0.02;
const BELOW = 0.98;
const ABOVE = 1.05;
const MOMENT = 20_000;
/** From this share of the answers on, the finding is critical. */
const MANY = 0.05;

/**
 * Time from each request to its answer, µs. `isServers`: the times are the server's, measured until it answered a request on which the proxy
 * had already given up. `code`: status of the gateway's answers.
 */
function latencies(
  { requests, summary }: Facts,
  code: number,
): { readonly latency: Float64Array; readonly isServers: boolean } {
  const { status, duration, measuredWait } = requests;
  // The server's log was read together with the proxy's: its lines hold the service time, and the measured wait before it.
  const isServers =
    summary.service_time.method === 'logged' && status.some((one, row) => one === code && measuredWait[row] >= 0);
  return { latency: isServers ? duration.map((micros, row) => micros + measuredWait[row]) : duration, isServers };
}

function examine(facts: Facts): Finding | null {
  const { status, start, end, length } = facts.requests;
  const isHerokus = facts.summary.inputs.some(({ format }) => format === 'heroku');
  const code = isHerokus ? HEROKUS : GATEWAY_TIMEOUT;
  const { latency, isServers } = latencies(facts, code);
  const answered = Array.from({ length }, (_, row) => row).filter((row) => status[row] > 0 && latency[row] >= 0);
  const late = answered.filter((row) => status[row] === code);
  if (late.length < MINIMUM) return null;
  const taken = late.map((row) => latency[row]);
  // The server answered these after the gateway gave up, so the shortest time is an upper bound of the patience.
  const patience = isServers ? min(taken) : medianOf(taken);
  const most = ABOVE * patience + MOMENT;
  const sharp = isServers ? late : late.filter((row) => latency[row] >= BELOW * patience && latency[row] <= most);
  const longer = answered.filter((row) => status[row] !== code && latency[row] > most);
  if (patience < SHORTEST || sharp.length < SHARP * late.length || longer.length > LONGER * answered.length)
    return null;
  const failed = answered.filter((row) => status[row] >= 500);
  // For a long log the kept requests are mostly from its busiest parts, so the share is taken of all its requests.
  const isWhole = isKeptWhole(facts);
  const share = late.length / (isWhole ? answered.length : facts.summary.requests.total);
  const whose = isHerokus ? HEROKU : NGINX;
  const waited = durationText(patience);
  return {
    severity: share >= MANY ? 'critical' : 'warning',
    title: `${isWhole ? '' : 'At least '}${percentText(share)} of the answers are ${code} after ${waited} sharp: ${whose.who} gave up waiting for the server behind it`,
    brief: `${percentText(share)} of the answers are ${code} after ${waited} sharp`,
    detail: `${isServers ? withServer(late.length, waited) : alone(code, late.length, sharp.length, waited)} That is the patience of whoever answered them (${whose.patience}), not an error of the application: it wrote no traceback, and its workers went on with requests whose callers had been sent away.`,
    evidence: {
      gateway_timeouts: late.length,
      share,
      patience_seconds: patience / 1e6,
      sharp_share: sharp.length / late.length,
      longer_answers: longer.length,
    },
    advice: `Find why answers take ${waited}: read the log of the server behind together with this one, for a full pool makes exactly this. Let the server give up before the gateway does (a time-out in the views shorter than ${waited}), so that workers do not work for callers who are gone, and turn callers away early (a limit that answers 503) rather than late.`,
    ...spanOfInstants(
      late.map((row) => start[row]),
      late.map((row) => end[row]),
    ),
    lostSeconds: (patience / 1e6) * late.length,
    spares: 2 * late.length >= failed.length ? [] : errorFindings,
  };
}

const NGINX = { who: 'a gateway', patience: 'nginx: proxy_read_timeout' };
const HEROKU = { who: "Heroku's router", patience: 'its code is H12' };

const alone = (code: number, late: number, sharp: number, waited: string): string =>
  `${countText(late, 'caller')} got a ${code}, ${percentText(sharp / late)} of them ${waited} after they came or a moment later, and next to no answer took longer.`;

const withServer = (late: number, waited: string): string =>
  `${countText(late, 'caller')} got a 504 from the proxy, and the server answered each of them later, when nobody listened: none of these answers was ready ${waited} after the caller came, and next to no other took longer.`;

const errorFindings = ['error-burst', 'server-errors'];

export default defineFinding({
  id: 'gateway-gives-up',
  title: 'A gateway gives up waiting: 504 after one and the same time',
  needs: ['duration'],
  ofPart: true,
  examine,
  silences: ['common-timeout', ...errorFindings],
  explain: {
    test: [
      'At least 5 answers of 504 (by RFC 9110 a gateway that got no answer in time), or of 503 in the log of the router of Heroku with a median duration X of 0.5 s or more; nine tenths of',
      'them in [0.98 X, 1.05 X + 20 ms], and at most 2 % of the answers with another status longer than that. Where the log of the server was read',
      'beside that of the proxy, X is the shortest time from a request to the answer that its caller did not see any more.',
    ].join('\n'),
    guards: [
      'Of 504 whose durations scatter, or beside many longer answers, it says nothing. The findings of errors fall silent only where at least',
      'half of the server errors are 504.',
    ].join('\n'),
    fix: {
      gunicorn: 'nginx: proxy_read_timeout is the patience; gunicorn --timeout below it ends a sync worker that hangs',
      uvicorn:
        'asyncio.timeout in the views below the patience of the gateway; --limit-concurrency N answers 503 at once',
      waitress: 'time-outs of the calls in the views below the patience of the gateway',
      hypercorn: 'asyncio.timeout in the views below the patience of the gateway',
      uWSGI: '--harakiri below the patience of the gateway (nginx: uwsgi_read_timeout); --http-timeout is its own',
    },
  },
  fires: ['faults/gateway-gives-up.log.gz'],
  quiet: ['faults/error-burst.log.gz', 'nginx-in-front-of-sync-2.log', 'gunicorn-sync-2-failing-route.log'],
});
