/** What if: scenarios beside the present pool, the smallest pool for a target, and everything that was assumed. */
import type { Analysis } from '../core/finding.ts';
import { poolLabel } from '../core/pool-names.ts';
import type { PoolShape } from '../core/prediction.ts';
import {
  WHAT_IF_SCHEMA,
  type WhatIf,
  type WhatIfBaseline,
  type WhatIfPool,
  type WhatIfRange,
  type WhatIfScenario,
} from '../core/what-if.ts';
import { durationText } from '../core/words.ts';
import { acceptorsUnknown } from './acceptors.ts';
import { assumptionsOf } from './assumptions.ts';
import { type PoolMeasures, type Spread, spreadOf } from './measures.ts';
import { likelyRange, medianOf, rangeOf, repetitionsFor, WHAT_IF_BUDGET } from './recommend.ts';
import { recommendationOf } from './recommendation.ts';
import { runScenario, type ScenarioRuns } from './scenario.ts';
import { withPool } from './what-if-pools.ts';
import { presentShape, type Workload, workloadOf } from './workload.ts';

export interface WhatIfRequest {
  readonly pools: readonly PoolShape[];
  readonly targetP95WaitMicros: number;
  /** true: the recommended pool becomes a scenario as well if it is not among those asked for. */
  readonly withRecommended?: boolean;
}

const noSpread = { mean: null, p50: null, p95: null, p99: null, max: null };

export function whatIf(analysis: Analysis, request: WhatIfRequest): WhatIf {
  const result = workloadOf(analysis);
  const baseline = baselineOf(analysis);
  const document = {
    schema: WHAT_IF_SCHEMA,
    baseline,
    target_p95_wait: request.targetP95WaitMicros / 1e6,
  } as const;
  if ('missing' in result) {
    const scenarios = request.pools.map(unknownScenario);
    return {
      ...document,
      scenarios,
      recommendation: null,
      repetitions: 0,
      assumptions: [`Nothing could be simulated: ${result.missing}.${howToMend(analysis)}`],
    };
  }
  const { workload } = result;
  const repetitions = repetitionsFor(workload.trace.length, WHAT_IF_BUDGET);
  const ask = remembering((pool) => runScenario(workload, pool, repetitions));
  const waitsInside = analysis.inference.service.growth?.grows === true;
  const { recommendation, withheld } = recommendationOf(workload, request, ask);
  const pools = request.withRecommended ? withPool(request.pools, recommendation) : request.pools;
  const scenarios = pools.map((pool) => {
    if (pool.model === 'async' && waitsInside) return unknownScenario(pool);
    const scenario = scenarioOf(pool, ask(pool));
    return pool.model === 'async' && !waitOfAsyncIsTold(analysis, workload) ? withoutWait(scenario) : scenario;
  });
  return {
    ...document,
    scenarios,
    recommendation,
    repetitions,
    assumptions: [
      ...assumptionsOf(analysis, workload, pools),
      ...unevenSaid(workload, pools, ask),
      ...notReproduced(baseline, workload, pools, ask),
      ...withheld,
    ],
  };
}

/** A sentence on what the largest pool would be like if one process took nearly all connections, where that is far from the estimate. */
function unevenSaid(workload: Workload, pools: readonly PoolShape[], ask: (pool: PoolShape) => ScenarioRuns): string[] {
  const several = pools.filter((pool) => acceptorsUnknown(workload, pool));
  if (several.length === 0) return [];
  const largest = several.reduce((a, b) => (b.workers * b.threads > a.workers * a.threads ? b : a));
  const { runs, lopsided } = ask(largest);
  const p95 = (some: readonly PoolMeasures[]) => medianOf(some, (run) => run.wait.p95);
  if (lopsided.length === 0 || p95(lopsided) - p95(runs) < WORTH_SAYING) return [];
  return [
    `Ranges take the connections as shared among the processes about evenly. On hosts with idle cores one process was seen to take nearly all of them: ${poolLabel(largest)} would then have a p95 wait of ${durationText(p95(lopsided))}. One process with as many threads has no such risk.`,
  ];
}

/** A mismatch is reported if the log's p95 wait is outside the simulated range by this factor and by this many µs. */
const OTHER_WAIT = 2;
const WORTH_SAYING = 50_000;

/** The log's wait is not what its own pool gives when simulated: whatever else made callers wait (or not) is missing in all scenarios. */
function notReproduced(
  baseline: WhatIfBaseline | null,
  { present, interruptions }: Workload,
  pools: readonly PoolShape[],
  ask: (pool: PoolShape) => ScenarioRuns,
): string[] {
  const told = (baseline?.wait.p95 ?? Number.NaN) * 1e6;
  const isAsked =
    present !== null &&
    present.model !== 'async' &&
    pools.some(
      ({ model, workers, threads }) =>
        model === present.model && workers === present.workers && threads === present.threads,
    );
  if (!isAsked || !Number.isFinite(told)) return [];
  const [low, high] = likelyRange(ask(present), (run) => run.wait.p95);
  const isMore = told > OTHER_WAIT * high && told - high >= WORTH_SAYING;
  const isLess = OTHER_WAIT * told < low && low - told >= WORTH_SAYING;
  if (!isMore && !isLess) return [];
  const range = `${durationText(low)} to ${durationText(high)}`;
  // Already said along with the import.
  if (isLess && interruptions && Number.isFinite(interruptions.opens)) return [];
  return [
    isMore
      ? `The present pool, simulated, gives a p95 wait of ${range}, and the log tells of ${durationText(told)}: something besides these requests may have held its slots (workers that started anew, requests that left no line), which no simulated pool has. Compare scenarios with each other rather than with the present.`
      : `The present pool, simulated, gives a p95 wait of ${range}, and the log tells of ${durationText(told)}: its callers may have come less at random than the simulation lets them. Compare scenarios with each other rather than with the present.`,
  ];
}

/** A log that cannot be simulated usually lacks durations. */
const howToMend = ({ summary }: Analysis): string =>
  summary.knows.missing.some(({ what }) => what === 'duration') ? ' "logscope analyze" says how to log durations.' : '';

function remembering(run: (pool: PoolShape) => ScenarioRuns): (pool: PoolShape) => ScenarioRuns {
  const known = new Map<string, ScenarioRuns>();
  return (pool) => {
    const key = `${pool.model} ${pool.workers} ${pool.threads}`;
    const result = known.get(key) ?? run(pool);
    known.set(key, result);
    return result;
  };
}

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

const spreadDocument = (read: (name: keyof Spread) => number): WhatIfPool['wait'] => ({
  mean: orNull(read('mean') / 1e6),
  p50: orNull(read('p50') / 1e6),
  p95: orNull(read('p95') / 1e6),
  p99: orNull(read('p99') / 1e6),
  max: orNull(read('max') / 1e6),
});

function scenarioOf(pool: PoolShape, result: ScenarioRuns): WhatIfScenario {
  const { runs } = result;
  const middle = (read: (run: PoolMeasures) => number) => medianOf(runs, read);
  const range = (read: (run: PoolMeasures) => number): WhatIfRange => {
    const [low, high] = rangeOf(result, read);
    return Number.isFinite(low) && Number.isFinite(high) ? [low, high] : null;
  };
  return {
    ...pool,
    utilisation: orNull(middle((run) => run.utilisation)),
    wait: spreadDocument((name) => middle((run) => run.wait[name])),
    latency: spreadDocument((name) => middle((run) => run.latency[name])),
    throughput: orNull(middle((run) => run.throughput)),
    peak_queue: orNull(Math.round(middle((run) => run.peakQueue))),
    range: {
      wait_mean: range((run) => run.wait.mean / 1e6),
      wait_p95: range((run) => run.wait.p95 / 1e6),
      latency_p95: range((run) => run.latency.p95 / 1e6),
      throughput: range((run) => run.throughput),
    },
  };
}

const unknownRange: WhatIfScenario['range'] = { wait_mean: null, wait_p95: null, latency_p95: null, throughput: null };

const unknownPool = (pool: PoolShape): WhatIfPool => ({
  ...pool,
  utilisation: null,
  wait: { ...noSpread },
  latency: { ...noSpread },
  throughput: null,
  peak_queue: null,
});

const unknownScenario = (pool: PoolShape): WhatIfScenario => ({ ...unknownPool(pool), range: unknownRange });

/**
 * Whether the wait of an async pool can be stated. It has no slots to wait for. If the views await (which asking for an async pool
 * assumes), nobody waits; an async log must show that its views do (service times that do not grow with load). How a busy event loop splits
 * its delay between the wait before the view and the view itself cannot be told from a simulation of slots.
 */
const waitOfAsyncIsTold = ({ inference }: Analysis, { contention, present }: Workload): boolean =>
  contention === null && (present?.model !== 'async' || inference.service.growth !== null);

function withoutWait(scenario: WhatIfScenario): WhatIfScenario {
  return {
    ...scenario,
    wait: { ...noSpread },
    peak_queue: null,
    range: { ...scenario.range, wait_mean: null, wait_p95: null },
  };
}

/** Each number is the middle one over the possible histories of the waits, as for the wait itself. */
function latencyOf({ requests, unbounded }: Analysis['inference']): WhatIfPool['latency'] {
  const { start, end, wait, waitSamples } = requests;
  // Without slots nobody waits for one, unless the log shows a queue inside the application.
  const isNone = unbounded && !wait.some(Number.isFinite);
  const histories = isNone ? [new Float64Array(start.length)] : (waitSamples ?? [wait]);
  const spreads = histories.flatMap((waits) => {
    const latency = Float64Array.from(start, (began, i) => end[i] - began + waits[i]).filter(Number.isFinite);
    return latency.length > 0 ? [spreadOf(latency)] : [];
  });
  // The same middle as for the wait; otherwise a latency could come out shorter than its wait.
  const middle = (name: keyof Spread) => {
    const sorted = spreads.map((spread) => spread[name]).sort((a, b) => a - b);
    return sorted[sorted.length >> 1];
  };
  return spreads.length > 0 ? spreadDocument(middle) : { ...noSpread };
}

/** Answers per second, and mean number of busy slots. */
function paceOf({ inference, requests, summary }: Analysis): {
  readonly perSecond: number;
  readonly busySlots: number;
} {
  const { total } = summary.requests;
  // In a log too long to be kept whole the gaps between the kept stretches are not idle time, so both come from the whole log, by Little's
  // law.
  if (requests.length < total) {
    const perSecond = total / (summary.window.seconds ?? Number.NaN);
    return { perSecond, busySlots: (perSecond * inference.service.mean) / 1e6 };
  }
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < requests.length; i++) {
    first = Math.min(first, inference.requests.start[i] - (inference.requests.wait[i] || 0));
    last = Math.max(last, inference.requests.end[i]);
  }
  const perSecond = last > first ? (requests.length * 1e6) / (last - first) : Number.NaN;
  return { perSecond, busySlots: inference.concurrency.mean };
}

/** @param low @param high µs; NaN: unknown */
const between = (low: number, high: number): WhatIfRange =>
  Number.isFinite(low) && Number.isFinite(high) ? [low / 1e6, high / 1e6] : null;

/** The present pool as the log shows it (measured and inferred), for comparison with the scenarios. */
function baselineOf(analysis: Analysis): WhatIfBaseline | null {
  const pool = presentShape(analysis);
  if (!pool) return null;
  const { inference } = analysis;
  const { wait } = inference;
  const slots = inference.capacity.value;
  const { perSecond, busySlots } = paceOf(analysis);
  return {
    ...pool,
    range: { wait_mean: between(wait.lowMean, wait.highMean), wait_p95: between(wait.lowP95, wait.highP95) },
    utilisation: slots === null ? null : orNull(busySlots / slots),
    wait: inference.unbounded && wait.method === 'unknown' ? { ...noSpread } : spreadDocument((name) => wait[name]),
    latency: latencyOf(inference),
    throughput: orNull(perSecond),
    peak_queue: orNull(wait.peakQueue),
    ...(inference.regimes.length > 0 && {
      in_turn: inference.regimes.map(({ workers, capacity }) => ({ workers, slots: capacity })),
    }),
  };
}
