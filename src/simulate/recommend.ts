/** How scenarios are summed up, and how the smallest pool that keeps a target is found; shared by findings and `whatif`. */
import { quantileSorted } from 'simple-statistics';
import type { PoolShape } from '../core/prediction.ts';
import { acceptForThemselves } from './acceptors.ts';
import type { PoolMeasures } from './measures.ts';
import { runScenario, type ScenarioRuns } from './scenario.ts';
import { uninterrupted, type Workload } from './workload.ts';

const MAX_WORKERS = 1024;
/** Most threads of a single process. */
const MAX_THREADS = 256;
/**
 * Several processes are not given more threads each than MOST_THREADS or TIMES_THREADS times the present number, whichever is more. If all
 * callers come at once and one process accepts half of them, no sensible number keeps the wait short, and another remedy is needed.
 */
const MOST_THREADS = 32;
const TIMES_THREADS = 4;

export const arrivalsAreKnown = ({ callers, trace }: Workload): boolean =>
  callers.likely.kind !== 'hidden' && !trace.waitUnknown;

/** Fewer requests than this of which none waited (health checks of an idle server, say) say nothing about the size. */
const FEWEST = 30;

export const tellsOfSize = ({ trace }: Workload): boolean =>
  trace.length >= FEWEST || trace.waits.some((waits) => waits.some((wait) => wait > 0));

/** true: arrivals are known, and the present pool has slots that could be more. */
export function carriesRecommendation(workload: Workload): boolean {
  const { present } = workload;
  return tellsOfSize(workload) && arrivalsAreKnown(workload) && present !== null && present.model !== 'async';
}

/** Share of the repetitions in which the target must be met: almost surely, and as likely as not. */
export const SURELY = 0.9;
const LIKELY = 0.5;

/**
 * The p95 wait of a repetition, µs. An async pool has no slots to wait for: there the time lost on a busy event loop counts, p95 latency
 * less p95 service time.
 */
export function heldUp({ trace }: Workload, pool: PoolShape): (run: PoolMeasures) => number {
  if (pool.model !== 'async') return (run) => run.wait.p95;
  const service = quantileSorted(trace.service.toSorted() as unknown as number[], 0.95);
  return (run) => run.latency.p95 - service;
}

/** true: the target is met in at least `share` of the repetitions, and by the estimate itself. */
export function meets(
  workload: Workload,
  pool: PoolShape,
  result: ScenarioRuns,
  target: number,
  share: number = SURELY,
): boolean {
  const wait = heldUp(workload, pool);
  const all = [...result.runs, ...result.wider];
  const keeps = all.filter((run) => wait(run) <= target).length >= share * all.length;
  // The displayed estimate is the median of `runs` alone: a pool whose displayed number misses the target cannot be said to keep it.
  return keeps && medianOf(result.runs, wait) <= target;
}

/** After SOME repetitions a pool that missed the target in this share of them is given up. */
const SOME = 12;
const MOSTLY_BAD = 0.75;

/** Call the result with each repetition's verdict; it returns true once the pool can no longer reach `meets` (or is hopeless). */
export function cannotMeet(repetitions: number, share: number): (isGood: boolean) => boolean {
  let [bad, seen] = [0, 0];
  return (isGood) => {
    seen++;
    if (!isGood) bad++;
    return repetitions - bad < share * repetitions || (seen >= SOME && bad >= MOSTLY_BAD * seen);
  };
}

/** Requests simulated per scenario of `whatif`, over all repetitions. */
export const WHAT_IF_BUDGET = 400_000;

/** `budget` requests per scenario over all repetitions; fewer repetitions for long logs, which average out chance by themselves. */
export const repetitionsFor = (requests: number, budget: number): number =>
  Math.min(40, Math.max(10, Math.floor(budget / requests)));

/**
 * Whether a larger pool has more threads rather than more processes; only if it has as many processes as the log's. Several processes that
 * each accept for themselves keep their number because the log shows how evenly so many share. A single process has threads as its only
 * setting, unless its requests share work that more threads would not speed up.
 */
export function growsByThreads(workload: Workload, kind: PoolShape): boolean {
  if (kind.model !== 'threaded' || kind.workers !== workload.present?.workers) return false;
  return kind.workers === 1 ? workload.contention === null : acceptForThemselves(workload, kind);
}

/** The smallest pool of the kind that is good enough: fewest threads per worker where it grows by threads, else fewest workers. */
export function smallestOf(workload: Workload, kind: PoolShape, good: (pool: PoolShape) => boolean): PoolShape | null {
  const { trace } = workload;
  const span = trace.start[trace.length - 1] - trace.start[0];
  const offered = span > 0 ? trace.service.reduce((a, b) => a + b, 0) / span : 1;
  if (growsByThreads(workload, kind)) {
    const most = kind.workers === 1 ? MAX_THREADS : Math.max(MOST_THREADS, TIMES_THREADS * kind.threads);
    const threads = fewest(offered / kind.workers, most, (count) => good({ ...kind, threads: count }));
    return threads === null ? null : { ...kind, threads };
  }
  const workers = fewest(offered / kind.threads, MAX_WORKERS, (count) => good({ ...kind, workers: count }));
  return workers === null ? null : { ...kind, workers };
}

/** A pool of more than this many times the present slots, for the sake of moments in which requests hung, is not sensible. */
const SENSIBLE = 4;

/**
 * Utilisation below which a pool would be bought for a few moments. Needed besides SENSIBLE, since the present pool may simply be far too
 * small.
 */
const IDLE = 0.1;

/**
 * true: a pool of several times the slots that would be idle except for a few moments. Its callers come all at once, and spreading them is
 * the remedy.
 */
export const isForMoments = ({ present }: Workload, pool: PoolShape, { runs }: ScenarioRuns): boolean =>
  present !== null &&
  pool.workers * pool.threads > SENSIBLE * present.workers * present.threads &&
  medianOf(runs, (run) => run.utilisation) < IDLE;

/**
 * Whether a large enough pool is a remedy where an outage, cold workers or an import made callers wait. It is not if the present pool would
 * have been large enough without the interruption, or if only a multiple of the present slots outlasts it.
 */
export function isRemedy(workload: Workload, pool: PoolShape, target: number, budget: number): boolean {
  const { present, trace, interruptions } = workload;
  if (!interruptions || present === null) return true;
  const slots = (one: PoolShape) => one.workers * one.threads;
  if (slots(pool) <= slots(present)) return true;
  // Workers that are replaced one by one are as many in any pool.
  const { outages, stampedes, cold, opens } = interruptions;
  const ofMoments = outages.length + stampedes.length;
  if (ofMoments === 0 && !Number.isFinite(opens) && !cold?.waves.some(({ isWholePool }) => isWholePool)) return true;
  return (
    slots(pool) <= SENSIBLE * slots(present) &&
    !meets(workload, present, runUninterrupted(workload, present, repetitionsFor(trace.length, budget)), target)
  );
}

/** The pool under the same load without the interruptions. */
export const runUninterrupted = (workload: Workload, pool: PoolShape, repetitions: number): ScenarioRuns =>
  runScenario(uninterrupted(workload), pool, repetitions);

export interface Recommended {
  readonly pool: PoolShape;
  /** true: it keeps the target in nine of ten repetitions; false: it has one slot more than the pool that keeps it in half of them. */
  readonly isSure: boolean;
}

/**
 * The smallest pool that keeps the target in nine of ten repetitions, or one more than the smallest that keeps it in half of them,
 * whichever is less. Of 30 real servers with known waits, none got too few slots that way and 25 got at most one too many; nine of ten
 * alone asked twelve of them for two to fifteen slots more than they needed.
 */
export function recommendedOf(
  workload: Workload,
  kind: PoolShape,
  keeps: (pool: PoolShape, share: number) => boolean,
): Recommended | null {
  const likely = smallestOf(workload, kind, (pool) => keeps(pool, LIKELY));
  if (likely === null || keeps(likely, SURELY)) return likely && { pool: likely, isSure: true };
  const pool = growsByThreads(workload, kind)
    ? { ...likely, threads: likely.threads + 1 }
    : { ...likely, workers: likely.workers + 1 };
  return { pool, isSure: keeps(pool, SURELY) };
}

/** First number that is good enough: the range is doubled, then bisected, since waits fall with every slot. */
function fewest(guess: number, most: number, enough: (count: number) => boolean): number | null {
  let low = 0;
  let high = Math.min(most, Math.max(1, Math.ceil(guess)));
  while (!enough(high)) {
    if (high === most) return null;
    low = high;
    high = Math.min(most, 2 * high);
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

/** The range that holds nine of ten repetitions. */
export function likelyRange({ runs, wider }: ScenarioRuns, read: (run: PoolMeasures) => number): [number, number] {
  const sorted = sortedOf([...runs, ...wider], read);
  return [quantileSorted(sorted, 0.05), quantileSorted(sorted, 0.95)];
}

/** The likely range, widened by every other reading that the log does not exclude. */
export function rangeOf(result: ScenarioRuns, read: (run: PoolMeasures) => number): [number, number] {
  const [low, high] = likelyRange(result, read);
  const rest = result.others.map(read);
  return [Math.min(low, ...rest), Math.max(high, ...rest)];
}
