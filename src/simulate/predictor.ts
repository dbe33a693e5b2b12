/** The predictor that findings ask: scenarios over the log's own workload, worked out when first asked for. */
import type { Analysis } from '../core/finding.ts';
import type { PoolPrediction, PoolShape, Predictor } from '../core/prediction.ts';
import { meanOf } from '../core/statistics.ts';
import { canTellContention } from './contention.ts';
import {
  arrivalsAreKnown,
  cannotMeet,
  carriesRecommendation,
  likelyRange,
  medianOf,
  meets,
  rangeOf,
  repetitionsFor,
  smallestOf,
} from './recommend.ts';
import { runScenario, type ScenarioRuns } from './scenario.ts';
import { deflated, type Workload, workloadOf, workloadWithout } from './workload.ts';

/** Findings ask often and answer in words: stretches of this many requests in all are enough. */
const MOST_REQUESTS = 16_000;
const BUDGET = 30_000;

interface Answer {
  readonly prediction: PoolPrediction;
  readonly result: ScenarioRuns;
}

export function createPredictor(analysis: Analysis): Predictor {
  let workload: Workload | null | undefined;
  const known = new Map<string, Answer>();
  const workloadNow = (): Workload | null => {
    if (workload === undefined) {
      const result = workloadOf(analysis, MOST_REQUESTS);
      workload = 'workload' in result ? result.workload : null;
    }
    return workload;
  };
  const keyOf = (pool: PoolShape, without?: number) => `${pool.model} ${pool.workers} ${pool.threads} ${without ?? ''}`;
  const ask = (base: Workload, pool: PoolShape, without?: number): Answer | null => {
    const key = keyOf(pool, without);
    const before = known.get(key);
    if (before) return before;
    const asked = without === undefined ? base : workloadWithout(base, without);
    if (!asked) return null;
    const result = runScenario(asked, pool, repetitionsFor(asked.trace.length, BUDGET));
    return keep(key, pool, result, arrivalsAreKnown(base));
  };
  const keep = (key: string, pool: PoolShape, result: ScenarioRuns, arrivalsKnown: boolean): Answer => {
    const answer = { prediction: predictionOf(pool, result, arrivalsKnown), result };
    known.set(key, answer);
    return answer;
  };
  /** Of a pool that is too small a few repetitions tell: only one that is large enough is worked out to the end. */
  const isEnough = (base: Workload, pool: PoolShape, target: number): boolean => {
    const key = keyOf(pool);
    const before = known.get(key);
    if (before) return meets(base, pool, before.result, target);
    const repetitions = repetitionsFor(base.trace.length, BUDGET);
    const isHopeless = cannotMeet(base, pool, target, repetitions);
    let isSmall = false;
    const result = runScenario(base, pool, repetitions, (run) => (isSmall = isHopeless(run)));
    if (isSmall) return false;
    keep(key, pool, result, arrivalsAreKnown(base));
    return meets(base, pool, result, target);
  };
  return {
    predict(pool, options) {
      const base = workloadNow();
      return base && (ask(base, pool, options?.withoutRoute)?.prediction ?? null);
    },
    contention() {
      const base = workloadNow();
      if (!base?.contention) return base && canTellContention(base.trace) ? 'none' : 'unknown';
      const { level: _level, ...found } = base.contention;
      return { ...found, aloneMean: meanOf(deflated(base.trace, base.contention, found.share)) };
    },
    smallestPool(target) {
      const base = workloadNow();
      if (!base || !carriesRecommendation(base)) return null;
      const pool = smallestOf(base, base.present!, (shape) => isEnough(base, shape, target));
      return pool && ask(base, pool)!.prediction;
    },
  };
}

function predictionOf(pool: PoolShape, result: ScenarioRuns, arrivalsKnown: boolean): PoolPrediction {
  const { runs } = result;
  return {
    pool,
    waitMean: medianOf(runs, (run) => run.wait.mean),
    waitP95: medianOf(runs, (run) => run.wait.p95),
    waitP95Range: likelyRange(result, (run) => run.wait.p95),
    latencyP95: medianOf(runs, (run) => run.latency.p95),
    utilisation: medianOf(runs, (run) => run.utilisation),
    throughputPerSecond: medianOf(runs, (run) => run.throughput),
    wide: {
      waitMean: rangeOf(result, (run) => run.wait.mean),
      waitP95: rangeOf(result, (run) => run.wait.p95),
      latencyP95: rangeOf(result, (run) => run.latency.p95),
      throughputPerSecond: rangeOf(result, (run) => run.throughput),
    },
    arrivalsKnown,
  };
}
