/** Finding: answers of 504 that all took one and the same time: a gateway waited so long for what is behind it, and no longer. */
import { max, min } from 'simple-statistics';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { medianOf } from '../core/statistics.ts';
import { countText, durationText, percentText } from '../core/words.ts';

const GATEWAY_TIMEOUT = 504;
const MINIMUM = 5;
/** µs: nobody is less patient. */
const SHORTEST = 500_000;
/** Share of these answers that took the patience or a moment more, and of the others that took longer, at most. */
const SHARP = 0.9;
const LONGER = 0.02;
const BELOW = 0.98;
const ABOVE = 1.05;
const MOMENT = 20_000;
/** Share of the answers from which callers notice. */
const MANY = 0.05;

function examine({ requests }: Facts): Finding | null {
  const { status, duration, start, end, length } = requests;
  const answered = Array.from({ length }, (_, row) => row).filter((row) => status[row] > 0 && duration[row] >= 0);
  const late = answered.filter((row) => status[row] === GATEWAY_TIMEOUT);
  if (late.length < MINIMUM) return null;
  const patience = medianOf(late.map((row) => duration[row]));
  const most = ABOVE * patience + MOMENT;
  const sharp = late.filter((row) => duration[row] >= BELOW * patience && duration[row] <= most);
  const longer = answered.filter((row) => status[row] !== GATEWAY_TIMEOUT && duration[row] > most);
  if (patience < SHORTEST || sharp.length < SHARP * late.length || longer.length > LONGER * answered.length)
    return null;
  const failed = answered.filter((row) => status[row] >= 500);
  const share = late.length / answered.length;
  const waited = durationText(patience);
  const instants = (column: Float64Array) => late.map((row) => column[row]).filter(Number.isFinite);
  const [starts, ends] = [instants(start), instants(end)];
  return {
    severity: share >= MANY ? 'critical' : 'warning',
    title: `${percentText(share)} of the answers are 504 after ${waited} sharp: a gateway gave up waiting for the server behind it`,
    detail: `${countText(late.length, 'caller')} got a 504, ${percentText(sharp.length / late.length)} of them ${waited} after they came or a moment later, and next to no answer took longer. That is the patience of whoever answered them (nginx: proxy_read_timeout), not an error of the application: it wrote no traceback, and its workers went on with requests whose callers had been sent away.`,
    evidence: {
      gateway_timeouts: late.length,
      share,
      patience_seconds: patience / 1e6,
      sharp_share: sharp.length / late.length,
      longer_answers: longer.length,
    },
    advice: `Find why answers take ${waited}: read the log of the server behind together with this one, for a full pool makes exactly this. Let the server give up before the gateway does (a time-out in the views shorter than ${waited}), so that workers do not work for callers who are gone, and turn callers away early (a limit that answers 503) rather than late.`,
    from: starts.length > 0 ? min(starts) : Number.NaN,
    to: ends.length > 0 ? max(ends) : Number.NaN,
    lostSeconds: (patience / 1e6) * late.length,
    spares: 2 * late.length >= failed.length ? [] : errorFindings,
  };
}

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
      'At least 5 answers of 504 (by RFC 9110 a gateway that got no answer in time) with a median duration X of 0.5 s or more; nine tenths of',
      'them in [0.98 X, 1.05 X + 20 ms], and at most 2 % of the answers with another status longer than that.',
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
