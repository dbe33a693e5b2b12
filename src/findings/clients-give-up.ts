/** Finding: clients hang up before their answer comes, and the server works for nobody. */
import { max, min } from 'simple-statistics';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { medianOf } from '../core/statistics.ts';
import { countText, durationText, percentText } from '../core/words.ts';
import { orNull, rowsOf } from './rows.ts';

const MINIMUM = 5;
const MINIMUM_SHARE = 0.01;
/** nginx: the client closed the request before the answer. */
const CLIENT_CLOSED = 499;

function examine(facts: Facts): Finding | null {
  const rows = rowsOf(facts);
  const { names } = facts;
  const gone = Array.from({ length: rows.length }, (_, i) => i).filter((i) => rows.status[i] === CLIENT_CLOSED);
  if (gone.length < MINIMUM || gone.length < MINIMUM_SHARE * rows.length) return null;
  const patience = medianOf(
    gone.map((i) => rows.service[i] + (rows.wait[i] > 0 ? rows.wait[i] : 0)).filter(Number.isFinite),
  );
  const wasted = gone.reduce((sum, i) => sum + (rows.service[i] > 0 ? rows.service[i] : 0), 0);
  const total = rows.service.reduce((sum, micros) => sum + (micros > 0 ? micros : 0), 0);
  const byRoute = new Map<number, number>();
  for (const i of gone) byRoute.set(rows.route[i], (byRoute.get(rows.route[i]) ?? 0) + 1);
  const [route, count] = [...byRoute].sort((a, b) => b[1] - a[1])[0];
  const name = names.routes.text(route);
  return {
    severity: gone.length >= 0.05 * rows.length ? 'critical' : 'warning',
    title: `${countText(gone.length, 'client')} gave up before the answer (${percentText(gone.length / rows.length)})`,
    detail: `Status 499: the client closed the connection${Number.isFinite(patience) ? ` after ${durationText(patience)} (median)` : ''}. ${count} of them asked for ${name}.${total > 0 ? ` ${percentText(wasted / total)} of the server's time went into answers that nobody took.` : ''}`,
    evidence: {
      given_up: gone.length,
      share: gone.length / rows.length,
      patience_median_seconds: orNull(patience / 1e6),
      wasted_share: total > 0 ? wasted / total : null,
      route: name,
      route_given_up: count,
    },
    advice: `Answer within the patience of the clients${Number.isFinite(patience) ? ` (${durationText(patience)})` : ''}: ${
      facts.inference.wait.p95 > patience / 4 ? 'shorten the queue first (see pool-saturated)' : `make ${name} quicker`
    }, and refuse early what cannot be answered in time, so that no worker works for somebody who left.`,
    from: min(gone.map((i) => rows.start[i])),
    to: max(gone.map((i) => rows.end[i])),
    lostSeconds: Number.isFinite(patience) ? (patience / 1e6) * gone.length : 0,
  };
}

export default defineFinding({
  id: 'clients-give-up',
  title: 'Clients hang up before their answer comes',
  needs: [],
  examine,
  explain: {
    test: 'At least 5 requests and 1 % of all with status 499 (nginx: client closed request).',
    guards:
      'Only a proxy writes this status: a log of the application server alone cannot show it, and the finding stays quiet.',
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
  fires: [],
  quiet: ['nginx-in-front-of-sync-2.log', 'gunicorn-sync-2-overloaded.log'],
});
