/** Finding: one slow route fills the pool and the quick ones queue behind it. */
import { defineFinding, type Facts, type Finding, isKeptWhole } from '../core/finding.ts';
import { episodesOf } from '../core/full-stretches.ts';
import { groupsOf, type Rows, rowsOf, secondsOf } from '../core/rows.ts';
import { meanOf, medianOf, quantileOf, sumOf } from '../core/statistics.ts';
import type { Severity } from '../core/summary.ts';
import { mayBeNone } from '../core/wait-range.ts';
import { countText, durationText, percentText, shortName } from '../core/words.ts';
import { DEFAULT_TARGET_WAIT, enoughText, knownSlots, largerPool, poolText, presentPool } from './pool-words.ts';
import { findingsOfFullPool, waitIsLong, waitingSpan } from './saturation.ts';

/** The slow route: at most this share of the requests, at least this share of the busy time. */
const MOST_REQUESTS = 0.34;
const LEAST_BUSY = 0.3;
/** Its median service time is at least SLOWER times the median of the others, and SLOWER_THAN_WORK times their time-weighted median. */
const SLOWER = 5;
const SLOWER_THAN_WORK = 2;
/** Or only some of its requests are slow, and its mean service time is at least this many times the mean of the others. */
const SLOWER_ON_AVERAGE = 3;
const MINIMUM_REQUESTS = 100;
const MATERIAL_WAIT = 50_000;
/** Below this share of the time with all slots busy, the pool is hardly ever full. */
const SELDOM_FULL = 0.05;

function examine(facts: Facts): Finding | null {
  const { summary, predictor, names, inference } = facts;
  const slots = knownSlots(summary.server);
  if (slots === null || summary.requests.total < MINIMUM_REQUESTS || inference.wait.method === 'unknown') return null;
  const rows = rowsOf(facts);
  const groups = groupsOf(rows.route);
  if (groups.size < 2) return null;
  const slow = slowRouteOf(rows, groups);
  if (slow === null) return null;
  const { route, own, micros, total } = slow;
  const others = Array.from({ length: rows.length }, (_, i) => i).filter((i) => rows.route[i] !== route);
  if (own.length < MINIMUM_OF_ROUTE && !holdTheWaiting(rows, own, route)) return null;
  const service = medianOf(own.map((i) => rows.service[i]));
  const otherService = medianOf(others.map((i) => rows.service[i]));
  const otherWork = typicalOfWork(rows, others);
  // Many health checks or cached pages lower the median of the others, though most of their work may be as slow: hence both conditions.
  const isSlow = service >= SLOWER * otherService && service >= SLOWER_THAN_WORK * otherWork;
  const long = isSlow ? Number.NaN : longOfMany(rows, own, others, otherWork);
  if (!isSlow && Number.isNaN(long)) return null;
  const otherWait = waitOfOthers(facts, rows, others);
  if (!(otherWait >= Math.max(MATERIAL_WAIT, otherService))) return null;

  // What the others would have waited in this pool: the same arrivals without the slow route.
  const without = predictor.predict(presentPool(summary.server, slots), { withoutRoute: route });
  if (!without || without.waitP95 > otherWait / 2) return null;
  const isWhole = isKeptWhole(facts);
  const span = (rows.start[rows.length - 1] - rows.start[0]) / 1e6;
  const whileFull = isWhole ? Number.NaN : offeredWhileFull(facts, slots, rows, own);
  const offered = whileFull >= 0 ? whileFull : micros / 1e6 / span;
  const ownPool = Math.ceil(offered + 2 * Math.sqrt(offered));
  const name = names.routes.text(route);
  const severity = severityOf(facts, otherWait, otherService);
  // Without the route hardly anybody would wait, so it is why the pool is full. A larger pool for all is the other remedy.
  const isCause = severity !== 'info' && without.waitP95 <= DEFAULT_TARGET_WAIT;
  const orLarger = isCause ? largerPoolText(facts) : '';
  return {
    severity: isCause && waitIsLong(facts) ? 'critical' : severity,
    title: `${name} ${mayBeNone(summary.wait) ? 'may starve' : 'starves'} the other routes: they wait ${durationText(otherWait)} behind it (p95, ${inference.wait.method})`,
    brief: `${shortName(name)} ${mayBeNone(summary.wait) ? 'may starve' : 'starves'} the other routes`,
    detail: `${isWhole ? '' : `Of the ${countText(rows.length, 'request')} that were followed, the busiest parts of the log among them, `}${name} is ${percentText(own.length / rows.length)}${isWhole ? ' of the requests' : ''} and ${percentText(micros / total)} of the busy time of ${poolText(summary.server)} (${isSlow ? `median ${durationText(service)}, the others ${durationText(otherService)}` : `most of its requests are quick, but half of its time goes to those of ${durationText(long)} and longer; the others take ${durationText(otherService)}`}). The p95 wait of the others is ${durationText(otherWait)}; with ${name} taken out, the simulation puts it at ${durationText(without.waitP95)}.`,
    evidence: {
      route: name,
      request_share: own.length / rows.length,
      busy_share: micros / total,
      route_median_seconds: secondsOf(service),
      route_long_seconds: secondsOf(long),
      others_median_seconds: secondsOf(otherService),
      others_wait_p95_seconds: secondsOf(otherWait),
      without_route_wait_p95_seconds: secondsOf(without.waitP95),
      own_pool_workers: ownPool,
      // The verdict reads this to describe the pool and its waits.
      saturated_seconds: isCause ? summary.concurrency.saturated_seconds : null,
    },
    advice: `${isSlow ? 'Give' : `Find what those of ${durationText(long)} wait for (a lock, a quota that is asked for again after a sleep, a call without a short time-out), and bound it. If they must take so long, give`} ${name} a pool of its own, ${countText(ownPool, 'worker')} for its load of ${offered.toFixed(1)} busy slots${whileFull >= 0 ? ' while the pool was full' : ''} (a second server behind the proxy), or hand its work to a task queue and answer at once.${orLarger}`,
    ...waitingSpan(facts),
    lostSeconds: others.reduce((sum, i) => sum + (rows.wait[i] > 0 ? rows.wait[i] : 0), 0) / 1e6,
    spares: isCause ? [] : findingsOfFullPool.filter((id) => id !== 'pool-too-small'),
  };
}

/**
 * Mean number of slots that the route keeps busy while the pool is full; NaN: it never is. For a long log: only its busiest parts are kept, so
 * the mean over its whole span would be too low.
 */
function offeredWhileFull(facts: Facts, slots: number, { start, end, service }: Rows, own: readonly number[]): number {
  let [busy, full] = [0, 0];
  for (const { from, to } of episodesOf(facts, slots)) {
    full += to - from;
    for (const i of own) {
      if (service[i] > 0) busy += Math.max(0, Math.min(end[i], to) - Math.max(start[i], from));
    }
  }
  return full > 0 ? busy / full : Number.NaN;
}

/**
 * For a route of which only some requests are slow: its time-weighted median service time, µs. NaN: too few are slow, or they are not slow
 * enough compared with the other routes.
 */
function longOfMany(rows: Rows, own: readonly number[], others: readonly number[], otherWork: number): number {
  const long = typicalOfWork(rows, own);
  const many = own.filter((i) => rows.service[i] >= SLOWER * otherWork).length;
  const mean = (members: readonly number[]) =>
    meanOf(members.map((i) => rows.service[i]).filter((micros) => micros >= 0));
  return many >= MINIMUM_OF_ROUTE && long >= SLOWER * otherWork && mean(own) >= SLOWER_ON_AVERAGE * mean(others)
    ? long
    : Number.NaN;
}

function largerPoolText(facts: Facts): string {
  const enough = largerPool(facts);
  return enough ? ` Or one larger pool for all: ${enoughText(enough, facts.summary).replace(/^About/, 'about')}` : '';
}

/** Time-weighted median service time, µs: half of the time of these requests is spent in shorter ones. NaN: none has a service time. */
function typicalOfWork({ service }: Rows, members: readonly number[]): number {
  const durations = Float64Array.from(members, (i) => service[i])
    .filter((micros) => micros >= 0)
    .sort();
  let left = sumOf(durations) / 2;
  return durations.find((micros) => (left -= micros) <= 0) ?? Number.NaN;
}

interface SlowRoute {
  readonly route: number;
  /** Positions of its requests in the rows. */
  readonly own: readonly number[];
  /** Busy time of its requests, and of all requests, µs. */
  readonly micros: number;
  readonly total: number;
}

/** Of the routes with at most MOST_REQUESTS of the requests, the one with the most busy time; null: it has less than LEAST_BUSY of it. */
function slowRouteOf(rows: Rows, groups: ReadonlyMap<number, readonly number[]>): SlowRoute | null {
  let total = 0;
  const busy = new Map<number, number>();
  for (let i = 0; i < rows.length; i++) {
    if (!(rows.service[i] >= 0)) continue;
    total += rows.service[i];
    busy.set(rows.route[i], (busy.get(rows.route[i]) ?? 0) + rows.service[i]);
  }
  const few = [...busy].flatMap(([route, micros]): SlowRoute[] => {
    const own = groups.get(route) ?? [];
    return own.length <= MOST_REQUESTS * rows.length ? [{ route, own, micros, total }] : [];
  });
  const [slow] = few.sort((a, b) => b.micros - a.micros);
  return slow && slow.micros >= LEAST_BUSY * total ? slow : null;
}

/**
 * This many requests of the route suffice. Fewer (at least FEWEST_OF_ROUTE) must explain MOST_WAITING of the waiting of the others, within
 * MOST_OF_TIME of the time (`holdTheWaiting`).
 */
const MINIMUM_OF_ROUTE = 10;
const FEWEST_OF_ROUTE = 3;
const MOST_WAITING = 0.8;
const MOST_OF_TIME = 0.5;
/** µs: shorter waits are just the time to hand a request to a worker. */
const WAITED = 10_000;

/**
 * Do the others wait only while a request of the route runs, and until the queue that it left has drained? This must hold for nearly all of
 * their waiting, although these stretches are at most half of the time. `own`: positions of the route's requests.
 */
function holdTheWaiting(rows: Rows, own: readonly number[], route: number): boolean {
  if (own.length < FEWEST_OF_ROUTE) return false;
  let [reach, covered, inside, all] = [Number.NEGATIVE_INFINITY, 0, 0, 0];
  const extend = (from: number, to: number) => {
    covered += Math.max(0, to - Math.max(reach, from));
    reach = Math.max(reach, to);
  };
  for (let i = 0; i < rows.length; i++) {
    if (rows.route[i] === route) extend(rows.start[i], rows.end[i]);
    else if (rows.wait[i] > 0) {
      all += rows.wait[i];
      // A request that arrived after the queue had drained (`reach`) does not belong to it.
      if (rows.start[i] - rows.wait[i] > reach) continue;
      inside += rows.wait[i];
      if (rows.wait[i] >= WAITED) extend(reach, rows.start[i]);
    }
  }
  return inside >= MOST_WAITING * all && covered <= MOST_OF_TIME * (rows.start[rows.length - 1] - rows.start[0]);
}

/** Only a remark (info) if the wait may have been zero and the pool was hardly ever full. */
function severityOf({ summary, inference: { wait } }: Facts, otherWait: number, otherService: number): Severity {
  const surely =
    wait.method !== 'inferred' || wait.lowP95 > 0 || (summary.concurrency.saturated_ratio ?? 0) >= SELDOM_FULL;
  if (!surely) return 'info';
  if (mayBeNone(summary.wait)) return 'warning';
  return otherWait >= 1e6 || otherWait >= 20 * otherService ? 'critical' : 'warning';
}

/**
 * p95 wait of the other routes, µs: the median over the sampled histories of the p95 within each, as for the whole log. The p95 of each
 * request's mean over the histories would be a different number.
 */
function waitOfOthers({ inference }: Facts, { row, wait }: Rows, others: readonly number[]): number {
  const { waitSamples } = inference.requests;
  const columns = waitSamples?.map((sample) => others.map((i) => sample[row[i]])) ?? [others.map((i) => wait[i])];
  return medianOf(columns.map((waits) => quantileOf(waits.filter(Number.isFinite), 0.95)));
}

export default defineFinding({
  id: 'head-of-line',
  title: 'One slow route starves the others',
  needs: ['time', 'duration'],
  examine,
  silences: ['slot-held', ...findingsOfFullPool, 'overprovisioned'],
  explain: {
    test: [
      'Route r takes at least 30 % of the busy time with at most a third of the requests, its median service is five times',
      'that of the others and twice the duration below which half of their time is spent; or ten of its requests or more, and those that half of its time goes to, take five times that duration, and it three times as long on average;',
      "the others' p95 wait is at least 50 ms and longer than their own service, and a simulation of the",
      'same arrivals without r at least halves that wait. Pool of its own: ceil(a + 2 √a) slots for its offered load a = λ_r E[S_r]; of a log of which',
      'not all requests are kept, that of the stretches in which the pool was full.',
    ].join('\n'),
    guards: [
      'At least 100 requests and 10 of the route, or three that have four fifths of all waiting to themselves, until the queue of each is gone, in at',
      'most half of the time; the counterfactual must show that the queue is its doing, not the load of all. Findings of a full pool fall silent',
      'where the others would wait no longer than 200 ms (p95) without it.',
    ].join('\n'),
    fix: {
      gunicorn: 'a second gunicorn for the route behind the proxy (location /slow), or a task queue (Celery, RQ)',
      uvicorn: 'async views do not queue behind each other; a sync view has the thread pool: give it its own limiter',
      waitress: 'a second waitress for the route, or more --threads than slow requests can fill',
      hypercorn:
        'async views do not queue behind each other; a WSGI application has a pool of threads: serve the route by a hypercorn of its own',
      uWSGI: 'a second instance (vassal) for the route behind the proxy, or the spooler for work that nobody waits for',
    },
  },
  fires: [
    'gunicorn-sync-3-slow-route-starves-fast.log',
    'faults/few-long-requests.log.gz',
    'faults/quota-of-an-api.log.gz',
  ],
  quiet: [
    'gunicorn-sync-4-nearly-full.log',
    'gunicorn-sync-2-overloaded.log',
    'gunicorn-sync-3-timeout-kills.log',
    'faults/slot-held.log.gz',
  ],
});
