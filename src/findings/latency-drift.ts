/** Finding: a route gets slower little by little, while the load stays the same. */
import { sampleRankCorrelation } from 'simple-statistics';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { groupsOf, type Rows, rowsOf } from '../core/rows.ts';
import { medianOf } from '../core/statistics.ts';
import { durationText, roundText, serviceWords, shortName } from '../core/words.ts';
import { enoughText, largerPool, poolText } from './pool-words.ts';
import { filledSince, findingsOfFullPool, waitIsLong } from './saturation.ts';

const MINIMUM = 100;
const PARTS = 5;
/** The rank correlation with time must be at least this many standard errors above zero. */
const SURE = 7;
/** The last fifth must take at least SLOWER times as long as the first, and MATERIAL µs longer. */
const SLOWER = 1.5;
const MATERIAL = 10_000;
/** The rank correlation within each half, in standard errors. After a single step, at least one half shows no trend. */
const SURE_IN_HALF = 3;
/** Ratios of successive medians: none may fall below HARDLY_QUICKER, and at least MOST_STEPS of the four must reach PLAINLY_SLOWER. */
const HARDLY_QUICKER = 0.93;
const PLAINLY_SLOWER = 1.05;
const MOST_STEPS = 3;
/** If one step makes more than this share of the rise (in logarithms), the route got slower at one moment, which is no drift. */
const LARGEST_STEP = 0.6;
/** If the last fifth of the time has more than this many times the requests of the first, the load may be the reason. */
const SAME_LOAD = 1.25;

interface Drift {
  readonly route: number;
  /** Median service time of each fifth of the requests, µs, in order of time; 5 values. */
  readonly medians: readonly number[];
  /** Time that the requests took beyond the first median, seconds in all. */
  readonly excessSeconds: number;
}

/** null: the route has no steady drift. `members`: its requests, positions in the rows, in order of their starts. */
function driftOf(rows: Rows, route: number, members: readonly number[]): Drift | null {
  const timed = members.filter((i) => rows.service[i] >= 0);
  if (timed.length < MINIMUM) return null;
  const service = timed.map((i) => rows.service[i]);
  const parts = Array.from({ length: PARTS }, (_, k) =>
    service.slice(Math.floor((k * service.length) / PARTS), Math.floor(((k + 1) * service.length) / PARTS)),
  );
  const medians = parts.map(medianOf);
  const middle = service.length >> 1;
  const halves = [service.slice(0, middle), service.slice(middle)];
  if (!risesSteadily(medians) || trendOf(service) < SURE || halves.some((half) => trendOf(half) < SURE_IN_HALF))
    return null;
  const excess = service.reduce((sum, micros) => sum + Math.max(0, micros - medians[0]), 0);
  return { route, medians, excessSeconds: excess / 1e6 };
}

/** Trend of the values with their position: Spearman's rank correlation in standard errors. */
const trendOf = (values: readonly number[]): number =>
  sampleRankCorrelation(
    values.map((_, i) => i),
    [...values],
  ) * Math.sqrt(values.length - 1);

function risesSteadily(medians: readonly number[]): boolean {
  const [first, last] = [medians[0], medians[PARTS - 1]];
  if (!(last >= SLOWER * first) || last - first < MATERIAL) return false;
  const steps = medians.slice(1).map((median, k) => median / medians[k]);
  const isOneStep = steps.some((step) => Math.log(step) > LARGEST_STEP * Math.log(last / first));
  if (isOneStep || steps.some((step) => step < HARDLY_QUICKER)) return false;
  return steps.filter((step) => step >= PLAINLY_SLOWER).length >= MOST_STEPS;
}

/** Did clearly more requests start in the last fifth of the time than in the first? Where requests slow each other down, that explains it. */
function loadGrew({ start, length }: Rows): boolean {
  const part = (start[length - 1] - start[0]) / PARTS;
  let [first, last] = [0, 0];
  for (let i = 0; i < length; i++) {
    if (start[i] < start[0] + part) first++;
    if (start[i] > start[length - 1] - part) last++;
  }
  return last > SAME_LOAD * first;
}

const soDoText = (routes: readonly string[]): string =>
  routes.length > 0 ? ` So do ${routes.slice(0, 5).join(', ')}.` : '';

function examine(facts: Facts): Finding | null {
  const { summary, inference, names, predictor } = facts;
  if (inference.service.growth?.grows || typeof predictor.contention() !== 'string') return null;
  const rows = rowsOf(facts);
  if (rows.length < MINIMUM) return null;
  const moreCame = loadGrew(rows);
  if (moreCame && predictor.contention() === 'unknown') return null;
  const drifts = [...groupsOf(rows.route)]
    .map(([route, members]) => driftOf(rows, route, members))
    .filter((drift) => drift !== null)
    .sort((a, b) => b.excessSeconds - a.excessSeconds);
  if (drifts.length === 0) return null;
  const [{ route, medians }, ...others] = drifts;
  const [before, after] = [medians[0], medians[PARTS - 1]];
  const name = names.routes.text(route);
  const excess = drifts.reduce((sum, { excessSeconds }) => sum + excessSeconds, 0);
  const fills = filledSince(facts, rows, rows.start[Math.floor(rows.length / PARTS)], excess);
  const larger = fills ? largerPool(facts) : null;
  const alsoText = soDoText(others.map((other) => names.routes.text(other.route)));
  const fullText = fills
    ? ` Hardly anybody waited for ${poolText(summary.server)} in the first fifth of the log; they have queued since.`
    : '';
  return {
    severity: fills && (after >= 3 * before || waitIsLong(facts)) ? 'critical' : 'warning',
    title: `${name} gets slower and slower: ${roundText(after / before)} times as long at the end as at the beginning${fills ? ', and that fills the pool' : ''}`,
    brief: `${shortName(name)} got slower and slower, ${roundText(after / before)} times by the end`,
    detail: `Its median ${serviceWords(summary.server, summary.service_time.grows_with_load)} in five equal parts of the log: ${medians.map((median) => durationText(median)).join(', ')}. It rises little by little, ${moreCame ? 'and though more callers came, requests do not slow each other down' : 'while callers came as often as before'}.${alsoText}${fullText}`,
    evidence: {
      route: name,
      first_median_seconds: before / 1e6,
      last_median_seconds: after / 1e6,
      ratio: after / before,
      routes_affected: drifts.length,
      // The verdict reads this to describe the pool and its waits.
      saturated_seconds: fills ? summary.concurrency.saturated_seconds : null,
      recommended_workers: larger?.pool.workers ?? null,
      recommended_threads: larger?.pool.threads ?? null,
    },
    advice: `Look for what grows with time or with each request: a table that is read without an index, a cache, list or session that nobody empties, connections that are not given back, memory until the machine swaps. ${others.length > 0 ? 'Several routes rise, so look at what they share.' : 'Look at what this one alone uses.'} If a restart makes it quick again, it grows in the process; if not, behind it.${larger ? ` Until it is mended: ${enoughText(larger, summary)}` : ''}`,
    from: rows.start[0],
    to: rows.end[rows.length - 1],
    lostSeconds: excess,
    // If several routes drift, a step of one of them is part of the drift.
    spares: [...(fills ? [] : findingsOfFullPool), ...(others.length > 0 ? [] : ['latency-step'])],
  };
}

export default defineFinding({
  id: 'latency-drift',
  title: 'A route gets slower and slower',
  needs: ['time', 'duration'],
  ofPart: true,
  examine,
  silences: [...findingsOfFullPool, 'latency-step'],
  explain: {
    test: [
      'Durations of a route in order of time: Spearman rank correlation with time at least 7 standard errors above none, and 3 in each half; the median of the last fifth at',
      'least 1.5 times and 10 ms above that of the first, three of the four steps between fifths up by 5 % or more, and none down by more than 7 %.',
    ].join('\n'),
    guards: [
      'At least 100 requests of the route. No step between fifths makes more than 60 % of the rise: that is a latency-step. Silent where service time grows with concurrency,',
      'and, where that cannot be told, where the last fifth of the time has 1.25 times the requests of the first: then load makes latency.',
      'Findings of a full pool fall silent where nine tenths of all waiting lies behind the first fifth, and in that the mean wait was at most 15 % of the service time; latency-step, where several routes rise.',
    ].join('\n'),
    fix: {
      gunicorn: 'find what grows; --max-requests with --max-requests-jitter bounds what grows in the process',
      uvicorn: 'find what grows; --limit-max-requests bounds what grows in the process',
      waitress: 'find what grows; a restart by the supervisor bounds what grows in the process',
      hypercorn: 'find what grows; --max-requests with --max-requests-jitter bounds what grows in the process',
      uWSGI:
        'find what grows; --max-requests with --max-requests-delta, or --reload-on-rss, bounds what grows in the process',
    },
  },
  fires: ['faults/latency-drift.log.gz'],
  quiet: [
    'gunicorn-sync-4-nearly-full.log',
    'gunicorn-sync-3-slow-route-starves-fast.log',
    'gunicorn-gthread-1x4-cpu-bound.log',
    'gunicorn-gevent-2.log',
    'faults/latency-step.log.gz',
    'faults/latency-step-not.log.gz',
  ],
});
