/** Finding: many requests end at exactly the same duration: a time-out somewhere upstream, not work. */
import { max, min } from 'simple-statistics';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { likeliestStretch } from '../core/likeliest-stretch.ts';
import { findOutages } from '../core/outages.ts';
import type { PoolPrediction } from '../core/prediction.ts';
import { groupsOf, type Rows, rowsOf, secondsOf } from '../core/rows.ts';
import { findStampedes } from '../core/stampedes.ts';
import { medianOf, quantileOf } from '../core/statistics.ts';
import { countText, durationText, percentText } from '../core/words.ts';
import { AT, type Edge, edgeOf, MINIMUM } from './duration-edge.ts';
import { DEFAULT_TARGET_WAIT, knownSlots, poolText, predictedWaitText, presentPool } from './pool-words.ts';
import { findingsOfQueue, waitIsLong } from './saturation.ts';

/** Requests at the limit are routine from PART_OF_MIX of all requests on, unless they bunch: in a bad stretch they are about BAD_TIME. */
const PART_OF_MIX = 0.05;
const BAD_TIME = 0.6;

/**
 * Are the requests at the limit (`members`) spread over the whole log as a normal part of the traffic? A failing backend fails for a while, or
 * seldom. `own`: all requests of their routes, in order of time; `length`: the number of all requests.
 */
function isRoutine(members: readonly number[], own: readonly number[], length: number): boolean {
  const at = new Set(members);
  if (at.size < PART_OF_MIX * length) return false;
  return !likeliestStretch((k) => at.has(own[k]), at.size / own.length, BAD_TIME, 0, own.length);
}

/** If at least this many routes end at the same limit, it is not their own work: something that they share waits. */
const SEVERAL_ROUTES = 3;
const SHARED =
  ' Routes that have nothing else in common end at it: what they share waits, such as the name server (5 s is the time-out of resolv.conf: options timeout:1 attempts:2 there, or a local cache), the pool of connections, a proxy.';

/** A shorter time-out must leave this many times the p99 of good answers. */
const LEAVES = 2;
/** It must also be at most this share of the present limit: one that is hardly shorter changes nothing. */
const SHORTER = 0.5;
const PERSONS_GIVE = [0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 30] as const;

interface Shorter {
  readonly seconds: number;
  /** The same pool under the same arrivals, with the requests at the limit cut short after `seconds`. */
  readonly predicted: PoolPrediction;
  /** The shorter time-out ends the queue, so the present one is what fills the pool. */
  readonly endsQueue: boolean;
}

/**
 * A shorter time-out that still leaves good answers twice their p99, and the simulated effect on the pool. null: nobody waits for long, it
 * would be hardly shorter, or the wait would not halve. `limit`: µs.
 */
function shorterOf(facts: Facts, rows: Rows, routes: readonly number[], limit: number): Shorter | null {
  const { summary, inference, predictor } = facts;
  const slots = knownSlots(summary.server);
  if (slots === null || inference.wait.method === 'unknown' || !(inference.wait.p95 > DEFAULT_TARGET_WAIT)) return null;
  const good: number[] = [];
  for (let i = 0; i < rows.length; i++)
    if (routes.includes(rows.route[i]) && rows.status[i] < 500 && rows.service[i] < AT * limit)
      good.push(rows.service[i]);
  const least = good.length > 0 ? LEAVES * quantileOf(good, 0.99) : usualElsewhere(rows, routes);
  const seconds = PERSONS_GIVE.find((one) => 1e6 * one >= least);
  if (seconds === undefined || 1e6 * seconds > SHORTER * limit) return null;
  const cutShort = { routes, from: AT * limit, to: 1e6 * seconds };
  const predicted = predictor.predict(presentPool(summary.server, slots), { cutShort });
  if (!predicted || predicted.waitP95 > inference.wait.p95 / 2) return null;
  return { seconds, predicted, endsQueue: predicted.waitP95 <= DEFAULT_TARGET_WAIT };
}

/** Where these routes had no good answer: twice the p99 service time of the other routes, µs. */
const usualElsewhere = (rows: Rows, routes: readonly number[]): number =>
  LEAVES *
  quantileOf(
    Array.from(rows.service).filter((micros, i) => micros > 0 && !routes.includes(rows.route[i])),
    0.99,
  );

const findingsOfErrors = ['server-errors', 'error-burst'];

interface RouteEdge {
  readonly route: number;
  readonly edge: Edge;
  /** Some of its requests were answered without a server error. */
  readonly isAnswered: boolean;
}

const hasFailed =
  ({ status }: Rows) =>
  (i: number): boolean =>
    status[i] >= 500 || status[i] === 499;

/** The routes whose durations pile up at a limit; the one with the most requests at it comes first. */
function edgesOf(rows: Rows): RouteEdge[] {
  const edges: RouteEdge[] = [];
  for (const [route, members] of groupsOf(rows.route)) {
    if (members.length < 2 * MINIMUM) continue;
    // The usual duration comes from requests without a server error: while the upstream is down, all of a route end at the limit. NaN: none.
    const answered = members.filter((i) => rows.status[i] < 500 && Number.isFinite(rows.service[i]));
    const usual = medianOf(answered.map((i) => rows.service[i]));
    const edge = edgeOf((i) => rows.service[i], hasFailed(rows), members, usual);
    if (edge) edges.push({ route, edge, isAnswered: answered.length > 0 });
  }
  return edges.sort((a, b) => b.edge.members.length - a.edge.members.length);
}

/** What happens to the requests at the limit. `failing`: share of them with an error; `share`: their share of all requests. */
function outcomeText(limit: string, failing: number, routine: boolean, share: number, isShared: boolean): string {
  if (isShared && failing === 0)
    return `None of them failed: something that these routes share is waited for until ${limit} have passed, and the answer goes on without it.`;
  if (routine)
    return `None of them failed, and they are ${percentText(share)} of all requests the whole time: whether something behind the view waits for ${limit} and gives up, or they are work of that length, the log cannot tell.`;
  return failing === 0
    ? `They come in one stretch of time, or seldom, and none failed: something behind the view is waited for until ${limit} have passed, and the answer goes on without it.`
    : `Something behind the view waits for ${limit} and gives up; ${percentText(failing)} of these were answered with an error.`;
}

function examine(facts: Facts): Finding | null {
  const rows = rowsOf(facts);
  // A cache stampede also takes the same time again and again; that finding covers it.
  const anew = findStampedes(facts)?.route;
  const edges = edgesOf(rows).filter(({ route }) => route !== anew);
  if (edges.length === 0) return null;
  const { seconds } = edges[0].edge;
  const same = edges.filter(({ edge }) => edge.seconds === seconds);
  const all = same.flatMap(({ edge }) => edge.members);
  const errors = all.filter(hasFailed(rows)).length;
  const names = same
    .map(({ route }) => facts.names.routes.text(route))
    .slice(0, 5)
    .join(', ');
  const routes = new Set(same.map(({ route }) => route));
  const own = Array.from({ length: rows.length }, (_, i) => i).filter((i) => routes.has(rows.route[i]));
  const isShared = same.length >= SEVERAL_ROUTES;
  const routine = errors === 0 && !isShared && isRoutine(all, own, rows.length);
  const what = outcomeText(
    durationText(seconds * 1e6),
    errors / all.length,
    routine,
    all.length / rows.length,
    isShared,
  );
  const usually = same.some(({ isAnswered }) => isAnswered)
    ? 'the usual duration is far shorter'
    : 'no request of theirs was answered without an error';
  const shorter = routine ? null : shorterOf(facts, rows, [...routes], seconds * 1e6);
  const fills = shorter?.endsQueue ?? false;
  const pool = poolText(facts.summary.server);
  return {
    severity: fills && waitIsLong(facts) ? 'critical' : 'warning',
    title: `${countText(all.length, 'request')} end at ${seconds} s sharp: ${routine ? 'a time-out upstream, or work of that length' : 'a time-out upstream'}${fills ? ', which fills the pool' : ''}`,
    brief: `${countText(all.length, 'request')} end at ${seconds} s sharp`,
    detail: `${names}: ${all.length} requests took ${seconds} s or a moment more, next to none lie just below, none above, and ${usually}. ${what} Each held its slot for all that time${fills ? `, ${percentText(Math.min(1, (all.length * seconds) / busySeconds(facts)))} of the busy time of ${pool}` : ''}.`,
    evidence: {
      limit_seconds: seconds,
      requests: all.length,
      routes: names,
      error_share: errors / all.length,
      routine,
      slot_seconds: seconds * all.length,
      shorter_seconds: shorter?.seconds ?? null,
      shorter_wait_p95_seconds: shorter ? secondsOf(shorter.predicted.waitP95) : null,
      // The verdict reads this to describe the pool and its waits.
      saturated_seconds: fills ? facts.summary.concurrency.saturated_seconds : null,
    },
    advice: `${routine ? 'If it is none of their own making, find' : 'Find'} the call with a time-out of ${seconds} s (database, HTTP client, connection pool, DNS) and give it a shorter one that fails soon.${shorter ? shorterText(shorter, pool, facts) : ''}${isShared ? SHARED : ''} Raise it only if the callers would really wait that long.`,
    from: min(all.map((i) => rows.start[i])),
    to: max(all.map((i) => rows.end[i])),
    lostSeconds: seconds * all.length,
    spares: sparesOf(facts, rows, all, fills),
  };
}

/** Findings that this one does not explain, so they are not silenced. @param all positions of the requests at the limit */
function sparesOf(facts: Facts, rows: Rows, all: readonly number[], fills: boolean): readonly string[] {
  const own = all.filter(hasFailed(rows)).length;
  const errors = rows.status.reduce((count, status) => count + (status >= 500 ? 1 : 0), 0);
  return [
    ...(fills ? [] : findingsOfQueue),
    ...(own > 0 && 2 * own >= errors ? [] : findingsOfErrors),
    ...(fills && isTheOutage(facts, new Set(all)) ? [] : ['outage-behind']),
  ];
}

/** An outage is explained by the time-out if at least this share of its slow requests end at the limit. */
const SAME_STORY = 0.8;

/** Were the slow requests of the outages slow because they waited for this time-out? */
function isTheOutage(facts: Facts, atLimit: ReadonlySet<number>): boolean {
  const slots = knownSlots(facts.summary.server);
  const slow = slots === null ? [] : (findOutages(facts, slots)?.outages.flatMap((outage) => outage.slow) ?? []);
  return slow.filter((i) => atLimit.has(i)).length >= SAME_STORY * slow.length;
}

/** Busy time of all slots, seconds: of the whole log, even where a filter selects some of its requests. */
const busySeconds = ({ summary: { concurrency, window } }: Facts): number =>
  (concurrency.mean ?? Number.NaN) * (window.seconds ?? Number.NaN);

/** " One of 1 s would bring the p95 wait from 2.2 s to 0 s on the same 2 workers of 4 threads (simulated from this log: …)." */
const shorterText = ({ seconds, predicted }: Shorter, pool: string, { inference }: Facts): string =>
  ` One of ${durationText(seconds * 1e6)} would bring the p95 wait from ${durationText(inference.wait.p95)} to ${durationText(predicted.waitP95)} on the same ${pool} (simulated from this log: ${predictedWaitText(predicted)}).`;

export default defineFinding({
  id: 'common-timeout',
  title: 'Requests that all end at one duration: a time-out upstream',
  needs: ['time', 'duration'],
  ofPart: true,
  examine,
  // Requests that wait for the time-out fill the pool, and many are answered with an error in the end.
  silences: [...findingsOfQueue, ...findingsOfErrors, 'outage-behind'],
  explain: {
    test: [
      'Within a route, at least 5 durations in [X, 1.05 X] for a usual limit X (1, 2, 3, 5, 10, 15, 20, 25, 29, 30, 45, 55, 60,',
      '90, 100, 120, 180, 300 s), or 10 in [X, 1.01 X] for any other number of tenths of a second, half of them failed, that is three times the median or',
      'more; at most a fifth as many in [0.6 X, X), and at most a tenth as many above. The time-out to have is the next one that people give above twice the 99th percentile of good answers, and what it would do to the',
      'wait is simulated: the same arrivals on the same pool, these requests given up after so long.',
    ].join('\n'),
    guards: [
      'A route that always takes X (a sleep, a long poll) is work: the median of what it answers without a server error must be far below. Where none of them failed, and they',
      'are 5 % of all requests or more without a stretch in which they bunch, they may be work of that length: it says so, unless three routes or more end at that limit.',
      'Findings of a full pool fall silent only where that simulation keeps the p95 wait under 200 ms, those of errors where half of them end so,',
      'outage-behind where four fifths of its slow requests do.',
    ].join('\n'),
    fix: {
      gunicorn:
        'the limit is not gunicorn (its --timeout kills without a line); look at the clients that the view calls',
      uvicorn: 'look at httpx / asyncpg / redis time-outs of the view',
      waitress: 'look at the clients that the view calls',
      hypercorn: 'look at the clients that the view calls',
      uWSGI: 'look at --http-timeout and --socket-timeout, then at the clients that the view calls',
    },
  },
  fires: ['faults/upstream-time-out.log.gz', 'faults/enqueue-times-out.log.gz'],
  quiet: [
    'gunicorn-sync-4-burst-of-16.log',
    'gunicorn-sync-1-three-at-once.log',
    'gunicorn-sync-3-slow-route-starves-fast.log',
    'gunicorn-sync-4-nearly-full.log',
    'faults/upstream-time-out-not.log.gz',
  ],
});
