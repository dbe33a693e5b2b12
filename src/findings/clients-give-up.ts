/** Finding: clients disconnect before the answer, so the server works for nobody. */
import { integersAt } from '../core/columns.ts';
import { defineFinding, type Facts, type Finding, spanOfInstants } from '../core/finding.ts';
import { groupsOf, orNull } from '../core/rows.ts';
import { medianOf } from '../core/statistics.ts';
import { countText, durationText, percentText } from '../core/words.ts';

const MINIMUM = 5;
const MINIMUM_SHARE = 0.01;
/** nginx: the client closed the request before the answer. */
const CLIENT_CLOSED = 499;

function examine(facts: Facts): Finding | null {
  // Uses the table of requests, not `rowsOf`: if the logs of proxy and server are read together, rows leave out the proxy's lines.
  const { requests, lifecycle } = facts;
  const gone = Array.from({ length: requests.length }, (_, i) => i).filter((i) => requests.status[i] === CLIENT_CLOSED);
  if (gone.length >= MINIMUM && gone.length >= MINIMUM_SHARE * requests.length) return byStatus(facts, gone);
  const said = lifecycle.filter(({ kind }) => kind === 'client-gone');
  if (said.length < MINIMUM || said.length < MINIMUM_SHARE * facts.summary.requests.total) return null;
  return byWord(facts, said);
}

function byStatus({ requests, names, summary }: Facts, gone: readonly number[]): Finding {
  // If both logs are read together, a duration with a measured wait is the server's, which worked on after the client had left.
  const isProxys = (i: number) => requests.duration[i] >= 0 && !(requests.measuredWait[i] >= 0);
  const timeOf = (i: number) => (isProxys(i) ? requests.duration[i] : Number.NaN);
  const patience = medianOf(gone.map(timeOf).filter(Number.isFinite));
  const byRoute = groupsOf(integersAt(requests.route, gone));
  const [[route, members]] = [...byRoute].sort((a, b) => b[1].length - a[1].length);
  const name = names.routes.text(route);
  const share = gone.length / requests.length;
  const waited = (summary.wait.p95 ?? Number.NaN) * 1e6;
  const first =
    waited > patience / 4
      ? 'shorten the queue first (see pool-saturated)'
      : Number.isNaN(waited)
        ? `make ${name} quicker, or shorten the queue in front of it, which this log does not tell`
        : `make ${name} quicker`;
  return {
    severity: share >= 0.05 ? 'critical' : 'warning',
    title: `${countText(gone.length, 'client')} gave up before the answer (${percentText(share)})`,
    brief: `${countText(gone.length, 'client')} gave up before the answer`,
    detail: `Status 499: the client closed the connection${Number.isFinite(patience) ? ` after ${durationText(patience)} (median)` : ''}. ${members.length} of them asked for ${name}. A server that does not notice goes on to work for nobody.`,
    evidence: {
      given_up: gone.length,
      share,
      patience_median_seconds: orNull(patience / 1e6),
      route: name,
      route_given_up: members.length,
    },
    advice: adviceFor(patience, first),
    ...spanOfInstants(
      gone.map((i) => requests.start[i]),
      gone.map((i) => requests.end[i]),
    ),
    lostSeconds: Number.isFinite(patience) ? (patience / 1e6) * gone.length : 0,
  };
}

/** From the server's own lines about closed connections, which do not name the request. */
function byWord({ summary }: Facts, said: Facts['lifecycle']): Finding {
  const { total } = summary.requests;
  const share = said.length / total;
  const queued = (summary.wait.p95 ?? 0) > 1;
  return {
    severity: share >= 0.05 ? 'critical' : 'warning',
    title: `${countText(said.length, 'client')} gave up before the answer (${percentText(share)})`,
    detail: `The server found the connection closed when it wrote the answer, ${said.length} times on ${countText(total, 'request')}: those workers had worked for nobody.`,
    evidence: { given_up: said.length, share, patience_median_seconds: null, route: null, route_given_up: null },
    advice: adviceFor(
      Number.NaN,
      queued ? 'shorten the queue first (see pool-saturated)' : 'make the slowest routes quicker',
    ),
    ...spanOfInstants(said.map(({ time }) => time)),
  };
}

const adviceFor = (patience: number, first: string): string =>
  `Answer within the patience of the clients${Number.isFinite(patience) ? ` (${durationText(patience)})` : ''}: ${first}, and refuse early what cannot be answered in time, so that no worker works for somebody who left.`;

export default defineFinding({
  id: 'clients-give-up',
  title: 'Clients hang up before their answer comes',
  needs: [],
  examine,
  explain: {
    test: [
      'At least 5 requests and 1 % of all with status 499 (nginx: client closed request); or as many lines in which the server says',
      'that the client was gone (waitress "Client disconnected", uWSGI "SIGPIPE: writing to a closed pipe", Django "Broken pipe",',
      'gunicorn with --log-level debug "Ignoring EPIPE").',
    ].join('\n'),
    guards: [
      'Only a proxy writes this status, and few servers say a word: a log that does neither cannot show it, and the finding stays',
      'quiet. gunicorn notices only when an answer is too large for one write; uvicorn writes no line at all for a client who left.',
      'Connections that never sent a request (TCP health checks) do not count.',
    ].join('\n'),
    fix: {
      gunicorn:
        'sync workers finish the work of those who left; put a deadline on the work (a statement timeout, a request deadline)',
      uvicorn: 'await request.is_disconnected() in long views, or let cancellation end them',
      waitress:
        '--channel-request-lookahead=1, and ask environ["waitress.client_disconnected"]() in long views (waitress 2.0 on)',
      hypercorn: 'handle the disconnect message of ASGI in long views',
      uWSGI: '--harakiri as a deadline; uwsgi.is_connected(fd) in long views',
    },
  },
  fires: [
    'faults/clients-give-up-nginx.log.gz',
    'faults/clients-give-up-uwsgi.log.gz',
    'faults/clients-give-up-gunicorn.log.gz',
  ],
  quiet: ['nginx-in-front-of-sync-2.log', 'gunicorn-sync-2-overloaded.log'],
});
