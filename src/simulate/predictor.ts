/** The predictor that findings use: scenarios over the log's own workload, computed when first asked for. */
import type { Analysis } from '../core/finding.ts';
import type { Changed, PoolPrediction, PoolShape, Predictor } from '../core/prediction.ts';
import { meanOf } from '../core/statistics.ts';
import { canTellContention } from './contention.ts';
import { reachesBeyond, staysWithin, wouldMeet } from './is-enough.ts';
import {
  arrivalsAreKnown,
  cannotMeet,
  carriesRecommendation,
  heldUp,
  isForMoments,
  isRemedy,
  likelyRange,
  medianOf,
  meets,
  rangeOf,
  recommendedOf,
  repetitionsFor,
  WHAT_IF_BUDGET,
} from './recommend.ts';
import { runScenario, type ScenarioRuns } from './scenario.ts';
import {
  deflated,
  type Workload,
  type WorkloadChoice,
  workloadCutShort,
  workloadOf,
  workloadWithout,
} from './workload.ts';

/** Findings ask about many pools and answer in words, so stretches of this many requests in all are enough. */
const MOST_REQUESTS = 16_000;
const BUDGET = 30_000;

/** What predictions are computed from. */
interface Basis {
  /** Client of each row of the request table. */
  readonly client: Uint32Array;
  /** null where the log cannot be replayed. */
  readonly workload: () => Workload | null;
  /** Requests simulated per scenario, all repetitions together. */
  readonly budget: number;
  /** Answers so far, by pool and change. */
  readonly known: Map<string, Answer>;
}

interface Answer {
  readonly prediction: PoolPrediction;
  readonly result: ScenarioRuns;
}

/** `thorough`: a recommended size is computed as by `logscope whatif`, so that both agree; a screen cannot wait for that. */
export function createPredictor(analysis: Analysis, { thorough = true } = {}): Predictor {
  const { client } = analysis.requests;
  const some = workloadWhenAsked(analysis, { most: MOST_REQUESTS, thorough });
  const all = analysis.requests.length <= MOST_REQUESTS ? some : workloadWhenAsked(analysis, { thorough });
  const quick: Basis = { client, workload: some, budget: BUDGET, known: new Map() };
  const sizing: Basis = thorough ? { client, workload: all, budget: WHAT_IF_BUDGET, known: new Map() } : quick;
  // Cached: many findings ask for it.
  let contention: ReturnType<Predictor['contention']> | undefined;
  return {
    predict(pool, options) {
      const { within, ...change } = options ?? {};
      if (within === undefined) return ask(quick, pool, change)?.prediction ?? null;
      return predictedWithin(quick, pool, within, change);
    },
    contention: () => (contention ??= contentionOf(quick.workload())),
    smallestPool(target) {
      const base = sizing.workload();
      if (!base || !carriesRecommendation(base)) return null;
      const found = recommendedOf(base, base.present!, (shape, share) => isEnough(sizing, shape, target, share));
      const answer = found && ask(sizing, found.pool);
      if (!answer || isForMoments(base, found.pool, answer.result)) return null;
      return isRemedy(base, found.pool, target, sizing.budget) ? answer.prediction : null;
    },
  };
}

function contentionOf(base: Workload | null): ReturnType<Predictor['contention']> {
  if (!base?.contention) return base && canTellContention(base.trace, base.present) ? 'none' : 'unknown';
  const { level: _level, ...found } = base.contention;
  return { ...found, aloneMean: meanOf(deflated(base.trace, base.contention, found.share)) };
}

function workloadWhenAsked(analysis: Analysis, choice: WorkloadChoice): () => Workload | null {
  let workload: Workload | null | undefined;
  return () => {
    if (workload === undefined) {
      const result = workloadOf(analysis, choice);
      workload = 'workload' in result ? result.workload : null;
    }
    return workload;
  };
}

const keyOf = ({ model, workers, threads }: PoolShape, { withoutRoute, withoutClient, cutShort }: Changed = {}) =>
  [model, workers, threads, withoutRoute, withoutClient, cutShort?.routes.join(','), cutShort?.from, cutShort?.to].join(
    ' ',
  );

function changed(
  { client }: Basis,
  base: Workload,
  { withoutRoute, withoutClient, cutShort }: Changed,
): Workload | null {
  const { route, table } = base.trace;
  const isLeftOut = (i: number) => route[i] === withoutRoute || client[table[i]] === withoutClient;
  const isWhole = withoutRoute === undefined && withoutClient === undefined;
  const rest = isWhole ? base : workloadWithout(base, isLeftOut);
  return rest && cutShort ? workloadCutShort(rest, cutShort) : rest;
}

function ask(basis: Basis, pool: PoolShape, change: Changed = {}): Answer | null {
  const base = basis.workload();
  const key = keyOf(pool, change);
  const before = basis.known.get(key);
  if (before || !base) return before ?? null;
  const asked = changed(basis, base, change);
  if (!asked) return null;
  const result = runScenario(asked, pool, repetitionsFor(asked.trace.length, basis.budget));
  return keep(basis, key, pool, result, arrivalsAreKnown(base));
}

/** null: the range of the pool's p95 wait does not stay within `within` µs. */
function predictedWithin(basis: Basis, pool: PoolShape, within: number, change: Changed): PoolPrediction | null {
  const base = basis.workload();
  if (!base) return null;
  const isAsItIs = keyOf(pool, change) === keyOf(pool);
  const repetitions = repetitionsFor(base.trace.length, basis.budget);
  if (isAsItIs && !arrivalsAreKnown(base)) {
    // With unknown arrivals no number is shown: usually only the verdict is needed.
    const stays = staysWithin(base, pool, within, repetitions);
    if (stays !== null) return stays ? whenLookedAt(pool, () => ask(basis, pool)!.prediction) : null;
  } else if (isAsItIs && reachesBeyond(base, pool, within, repetitions)) return null;
  const answer = ask(basis, pool, change);
  return answer && answer.prediction.waitP95Range[1] <= within ? answer.prediction : null;
}

function keep({ known }: Basis, key: string, pool: PoolShape, result: ScenarioRuns, arrivalsKnown: boolean): Answer {
  const answer = { prediction: predictionOf(pool, result, arrivalsKnown), result };
  known.set(key, answer);
  return answer;
}

/** A pool that is too small fails after a few repetitions; only one that is large enough is simulated to the end. */
function isEnough(basis: Basis, pool: PoolShape, target: number, share: number): boolean {
  const base = basis.workload();
  if (!base) return false;
  const key = keyOf(pool);
  const before = basis.known.get(key);
  if (before) return meets(base, pool, before.result, target, share);
  const repetitions = repetitionsFor(base.trace.length, basis.budget);
  const known = wouldMeet(base, pool, target, repetitions, share);
  if (known !== null) return known;
  const isHopeless = cannotMeet(repetitions, share);
  const wait = heldUp(base, pool);
  let isSmall = false;
  const result = runScenario(base, pool, repetitions, (run) => (isSmall = isHopeless(wait(run) <= target)));
  if (isSmall) return false;
  keep(basis, key, pool, result, arrivalsAreKnown(base));
  return meets(base, pool, result, target, share);
}

/** A prediction from unknown arrivals: simulated only if one of its numbers is asked for. */
const whenLookedAt = (pool: PoolShape, look: () => PoolPrediction): PoolPrediction => ({
  pool,
  arrivalsKnown: false,
  get waitMean() {
    return look().waitMean;
  },
  get waitP95() {
    return look().waitP95;
  },
  get waitP95Range() {
    return look().waitP95Range;
  },
  get latencyP95() {
    return look().latencyP95;
  },
  get utilisation() {
    return look().utilisation;
  },
  get throughputPerSecond() {
    return look().throughputPerSecond;
  },
  get wide() {
    return look().wide;
  },
});

function predictionOf(pool: PoolShape, result: ScenarioRuns, arrivalsKnown: boolean): PoolPrediction {
  const { runs } = result;
  let latencyP95 = Number.NaN;
  let wide: PoolPrediction['wide'] | null = null;
  return {
    pool,
    waitMean: medianOf(runs, (run) => run.wait.mean),
    waitP95: medianOf(runs, (run) => run.wait.p95),
    waitP95Range: likelyRange(result, (run) => run.wait.p95),
    // Computed when asked for.
    get latencyP95() {
      if (latencyP95 !== latencyP95) latencyP95 = medianOf(runs, (run) => run.latency.p95);
      return latencyP95;
    },
    utilisation: medianOf(runs, (run) => run.utilisation),
    throughputPerSecond: medianOf(runs, (run) => run.throughput),
    get wide() {
      wide ??= {
        waitMean: rangeOf(result, (run) => run.wait.mean),
        waitP95: rangeOf(result, (run) => run.wait.p95),
        latencyP95: rangeOf(result, (run) => run.latency.p95),
        throughputPerSecond: rangeOf(result, (run) => run.throughput),
      };
      return wide;
    },
    arrivalsKnown,
  };
}
