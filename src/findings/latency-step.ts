/** Finding: from one moment on a route takes longer than before, and stays slow. */
import { max, min } from 'simple-statistics';
import { defineFinding, type Facts, type Finding, isKeptWhole } from '../core/finding.ts';
import { momentsOf } from '../core/moments.ts';
import { groupsOf, type Rows, rowsOf } from '../core/rows.ts';
import { medianOf, rankSumTest } from '../core/statistics.ts';
import { durationText, roundText, serviceWords, shortName } from '../core/words.ts';
import { happened } from './coincidence.ts';
import { enoughText, largerPool, poolText } from './pool-words.ts';
import { filledSince, findingsOfFullPool } from './saturation.ts';

const MINIMUM_EACH_SIDE = 50;
/** Requests that show whether it lasts: at least FEWEST_LASTING in a third of the time since the step, and the LAST newest ones. */
const FEWEST_LASTING = 5;
const LAST = 20;
/** p of the rank sum test, before division by n; ratio of the medians; their difference, µs. */
const SURE = 1e-9;
const SLOWER = 1.5;
const MATERIAL = 10_000;
/** Callers are counted for AROUND µs on either side. There are more of them from MORE times as many and MORE_Z standard errors on. */
const AROUND = 30e6;
const MORE = 1.4;
const MORE_Z = 4;
/** Longest time between a restart and the step that it caused, µs. */
const SAME_MOMENT = 15e6;

interface Step {
  readonly route: number;
  /** µs since 1970 UTC */
  readonly at: number;
  /** Median service times before and after the step, µs. */
  readonly before: number;
  readonly after: number;
  /** Number of requests since the step. */
  readonly requests: number;
}

/** The split of a route's service times (µs, in order of `start`) with the largest rank sum to one side (Pettitt 1979). null: no clear step. */
function stepOf(route: number, start: readonly number[], service: readonly number[]): Step | null {
  const n = service.length;
  if (n < 2 * MINIMUM_EACH_SIDE) return null;
  const order = service.map((_, i) => i).sort((a, b) => service[a] - service[b]);
  const rank = new Float64Array(n);
  order.forEach((i, position) => {
    rank[i] = position + 1;
  });
  let sum = 0;
  let best = 0;
  let split = -1;
  for (let k = 0; k < n - MINIMUM_EACH_SIDE; k++) {
    sum += rank[k] - (n + 1) / 2;
    if (k + 1 >= MINIMUM_EACH_SIDE && -sum > best) {
      best = -sum;
      split = k + 1;
    }
  }
  if (split < 0) return null;
  const early = service.slice(0, split);
  const late = service.slice(split);
  const before = medianOf(early);
  const after = medianOf(late);
  if (!(after >= SLOWER * before) || after - before < MATERIAL || rankSumTest(early, late).p > SURE / n) return null;
  // In a step, every third after it is slow and no third before it is. A passing burst or a slow rise fails this.
  const thirds = (values: readonly number[]) =>
    [0, 1, 2].map((k) =>
      medianOf(values.slice(Math.floor((k * values.length) / 3), Math.floor(((k + 1) * values.length) / 3))),
    );
  const middle = Math.sqrt(before * after);
  if (thirds(late).some((median) => median < middle) || thirds(early).some((median) => median > middle)) return null;
  if (hasPassed(start.slice(split), late, middle)) return null;
  // Neither side may drift by a large part of the step.
  const drift = (values: readonly number[]) => max(values) / min(values);
  const allowed = (after / before) ** 0.6;
  if (drift(thirds(late)) > allowed || drift(thirds(early)) > allowed) return null;
  return { route, at: start[split], before, after, requests: late.length };
}

/** Callers per second of the routes that got slower, before and after the step, counted over equal times. */
interface MoreCallers {
  readonly before: number;
  readonly after: number;
}

/** null: not clearly more callers came after the step. `at`: of the step, µs since 1970 UTC. */
function moreCallers(rows: Rows, routes: ReadonlySet<number>, at: number): MoreCallers | null {
  const length = Math.min(AROUND, at - rows.start[0], rows.start[rows.length - 1] - at);
  let [before, after] = [0, 0];
  for (let i = 0; i < rows.length; i++) {
    if (!routes.has(rows.route[i])) continue;
    const came = rows.start[i] - Math.max(0, rows.wait[i] || 0);
    if (came >= at - length && came < at) before++;
    if (came >= at && came < at + length) after++;
  }
  if (after < MORE * before || after - before < MORE_Z * Math.sqrt(before + after)) return null;
  return { before: before / (length / 1e6), after: after / (length / 1e6) };
}

function adviceOf(more: MoreCallers | null, restarted: boolean, together: number, bridge: string): string {
  if (more)
    return 'Look first for what these requests share and only few can have at once: a pool of connections (SQLAlchemy has 5 and 10 more, for each process), a lock, a backend that is at its limit: py-spy dump --pid shows where they stand while it lasts. More slots would only wait there. If they share nothing, look for what changed at that moment.';
  const what = restarted
    ? 'the release that was deployed'
    : 'a release, a migration, a dropped index, a cache that was emptied, a neighbour on the database';
  const where =
    together > 1
      ? 'Several routes changed together, so look at what they share.'
      : 'Other routes kept their pace, so look at what this one alone uses.';
  return `Look for what changed at that moment: ${what}. ${where}${bridge}`;
}

/**
 * Is the slow episode already over? After a rush that slowed requests down few requests follow, so most requests since the step are slow
 * although it has passed. Hence thirds of the time, and the newest requests. `middle`: µs, between the medians before and after.
 */
function hasPassed(start: readonly number[], service: readonly number[], middle: number): boolean {
  const from = start[0];
  const third = (start[start.length - 1] - from) / 3;
  const inThirds: number[][] = [[], [], []];
  service.forEach((micros, i) => {
    inThirds[Math.min(2, Math.floor((start[i] - from) / third))].push(micros);
  });
  return [...inThirds.filter((values) => values.length >= FEWEST_LASTING), service.slice(-LAST)].some(
    (values) => medianOf(values) < middle,
  );
}

function examine(facts: Facts): Finding | null {
  const { summary } = facts;
  // Where requests slow each other down, more load alone raises the latency.
  if (typeof facts.predictor.contention() !== 'string') return null;
  const rows = rowsOf(facts);
  const steps: Step[] = [];
  for (const [route, members] of groupsOf(rows.route)) {
    const timed = members.filter((i) => rows.service[i] >= 0);
    const step = stepOf(
      route,
      timed.map((i) => rows.start[i]),
      timed.map((i) => rows.service[i]),
    );
    if (step) steps.push(step);
  }
  if (steps.length === 0) return null;
  steps.sort((a, b) => (b.after - b.before) * b.requests - (a.after - a.before) * a.requests);
  const [worst] = steps;
  const name = facts.names.routes.text(worst.route);
  const together = steps.filter((step) => Math.abs(step.at - worst.at) <= 60e6);
  const others = together.slice(1).map((step) => facts.names.routes.text(step.route));
  const lost = steps.reduce((sum, step) => sum + ((step.after - step.before) / 1e6) * step.requests, 0);
  const restarted = happened(
    facts,
    ['boot', 'reload', 'listen', 'shutdown'],
    worst.at - SAME_MOMENT,
    worst.at + SAME_MOMENT,
  );
  const fills = filledSince(facts, rows, worst.at, lost);
  // If more callers came at that moment as well, they may wait for each other, without any other change.
  const more =
    restarted || !isKeptWhole(facts) ? null : moreCallers(rows, new Set(together.map(({ route }) => route)), worst.at);
  const larger = fills && !more ? largerPool(facts) : null;
  const fullText = fills
    ? ` Hardly anybody waited for ${poolText(summary.server)} before it; callers have queued since.`
    : '';
  const bridge = larger ? ` Until it is mended: ${enoughText(larger, summary)}` : '';
  const times = roundText(worst.after / worst.before);
  const moreText = more
    ? ` More callers asked for ${together.length > 1 ? 'them' : 'it'} from then on: ${roundText(more.after)} instead of ${roundText(more.before)} each second; most likely they wait for something that only few of them can have at once.`
    : '';
  return {
    severity: worst.after >= 3 * worst.before ? 'critical' : 'warning',
    title: more
      ? `${name} takes ${times} times as long since more callers come${fills ? ', and that fills the pool' : ''}`
      : `${name} got ${times} times slower and stayed so${fills ? ', and that fills the pool' : ''}`,
    brief: more
      ? `${shortName(name)} takes ${times} times as long with more callers`
      : `${shortName(name)} got ${times} times slower and stayed so`,
    detail: `Since ${momentsOf(summary.window).at(worst.at)} UTC its median ${serviceWords(summary.server, summary.service_time.grows_with_load)} is ${durationText(worst.after)}; before it was ${durationText(worst.before)}.${others.length > 0 ? ` At the same time: ${others.slice(0, 5).join(', ')}.` : ''}${restarted ? ' Workers were started at that moment: a deploy or restart.' : ''}${moreText}${fullText}`,
    evidence: {
      route: name,
      before_median_seconds: worst.before / 1e6,
      after_median_seconds: worst.after / 1e6,
      ratio: worst.after / worst.before,
      requests_since: worst.requests,
      routes_affected: together.length,
      with_restart: restarted,
      callers_before_per_second: more?.before ?? null,
      callers_since_per_second: more?.after ?? null,
      // The verdict reads this to describe the pool and its waits.
      saturated_seconds: fills ? summary.concurrency.saturated_seconds : null,
      recommended_workers: larger?.pool.workers ?? null,
      recommended_threads: larger?.pool.threads ?? null,
    },
    advice: adviceOf(more, restarted, together.length, bridge),
    from: worst.at,
    to: rows.end[rows.length - 1],
    lostSeconds: lost,
    spares: fills ? [] : findingsOfFullPool,
  };
}

export default defineFinding({
  id: 'latency-step',
  title: 'From one moment on a route is slower, and stays so',
  needs: ['time', 'duration'],
  ofPart: true,
  examine,
  silences: findingsOfFullPool,
  explain: {
    test: [
      'Change point by Pettitt (Applied Statistics 28, 1979): the split of a route with the largest rank sum; the median after it',
      'is at least 1.5 times and 10 ms above the one before, Mann-Whitney p < 1e-9 / n.',
    ].join('\n'),
    guards: [
      'At least 50 requests on each side; each third after it, of the requests and of the time, and the last 20 must be slow and no third before, and',
      'neither side may drift by more than ratio^0.6, so a burst, an episode or a slow rise is no step; where 1.4 times as many callers of these routes,',
      '4 standard errors more, came from then on (30 s on either side), it says so, and recommends no slots: they may wait for each other, and nothing need have changed;',
      'silent where service time grows with concurrency, because then load makes latency.',
      'Findings of a full pool fall silent where nine tenths of all waiting lies behind it, and before it the mean wait was at most 15 % of the service time.',
    ].join('\n'),
    fix: {
      gunicorn:
        'look at what changed at that moment (a release, a query plan, a cache); --statsd-host dates the next one',
      uvicorn: 'look at what changed at that moment (a release, a query plan, a cache)',
      waitress: 'look at what changed at that moment (a release, a query plan, a cache)',
      hypercorn:
        'look at what changed at that moment (a release, a query plan, a cache); --statsd-host dates the next one',
      uWSGI: 'look at what changed at that moment (a release, a query plan, a cache); --stats dates the next one',
    },
  },
  fires: ['faults/latency-step.log.gz', 'faults/two-connections.log.gz'],
  quiet: [
    'gunicorn-sync-4-nearly-full.log',
    'gunicorn-sync-3-slow-route-starves-fast.log',
    'gunicorn-gthread-1x4-cpu-bound.log',
    'gunicorn-gevent-2.log',
    'faults/latency-step-not.log.gz',
  ],
});
