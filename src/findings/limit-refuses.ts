/** Finding: the server logs that it refuses requests because a limit of its own is reached. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { countText, percentText } from '../core/words.ts';

const FEWEST = 5;
/** Refused share of the answers: MANY reports the finding, MOST_SEVERE makes it critical. */
const MANY = 0.01;
const MOST_SEVERE = 0.25;
/** Least share of the server errors that are refusals, and least share of the refusals that the server logs. */
const NEARLY_ALL = 0.8;
const UNAVAILABLE = 503;

function examine({ requests, lifecycle, summary }: Facts): Finding | null {
  const said = lifecycle.filter(({ kind }) => kind === 'queue-full');
  if (said.length < FEWEST) return null;
  let [answered, errors, refused] = [0, 0, 0];
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < requests.length; row++) {
    if (requests.status[row] > 0) answered++;
    if (requests.status[row] >= 500) errors++;
    if (requests.status[row] !== UNAVAILABLE) continue;
    refused++;
    from = Math.min(from, requests.end[row]);
    to = Math.max(to, requests.end[row]);
  }
  const share = refused / answered;
  // Share of the refusals that the server logs; capped, because there may be more such lines than refusals among the kept requests.
  const spokenOf = Math.min(1, said.length / refused);
  if (!(share >= MANY) || refused < NEARLY_ALL * errors || spokenOf < NEARLY_ALL) return null;
  const words = said[0].text ?? 'the queue is full';
  const rate = summary.requests.rate.mean;
  return {
    severity: share >= MOST_SEVERE ? 'critical' : 'warning',
    title: `The server turns ${percentText(share)} of the requests away: a limit of its own is reached`,
    brief: `The server turns ${percentText(share)} of the requests away`,
    detail: `It says "${words}" ${countText(said.length, 'time')}, and ${countText(refused, 'answer')} of ${answered} are ${UNAVAILABLE}. Those callers did not wait, they were refused at once; the limit itself (uvicorn: --limit-concurrency, which counts idle connections too) the log does not tell.`,
    evidence: { refused, requests: answered, share, said: said.length, message: words, requests_per_second: rate },
    advice:
      'Raise the limit if what lies behind it (memory, connections of the database) bears more, add workers so that each has less in flight, or have the proxy queue and retry; a limit that is meant to shed load should answer with Retry-After.',
    from: Number.isFinite(from) ? from : Number.NaN,
    to: Number.isFinite(to) ? to : Number.NaN,
  };
}

export default defineFinding({
  id: 'limit-refuses',
  title: 'The server turns requests away because a limit of its own is reached',
  needs: [],
  examine,
  silences: ['server-errors', 'error-burst'],
  explain: {
    test: 'The server says so at least five times (uvicorn "Exceeded concurrency limit", mod_wsgi "Queue timeout expired"), for at least four of five answers with status 503, which are four of five server errors and 1 % of all answers; critical from 25 % on.',
    guards: 'Status 503 alone is none: a proxy or the application may answer so for other reasons.',
    fix: {
      gunicorn:
        'sets no such limit: callers wait in the socket queue (--backlog); with UvicornWorker: limit_concurrency in CONFIG_KWARGS',
      uvicorn: '--limit-concurrency N larger, or none; more --workers; --backlog for what the socket holds',
      waitress: '--connection-limit N larger; --threads for what waits inside',
      hypercorn: '--backlog N larger; it sets no limit on requests of its own',
      uWSGI: '--listen N larger (and net.core.somaxconn); more --processes or --threads',
    },
  },
  fires: ['faults/limit-concurrency.log.gz'],
  quiet: ['gunicorn-sync-2-failing-route.log', 'waitress-4-threads-ramp.log', 'faults/error-burst.log.gz'],
});
