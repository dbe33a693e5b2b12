/** Finding: server errors bunch together in time, and what happened at that moment. */
import { integersAt } from '../core/columns.ts';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { episodesOf } from '../core/full-stretches.ts';
import type { LifecycleKind } from '../core/lifecycle.ts';
import { likeliestStretch, type Stretch } from '../core/likeliest-stretch.ts';
import { groupsOf, type Rows, rowsOf } from '../core/rows.ts';
import { countText, durationText, percentText } from '../core/words.ts';
import { happened } from './coincidence.ts';
import { knownSlots } from './pool-words.ts';

const MINIMUM_ERRORS = 5;
/** Share of errors inside, and how many times the share outside that is. */
const INSIDE = 0.2;
const TIMES = 5;
/** An event counts as the cause when it comes this long before the first error, or during them. */
const NEAR = 15e6;
/** Share of the time from which a full pool coincides with anything. */
const MOSTLY_FULL = 0.3;

/** The stretch that is most likely at a share of errors of max(20 %, 5 times the mean), and not of the mean. */
function burstOf(rows: Rows, errors: number): Stretch | null {
  const usual = Math.max(errors / rows.length, 1e-6);
  const high = Math.min(0.95, Math.max(INSIDE, TIMES * usual));
  const burst = likeliestStretch((i) => rows.status[i] >= 500, usual, high, 0, rows.length);
  return burst && burst.hits >= MINIMUM_ERRORS ? burst : null;
}

function causeOf(facts: Facts, from: number, to: number): string | null {
  const near = (...kinds: LifecycleKind[]) => happened(facts, kinds, from - NEAR, to);
  if (near('timeout', 'killed')) return 'workers were killed';
  if (near('queue-full')) return 'the queue of the server was full';
  if (near('reload', 'listen', 'shutdown')) return 'the server was restarted';
  if (near('boot', 'exit')) return 'workers were replaced';
  return wasFull(facts, from, to) ? 'the pool was full and callers queued' : null;
}

/** Callers queued then, in a log whose pool was not full most of the time: such a pool is full when anything happens. */
function wasFull(facts: Facts, from: number, to: number): boolean {
  const slots = knownSlots(facts.summary.server);
  if (slots === null || !((facts.summary.concurrency.saturated_ratio ?? 1) < MOSTLY_FULL)) return false;
  return episodesOf(facts, slots).some(
    (episode) => episode.waiters >= 5 && episode.from <= to && episode.to >= from - NEAR,
  );
}

function examine(facts: Facts): Finding | null {
  const rows = rowsOf(facts);
  const errors = rows.status.reduce((count, status) => count + (status >= 500 ? 1 : 0), 0);
  if (errors < MINIMUM_ERRORS || rows.length < 50) return null;
  const burst = burstOf(rows, errors);
  if (!burst) return null;
  const inside: number[] = [];
  let to = Number.NEGATIVE_INFINITY;
  for (let i = burst.first; i <= burst.last; i++) {
    if (rows.status[i] >= 500) inside.push(i);
    to = Math.max(to, rows.end[i]);
  }
  const from = rows.start[burst.first];
  const total = burst.last - burst.first + 1;
  const outside = (errors - inside.length) / Math.max(1, rows.length - total);
  // A log that fails all the time has no burst.
  if (inside.length / total < TIMES * outside) return null;
  const [[route, ofRoute], ...otherRoutes] = mostFirst(integersAt(rows.route, inside));
  const [[status]] = mostFirst(integersAt(rows.status, inside));
  const name = facts.names.routes.text(route);
  const cause = causeOf(facts, from, to);
  return {
    severity: inside.length >= 0.5 * total ? 'critical' : 'warning',
    title: `Error burst: ${countText(inside.length, 'server error')} in ${durationText(Math.max(1e6, to - from))}${cause ? `, while ${cause}` : ''}`,
    detail: `${percentText(inside.length / total)} of the requests failed in that time, ${percentText(outside)} in the rest of the log. Mostly ${status}, on ${name} (${ofRoute.length})${otherRoutes.length > 0 ? ` and ${countText(otherRoutes.length, 'other route')}` : ''}.${cause ? '' : ' Nothing in this log happened at the same time that would explain it.'}`,
    evidence: {
      errors: inside.length,
      requests: total,
      share: inside.length / total,
      share_outside: outside,
      seconds: (to - from) / 1e6,
      main_status: status,
      main_route: name,
      cause,
    },
    advice: cause
      ? `Errors while ${cause}: mend that first (${cause.startsWith('the server') ? 'a rolling restart that keeps enough workers alive' : 'see the finding beside this one'}).`
      : `Read the tracebacks of ${name} in the error log of that time; a backend that failed, rather than this server, is likely.`,
    from,
    to,
  };
}

const mostFirst = (column: Int32Array) => [...groupsOf(column)].sort((a, b) => b[1].length - a[1].length);

export default defineFinding({
  id: 'error-burst',
  title: 'Server errors bunch together in time',
  needs: ['time'],
  ofPart: true,
  examine,
  silences: ['server-errors'],
  explain: {
    test: [
      'The stretch whose share of 5xx is most likely max(20 %, 5 times the mean) and not the mean (largest sum of log likelihood',
      'ratios, Kadane 1984): at least 5 errors, a ratio of e^12 after correction for all stretches, five times the share outside.',
      'Cause: kills, restarts or a full pool within 15 s before the first error or during the burst, where such events are rare.',
    ].join('\n'),
    guards: 'Errors that are spread over the log, however many, are a rate and not a burst.',
    fix: {
      gunicorn: '--graceful-timeout and a rolling reload (HUP) for restarts; see worker-timeouts for kills',
      uvicorn: 'one worker after the other behind the proxy',
      waitress: 'two instances behind the proxy, restarted in turn',
      hypercorn: 'one worker after the other behind the proxy; --graceful-timeout',
      uWSGI: '--lazy-apps with chain-reload (touch-chain-reload) for restarts',
    },
  },
  fires: ['faults/error-burst.log.gz'],
  quiet: [
    'gunicorn-sync-4-nearly-full.log',
    'gunicorn-sync-2-overloaded.log',
    'gunicorn-sync-2-recycling.log',
    'faults/retry-storm-not.log.gz',
  ],
});
