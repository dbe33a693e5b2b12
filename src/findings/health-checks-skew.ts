/** Finding: health checks are so many and so quick that they distort the averages of the log. */
import { standardDeviation } from 'simple-statistics';
import { defineFinding, type Facts, type Finding, isKeptWhole } from '../core/finding.ts';
import { groupsOf, rowsOf } from '../core/rows.ts';
import { meanOf, medianOf, sumOf } from '../core/statistics.ts';
import { routeText } from '../core/text.ts';
import { capital, countText, durationText, percentText, serviceWords } from '../core/words.ts';

const MINIMUM = 20;
/** Health checks come at a steady period: largest coefficient of variation of their gaps. */
const STEADY = 0.15;
const SHARE = 0.15;
/** The median or the mean of the log rises by at least this factor when the checks are left out. */
const SKEW = 1.25;
const LONGEST_PERIOD = 120e6;
/** Common names of health checks. They stand in for a steady period where checks queue longer than their period, which blurs it. */
const NAMES =
  /\/(?:health|healthz|health[-_]?checks?|livez?|liveness|readyz?|readiness|ping|heartbeat|alive|up)\/?(?:\?|$)/i;

function examine(facts: Facts): Finding | null {
  const rows = rowsOf(facts);
  const { requests, names, summary, inference } = facts;
  const groups = groupsOf(rows.route);
  const tick = medianOf(requests.resolution.subarray(0, requests.length));
  if (groups.size < 2 || rows.length < 2 * MINIMUM) return null;
  const checks: { route: number; members: number[]; period: number }[] = [];
  for (const [route, members] of groups) {
    if (members.length < MINIMUM) continue;
    // Several clients may check one route, each at a steady period of its own.
    const clients = groupsOf(Int32Array.from(members, (i) => requests.client[rows.row[i]] | 0));
    if (clients.size > 4) continue;
    const times = [...clients.values()].map((own) => own.map((k) => rows.start[members[k]]));
    const isNamedSo = NAMES.test(names.routes.text(route));
    const blurred = (gap: number | null) => (isNamedSo && gap !== null && inference.wait.p95 >= gap ? gap : null);
    const periods = times.map((at) => periodOf(at, tick) ?? blurred(meanGapOf(at)));
    if (periods.some((period) => period === null)) continue;
    const services = members.map((i) => rows.service[i]).filter(Number.isFinite);
    const others = Array.from({ length: rows.length }, (_, i) => i).filter((i) => rows.route[i] !== route);
    const rest = others.map((i) => rows.service[i]).filter(Number.isFinite);
    if (services.length < MINIMUM || !(medianOf(services) < medianOf(rest) / 3)) continue;
    checks.push({ route, members, period: periods[0]! });
  }
  if (!isKeptWhole(facts)) return ofWholeLog(facts, checks);
  const count = checks.reduce((sum, { members }) => sum + members.length, 0);
  if (count < SHARE * rows.length) return null;
  const left = new Set(checks.map(({ route }) => route));
  const all = Array.from(rows.service).filter(Number.isFinite);
  const kept = Array.from(rows.service).filter((value, i) => Number.isFinite(value) && !left.has(rows.route[i]));
  if (kept.length < MINIMUM) return null;
  const with_ = { median: medianOf(all), mean: meanOf(all) };
  const without = { median: medianOf(kept), mean: meanOf(kept) };
  if (!(without.median >= SKEW * with_.median) && !(without.mean >= SKEW * with_.mean)) return null;
  const list = checks.map(({ route }) => names.routes.text(route)).join(', ');
  return {
    severity: 'info',
    title: `Health checks hide the truth: without them the median is ${durationText(without.median)}, not ${durationText(with_.median)}`,
    brief: `Without health checks the median is ${durationText(without.median)}, not ${durationText(with_.median)}`,
    detail: `${asWritten(list, count, count / rows.length, checks[0].period)} ${capital(serviceWords(summary.server, summary.service_time.grows_with_load))} with them: median ${durationText(with_.median)}, mean ${durationText(with_.mean)}; of everybody else: median ${durationText(without.median)}, mean ${durationText(without.mean)}.`,
    evidence: {
      routes: list,
      requests: count,
      share: count / rows.length,
      period_seconds: checks[0].period / 1e6,
      median_with_seconds: with_.median / 1e6,
      median_without_seconds: without.median / 1e6,
    },
    advice: ADVICE,
    from: Number.NaN,
    to: Number.NaN,
  };
}

const ADVICE =
  'Leave them out of the access log, or of the statistics; and let the check answer from a port or thread of its own, because one that queues with the requests fails exactly when the pool is full, and gets the server restarted.';

const asWritten = (list: string, count: number, share: number, period: number): string =>
  `${list}: ${countText(count, 'request')}, ${percentText(share)} of the log, every ${durationText(period)} and answered at once.`;

/** For a long log of which not all requests are kept: counts and means are known of all its requests, medians without the checks are not. */
function ofWholeLog(
  { summary, names }: Facts,
  checks: readonly { readonly route: number; readonly period: number }[],
): Finding | null {
  const { total } = summary.requests;
  const { mean, grows_with_load } = summary.service_time;
  const called = new Set(checks.map(({ route }) => routeText(names.routes.text(route))));
  const own = summary.routes.filter(({ route }) => called.has(route));
  const count = sumOf(own.map(({ requests }) => requests));
  if (mean === null || own.length < called.size || count < SHARE * total) return null;
  const seconds = sumOf(own.map(({ requests, service_time }) => requests * (service_time.mean ?? Number.NaN)));
  const without = (mean * total - seconds) / (total - count);
  if (!(without >= SKEW * mean)) return null;
  const list = [...called].join(', ');
  return {
    severity: 'info',
    title: `Health checks hide the truth: without them the mean is ${durationText(1e6 * without)}, not ${durationText(1e6 * mean)}`,
    brief: `Without health checks the mean is ${durationText(1e6 * without)}, not ${durationText(1e6 * mean)}`,
    detail: `${asWritten(list, count, count / total, checks[0].period)} ${capital(serviceWords(summary.server, grows_with_load))} with them: mean ${durationText(1e6 * mean)}; of everybody else: mean ${durationText(1e6 * without)}.`,
    evidence: {
      routes: list,
      requests: count,
      share: count / total,
      period_seconds: checks[0].period / 1e6,
      mean_with_seconds: mean,
      mean_without_seconds: without,
    },
    advice: ADVICE,
    from: Number.NaN,
    to: Number.NaN,
  };
}

/** Mean gap between instants (ascending), µs; null: too few instants. */
const meanGapOf = (at: readonly number[]): number | null =>
  at.length < MINIMUM / 2 ? null : (at[at.length - 1] - at[0]) / (at.length - 1);

/** Mean gap, µs, of instants (ascending) at a steady period; null: they are not steady. `tick`: of the stamps, µs. */
function periodOf(at: readonly number[], tick: number): number | null {
  if (at.length < MINIMUM / 2) return null;
  const gaps = at.slice(1).map((time, i) => time - at[i]);
  const middle = medianOf(gaps);
  if (middle > LONGEST_PERIOD) return null;
  // A pause of the log or a missed check does not count against the period.
  const usual = gaps.filter((gap) => gap > 0.5 * middle && gap < 1.5 * middle);
  const isSteady = usual.length >= 0.9 * gaps.length && standardDeviation(usual) <= STEADY * middle;
  // Within one tick the order and distances are unknown: requests of a busy second look even only because they were spread over it.
  if (middle >= tick && middle > 0 && isSteady) return meanOf(usual);
  // Stamps that are about as coarse as the gaps blur them: test the counts per window instead.
  return middle > 2 * tick ? null : evenPeriodOf(at, tick);
}

/** Mean number of instants per window, and fewest windows. */
const PER_WINDOW = 5;
const MINIMUM_WINDOWS = 8;
/** A window spans at least this many ticks, so that the position of an instant within its tick matters little. */
const TICKS = 2;
/** Below this score (standard normal) instants are too even for chance. */
const TOO_EVEN = -5;

/**
 * Mean gap, µs, of instants that are spread more evenly than random arrivals; null: they are not. For random arrivals with counts n in k equal
 * windows, Σ(n - n̄)² / n̄ is χ² with k - 1 degrees of freedom (Fisher's index of dispersion; score by Wilson & Hilferty 1931).
 */
function evenPeriodOf(at: readonly number[], tick: number): number | null {
  const span = at[at.length - 1] - at[0];
  const windows = Math.floor(Math.min(at.length / PER_WINDOW, span / (TICKS * tick)));
  if (windows < MINIMUM_WINDOWS || !(span > 0)) return null;
  const counts = new Array<number>(windows).fill(0);
  for (const time of at) counts[Math.min(windows - 1, Math.floor(((time - at[0]) / span) * windows))]++;
  const mean = at.length / windows;
  const free = windows - 1;
  const dispersion = counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0) / free;
  const score = (Math.cbrt(dispersion) - (1 - 2 / (9 * free))) / Math.sqrt(2 / (9 * free));
  return score < TOO_EVEN ? span / (at.length - 1) : null;
}

export default defineFinding({
  id: 'health-checks-skew',
  title: 'Health checks hide the truth in averages',
  needs: ['time', 'duration'],
  examine,
  explain: {
    test: [
      'Routes with at least 20 requests that come at a steady period under 2 min (coefficient of variation of the gaps <= 0.15; where stamps are',
      'as coarse as the gaps, 40 that are spread too evenly for chance, by the index of dispersion with a score under -5) or, where the p95 wait is longer than they are apart and blurs',
      'their time, that are named so (/healthz, /ready, /ping and the like),',
      'from at most four clients, three times quicker than the rest; together 15 % of the log, and without them the median or the',
      'mean service time is 1.25 times larger.',
    ].join('\n'),
    guards: [
      'Traffic that comes at random never keeps a period; a route that is merely quick does not count. Of a log of which not all requests are kept',
      'the number of checks and the mean without them are told, which are known of all; the median is not.',
    ].join('\n'),
    fix: {
      gunicorn: 'a logging filter on gunicorn.access that drops the path; or log in the proxy',
      uvicorn: 'a logging filter on uvicorn.access that drops the path',
      waitress: 'answer the check in the proxy, or in a middleware outside of TransLogger',
      hypercorn: 'a logging filter on hypercorn.access that drops the path',
      uWSGI: '--route "^/health donotlog:" (a build with PCRE), or answer the check in the proxy',
    },
  },
  fires: [
    'faults/health-checks.log.gz',
    'faults/health-checks-each-second.log.gz',
    'faults/health-checks-in-queue.log.gz',
  ],
  quiet: [
    'gunicorn-sync-3-slow-route-starves-fast.log',
    'gunicorn-sync-4-nearly-full.log',
    'gunicorn-sync-2-recycling.log',
  ],
});
