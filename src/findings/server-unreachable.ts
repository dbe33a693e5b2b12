/** Finding: a proxy answered 502 or 503 by itself, because the server behind it did not answer or a limit was reached. */
import { max, min } from 'simple-statistics';
import { indicesBelow } from '../core/columns.ts';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { momentsOf } from '../core/moments.ts';
import { orNull, rowsOf } from '../core/rows.ts';
import { countUpTo, medianOf } from '../core/statistics.ts';
import { GATEWAY_ERRORS } from '../core/status.ts';
import { clockText } from '../core/time.ts';
import { countText, durationText, listText, percentText, roundText } from '../core/words.ts';

const UNAVAILABLE = 503;
const MINIMUM = 5;
/** The proxy answered by itself if its errors took at most QUICK (µs, median), and the server's answers take at least TIMES as long. */
const QUICK = 50_000;
const TIMES = 3;
/** Critical from this share of all answers on. */
const MANY = 0.05;
/** µs: if the server took its first request within this time after the last refusal, it had been down before. */
const SOON = 30_000_000;

interface Refused {
  readonly times: readonly number[];
  readonly statuses: readonly number[];
  /** Median duration of the refusals, µs; NaN unknown. */
  readonly took: number;
  /** true: the log of the server was read together with that of the proxy. */
  readonly isBeside: boolean;
}

/** Refusals if the logs of the proxy and the server were read together: lines of the proxy without one of the server. */
function besideServer({ lifecycle }: Facts): Refused | null {
  const events = lifecycle.filter(({ kind }) => kind === 'gateway-error');
  if (events.length === 0) return null;
  const times = events.map(({ time }) => time);
  return { times, statuses: events.map(({ value }) => value ?? 0), took: Number.NaN, isBeside: true };
}

/** Refusals if only the proxy's log was read: errors that came far quicker than the server answers. */
function alone({ inference, requests }: Facts): Refused | null {
  if (inference.seenByProxy !== true) return null;
  const { status, duration, start, end, length } = requests;
  const all = Array.from({ length }, (_, row) => row);
  const failed = all.filter((row) => GATEWAY_ERRORS.has(status[row]));
  const answered = all.filter((row) => status[row] > 0 && status[row] < 500 && duration[row] >= 0);
  if (failed.length === 0 || answered.length === 0) return null;
  const took = medianOf(failed.map((row) => duration[row]).filter((micros) => micros >= 0));
  const usual = medianOf(answered.map((row) => duration[row]));
  // `took` is NaN if no refusal has a duration, and passes this test: then the proxy found no server to ask.
  if (took > QUICK || usual < TIMES * took) return null;
  const times = failed.map((row) => (Number.isFinite(end[row]) ? end[row] : start[row]));
  return { times, statuses: failed.map((row) => status[row]), took, isBeside: false };
}

/**
 * A limit was reached if others were answered within MEANWHILE (µs) both before and after NEARLY_ALL of the refusals. A server that is down
 * answers nobody.
 */
const MEANWHILE = 1e6;
const NEARLY_ALL = 0.9;

/** Answers per second while callers got 503; null: some got another status, or others were not answered at the same time. */
function answeredMeanwhile({ requests }: Facts, { times, statuses, isBeside }: Refused, from: number, to: number) {
  if (isBeside || statuses.some((status) => status !== UNAVAILABLE)) return null;
  const { status, end, length } = requests;
  const answered = Float64Array.from(
    indicesBelow(length).filter((row) => status[row] > 0 && status[row] < 500),
    (row) => end[row],
  ).sort();
  const between = (since: number, until: number) => countUpTo(answered, until) - countUpTo(answered, since);
  const beside = times.filter((at) => between(at - MEANWHILE, at) > 0 && between(at - 1, at + MEANWHILE) > 0).length;
  return beside >= NEARLY_ALL * times.length ? between(from - 1, to) / (Math.max(MEANWHILE, to - from) / 1e6) : null;
}

/** The finding that a limit of the proxy, or of the server behind it, was reached. `perSecond`: answers per second meanwhile. */
function turnedAway(facts: Facts, refused: Refused, perSecond: number, from: number, to: number): Finding {
  const { times, took } = refused;
  const count = times.length;
  const share = count / facts.summary.requests.total;
  return {
    severity: share >= MANY ? 'critical' : 'warning',
    title: `${countText(count, 'caller')} got 503 at once while others were answered: a limit is reached`,
    brief: `${countText(count, 'caller')} got 503 at once: a limit is reached`,
    detail: `From ${momentsOf(facts.summary.window).span(from, to)} UTC (${durationText(Math.max(1e6, to - from))}), ${percentText(share)} of all requests. They took ${Number.isFinite(took) ? durationText(took) : 'no time'} (median), and meanwhile ${roundText(perSecond)} others were answered each second: whatever is behind the proxy was there. So answers a limit of the proxy (nginx: limit_req and limit_conn; where nothing answers behind it, it says 502), or one of the server (uvicorn: --limit-concurrency). Those callers did not wait; no traceback of the application will tell of them.`,
    evidence: {
      refused: count,
      share,
      statuses: String(UNAVAILABLE),
      took_median_seconds: orNull(took / 1e6),
      seconds: (to - from) / 1e6,
      answered_per_second: perSecond,
      server_was_down: false,
    },
    advice:
      'The error log of the proxy says which (nginx: "limiting requests", "limiting connections"; without such a line it is one of the server). A limit that is meant answers 429 with Retry-After (limit_req_status 429), and counts each client, not all of them together. If the server bears more, raise it, with a burst that waits (limit_req burst=N without nodelay).',
    from,
    to,
    spares: spared(facts, refused),
  };
}

const spared = ({ requests }: Facts, { times, isBeside }: Refused): readonly string[] => {
  const errors = requests.status.subarray(0, requests.length).filter((status) => status >= 500).length;
  return !isBeside && 2 * times.length < errors ? errorFindings : [];
};

function examine(facts: Facts): Finding | null {
  const refused = besideServer(facts) ?? alone(facts);
  if (!refused || refused.times.length < MINIMUM) return null;
  const { times, statuses, took, isBeside } = refused;
  const count = times.length;
  const total = facts.summary.requests.total + (isBeside ? count : 0);
  const [from, to] = [min(times), max(times)];
  const share = count / total;
  const perSecond = answeredMeanwhile(facts, refused, from, to);
  if (perSecond !== null) return turnedAway(facts, refused, perSecond, from, to);
  const which = listText([...new Set(statuses)].sort().map(String));
  const began = rowsOf(facts).start[0];
  // A server that reached a limit (uvicorn --limit-concurrency) answers 503 just as quickly as the proxy.
  const mayRefuse = !isBeside && statuses.includes(UNAVAILABLE);
  const wasDown = isBeside && began > to && began - to < SOON;
  return {
    severity: share >= MANY ? 'critical' : 'warning',
    title: `${countText(count, 'caller')} got ${which} from the proxy${wasDown ? ` before the server answered for the first time` : ''}: nothing behind it answered${mayRefuse ? ', or it turned them away at once' : ''}`,
    brief: `${countText(count, 'caller')} got ${which} from the proxy`,
    detail: `From ${momentsOf(facts.summary.window).span(from, to)} UTC (${durationText(Math.max(1e6, to - from))}), ${percentText(share)} of all requests. ${isBeside ? 'The server has no line of them' : `They took ${Number.isFinite(took) ? durationText(took) : 'no time'} (median)`}: no worker was there to take the connection, or the server took no more${mayRefuse ? ' (a limit of its own may answer 503 as quickly)' : ''}: no traceback of the application will tell of them.${wasDown ? ` The first request that it took began at ${clockText(began)} UTC: the workers were not up yet, and callers who came meanwhile make the queue at the beginning of its log.` : ''}`,
    evidence: {
      refused: count,
      share,
      statuses: which,
      took_median_seconds: orNull(took / 1e6),
      seconds: (to - from) / 1e6,
      server_was_down: wasDown,
    },
    advice:
      'The error log of the proxy says why (nginx: "connect() failed", "no live upstreams"; Apache: AH01114; HAProxy: SC). Where it was a deploy or a restart, let the old workers answer until the new ones can (a rolling restart, a readiness probe), or have the proxy try again for as long as a restart takes.',
    from,
    to,
    spares: spared(facts, refused),
  };
}

const errorFindings = ['error-burst', 'server-errors'];

export default defineFinding({
  id: 'server-unreachable',
  title: 'A proxy answered 502 or 503 by itself: nothing behind it did, or a limit was reached',
  needs: ['time'],
  examine,
  silences: errorFindings,
  explain: {
    test: [
      'At least 5 answers of 502 or 503 (RFC 9110, 15.6) that the server did not give: lines of the proxy without one of the server where both',
      'logs were read; in the log of a proxy alone those whose median duration is 50 ms or less and a third of what other answers take, or which',
      'have none. Critical from 5 % of all requests on.',
    ].join('\n'),
    guards: [
      'Not of a log of the server itself, whose 503 are its own; nor of answers that took as long as others, which an application may have given. A limit of the server may',
      'answer 503 as quickly as a proxy: in the log of a proxy alone both are said; or that it is a limit, of the proxy or of the server, where all are 503 and nine tenths of them lie within',
      '1 s behind and 1 s before answers of the server.',
      'The findings of errors fall silent unless most of the server errors are others.',
    ].join('\n'),
    fix: {
      gunicorn:
        'reload with HUP rather than a restart; a readiness probe; --backlog above the burst that comes meanwhile',
      uvicorn: 'a second process that starts before the first one ends; a readiness probe',
      waitress: 'two instances behind the proxy, restarted in turn',
      hypercorn: 'two instances behind the proxy, restarted in turn; --backlog',
      uWSGI: '--lazy-apps with chain-reload; --listen above the burst that comes meanwhile',
    },
  },
  fires: ['faults/apache-proxy-proxy.log.gz', 'faults/nginx-before-boot-proxy.log.gz', 'faults/limit-of-proxy.log.gz'],
  quiet: [
    'faults/error-burst.log.gz',
    'faults/gateway-gives-up.log.gz',
    'nginx-in-front-of-sync-2.log',
    'haproxy-in-front-of-sync-3.log',
  ],
});
