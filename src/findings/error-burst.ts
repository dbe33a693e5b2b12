/** Finding: server errors bunch together in time; it names what else happened at that moment. */
import { integersAt } from '../core/columns.ts';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { episodesOf } from '../core/full-stretches.ts';
import type { LifecycleKind } from '../core/lifecycle.ts';
import { likeliestStretch, type Stretch } from '../core/likeliest-stretch.ts';
import { groupsOf, orNull, type Rows, rowsOf } from '../core/rows.ts';
import { countText, durationText, percentText, roundText } from '../core/words.ts';
import { happened } from './coincidence.ts';
import { knownSlots } from './pool-words.ts';

const MINIMUM_ERRORS = 5;
/** In a burst at least INSIDE of the requests fail, TIMES as many as the mean. If TIMES the mean exceeds MOST, the shares of LARGE are tried. */
const INSIDE = 0.2;
const TIMES = 5;
const MOST = 0.95;
/** An event counts as the cause if it happens at most this long (µs) before the first error, or during the burst. */
const NEAR = 15e6;
/** From this share of the time on, a full pool coincides with any burst and explains nothing. */
const MOSTLY_FULL = 0.3;

/** A large burst raises the mean itself. Shares of errors to try then: these fractions of the way from the mean to 1. */
const LARGE = [0.25, 0.5, 0.9] as const;

/**
 * The stretch that most likely has an error share of max(20 %, 5 times the mean), or one of LARGE, instead of the mean; null: none is clear.
 * `errors`: number of server errors in `rows`.
 */
function burstOf(rows: Rows, errors: number): Stretch | null {
  const usual = Math.max(errors / rows.length, 1e-6);
  const high = Math.max(INSIDE, TIMES * usual);
  const shares = high <= MOST ? [high] : LARGE.map((way) => usual + way * (1 - usual));
  const bursts = shares
    .map((share) => likeliestStretch((i) => rows.status[i] >= 500, usual, share, 0, rows.length))
    .filter((burst) => burst !== null && burst.hits >= MINIMUM_ERRORS);
  return mostOf(bursts, (burst) => logLikelihood(burst!, errors, rows.length));
}

const mostOf = <T>(values: readonly T[], score: (value: T) => number): T | null =>
  values.reduce<T | null>((best, value) => (best !== null && score(best) >= score(value) ? best : value), null);

/** Log likelihood of a constant error share within the stretch, and another in the rest of the log. */
function logLikelihood({ first, last, hits }: Stretch, errors: number, length: number): number {
  const ofPart = (failed: number, all: number) =>
    failed > 0 && failed < all ? failed * Math.log(failed / all) + (all - failed) * Math.log((all - failed) / all) : 0;
  const inside = last - first + 1;
  return ofPart(hits, inside) + ofPart(errors - hits, length - inside);
}

/** The finding mentions the rate of requests if it was at least this many times that in the rest of the log. */
const RUSH = 2;
/** The rest of the log must last at least this long (µs) to give a rate. */
const REST = 10e6;

/** Rate of requests in the burst, relative to the rest of the log; NaN: the rest is too short. `total`: requests in the burst. */
function rateTimes(rows: Rows, total: number, from: number, to: number): number {
  const rest = rows.end[rows.length - 1] - rows.start[0] - (to - from);
  return rest >= REST ? total / Math.max(1e6, to - from) / ((rows.length - total) / rest) : Number.NaN;
}

function causeOf(facts: Facts, from: number, to: number): string | null {
  const near = (...kinds: LifecycleKind[]) => happened(facts, kinds, from - NEAR, to);
  if (near('timeout', 'killed')) return 'workers were killed';
  if (near('queue-full')) return 'the queue of the server was full';
  if (near('reload', 'listen', 'shutdown')) return 'the server was restarted';
  if (near('boot', 'exit')) return 'workers were replaced';
  return wasFull(facts, from, to) ? 'the pool was full and callers queued' : null;
}

/** Did callers queue for a full pool then? false if the pool is often full: then it is full whatever happens. */
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
  // A log with errors all the time has no burst.
  if (inside.length / total < TIMES * outside) return null;
  const [[route, ofRoute], ...otherRoutes] = mostFirst(integersAt(rows.route, inside));
  const [[status]] = mostFirst(integersAt(rows.status, inside));
  const name = facts.names.routes.text(route);
  const cause = causeOf(facts, from, to);
  const times = rateTimes(rows, total, from, to);
  const isRush = times >= RUSH;
  const rushText = isRush
    ? ` Requests came ${roundText(times)} times as often then as in the rest of the log: callers who ask again after an error would do that, or it is a rush that brought the errors.`
    : '';
  return {
    severity: inside.length >= 0.5 * total ? 'critical' : 'warning',
    title: `Error burst: ${countText(inside.length, 'server error')} in ${durationText(Math.max(1e6, to - from))}${cause ? `, while ${cause}` : ''}`,
    brief: `Error burst: ${countText(inside.length, 'server error')} in ${durationText(Math.max(1e6, to - from))}`,
    detail: `${percentText(inside.length / total)} of the requests failed in that time, ${percentText(outside)} in the rest of the log. Mostly ${status}, on ${name} (${ofRoute.length})${otherRoutes.length > 0 ? ` and ${countText(otherRoutes.length, 'other route')}` : ''}.${cause ? '' : ' Nothing in this log happened at the same time that would explain it.'}${rushText}`,
    evidence: {
      errors: inside.length,
      requests: total,
      share: inside.length / total,
      share_outside: outside,
      seconds: (to - from) / 1e6,
      main_status: status,
      main_route: name,
      cause,
      rate_times: orNull(times),
    },
    advice: `${adviceOf(cause, name, status)}${isRush ? ' If callers ask again, have them back off (exponentially, with jitter) and give up after two or three tries.' : ''}`,
    from,
    to,
  };
}

function adviceOf(cause: string | null, name: string, status: number): string {
  if (cause)
    return `Errors while ${cause}: mend that first (${cause.startsWith('the server') ? 'a rolling restart that keeps enough workers alive' : 'see the finding beside this one'}).`;
  const limit =
    status === REFUSED
      ? ` ${REFUSED} is also what a limit answers (uvicorn --limit-concurrency, a proxy without a free server): their own log says so.`
      : '';
  return `Read the tracebacks of ${name} in the error log of that time; a backend that failed, rather than this server, is likely.${limit}`;
}

/** Service unavailable. */
const REFUSED = 503;

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
      'The stretch whose share of 5xx is most likely max(20 %, 5 times the mean; where that is more than all, a quarter, half and nine tenths of the way from the mean to all) and not the mean (largest sum of log likelihood',
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
