/** The predictor that findings ask: scenarios over the log's own workload, worked out when first asked for. */
import { quantileSorted } from 'simple-statistics';
import type { Analysis } from '../core/finding.ts';
import type { PoolPrediction, PoolShape, Predictor } from '../core/prediction.ts';
import type { PoolMeasures } from './measures.ts';
import { runScenario, type ScenarioRuns } from './scenario.ts';
import { type Workload, workloadOf, workloadWithout } from './workload.ts';

/** Requests simulated per scenario, all repetitions together, and the bounds on their number. */
const BUDGET = 400_000;
const MAX_WORKERS = 1024;

interface Answer {
  readonly prediction: PoolPrediction;
  readonly result: ScenarioRuns;
}

export function createPredictor(analysis: Analysis): Predictor {
  let workload: Workload | null | undefined;
  const known = new Map<string, Answer>();
  const workloadNow = (): Workload | null => {
    if (workload === undefined) {
      const result = workloadOf(analysis);
      workload = 'workload' in result ? result.workload : null;
    }
    return workload;
  };
  const ask = (base: Workload, pool: PoolShape, without?: number): Answer | null => {
    const key = `${pool.model} ${pool.workers} ${pool.threads} ${without ?? ''}`;
    const before = known.get(key);
    if (before) return before;
    const asked = without === undefined ? base : workloadWithout(base, without);
    if (!asked) return null;
    const result = runScenario(asked, pool, repetitionsFor(asked.trace.length));
    const answer = { prediction: predictionOf(pool, result), result };
    known.set(key, answer);
    return answer;
  };
  return {
    predict(pool, options) {
      const base = workloadNow();
      return base && (ask(base, pool, options?.withoutRoute)?.prediction ?? null);
    },
    smallestPool(target) {
      const base = workloadNow();
      if (!base || !carriesRecommendation(base)) return null;
      const present = base.present!;
      const workers = fewestWorkers(base, present, (pool) => meets(ask(base, pool)!.result, target));
      return workers === null ? null : ask(base, { ...present, workers })!.prediction;
    },
  };
}

/** Arrivals are known, and the present pool has slots that could be more. */
export const carriesRecommendation = ({ clients, trace, present }: Workload): boolean =>
  clients.kind !== 'hidden' && !trace.waitUnknown && present !== null && present.model !== 'async';

/** In nine of ten repetitions the p95 wait stays at or below the target. */
export const meets = ({ runs }: ScenarioRuns, target: number): boolean =>
  runs.filter((run) => run.wait.p95 <= target).length >= 0.9 * runs.length;

/** Fewer for long logs, whose own length averages the luck out. */
export const repetitionsFor = (requests: number): number => Math.min(40, Math.max(8, Math.floor(BUDGET / requests)));

/** Waits fall with every worker, so a binary search over a doubling range finds the first pool that is good enough. */
export function fewestWorkers(
  { trace }: Workload,
  present: PoolShape,
  good: (pool: PoolShape) => boolean,
): number | null {
  const enough = (workers: number): boolean => good({ ...present, workers });
  const span = trace.start[trace.length - 1] - trace.start[0];
  const offered = span > 0 ? trace.service.reduce((a, b) => a + b, 0) / span : 1;
  let low = Math.max(0, Math.ceil(offered / present.threads) - 1);
  let high = low + 1;
  while (!enough(high)) {
    low = high;
    high *= 2;
    if (high > MAX_WORKERS) return null;
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

const sortedOf = (runs: readonly PoolMeasures[], read: (run: PoolMeasures) => number): number[] =>
  runs.map(read).sort((a, b) => a - b);

export const medianOf = (runs: readonly PoolMeasures[], read: (run: PoolMeasures) => number): number =>
  quantileSorted(sortedOf(runs, read), 0.5);

/** Nine of ten repetitions lie within, and so does every other reading of the log. */
export function rangeOf({ runs, others }: ScenarioRuns, read: (run: PoolMeasures) => number): [number, number] {
  const sorted = sortedOf(runs, read);
  const rest = others.map(read);
  return [Math.min(quantileSorted(sorted, 0.05), ...rest), Math.max(quantileSorted(sorted, 0.95), ...rest)];
}

function predictionOf(pool: PoolShape, result: ScenarioRuns): PoolPrediction {
  const { runs } = result;
  return {
    pool,
    waitMean: medianOf(runs, (run) => run.wait.mean),
    waitP95: medianOf(runs, (run) => run.wait.p95),
    waitP95Range: rangeOf(result, (run) => run.wait.p95),
    latencyP95: medianOf(runs, (run) => run.latency.p95),
    utilisation: medianOf(runs, (run) => run.utilisation),
    throughputPerSecond: medianOf(runs, (run) => run.throughput),
  };
}
