/**
 * Is there a limit, and where? Three numbers from the log alone answer: the fewest lanes that hold its requests, how many requests would
 * have broken that limit had there been none, and how abruptly the need for further lanes ends.
 */
import { endsInLanes, fewestLanes, misfits } from './lanes.ts';
import type { Trace } from './trace.ts';
import { misfitsWithoutLimit } from './unlimited.ts';

export interface Limit {
  /** Fewest lanes per worker (or in all) that hold every request: a lower bound of the slots, exact where they fill. */
  readonly lanes: number;
  /** Expected number of requests that would not fit, had nothing held them back. */
  readonly expected: number;
  /** Number of separate stretches in which these would lie: seeing none has a chance of about e^-episodes. */
  readonly episodes: number;
  /**
   * Requests expected not to fit if the tail went on as it fell before. m(k) is the number of requests that do not fit in k lanes. The tail
   * of a server without a limit is log-concave, so m(k)·m(k)/m(k-1)·(decline of that ratio) bounds m(k+1).
   */
  readonly cliff: number;
  /**
   * nats: geometric mean of the evidence from `expected` and from `cliff`, each against the few requests that do not fit. Both must be
   * large.
   */
  readonly score: number;
  /**
   * Share of the lanes' time that requests fill, from the first start to the last end; 0: too little time passes to tell. Lanes that are
   * nearly always full are a pool with a queue; nothing else leaves no gap in any of them.
   */
  readonly fill: number;
  /** Requests are so short compared with a tick that many overlaps are hidden. */
  readonly blurred: boolean;
}

const MOST_LANES = 256;
/**
 * A score of CLEAR or more is a limit however callers come, and below TELLING_CLIFF nats of cliff there is none. Between the two, crowds
 * are replayed as well.
 */
const CLEAR = 40;
const TELLING_CLIFF = 6;

/** Mean duration, in ticks, below which many overlaps are hidden; larger if the order of lines within a tick is lost. */
const BLURRED = 0.25;
const BLURRED_IN_NO_ORDER = 1;

/** ln of the odds against chance of seeing `observed` where a Poisson number with mean `expected` was due. */
export function natsOf(expected: number, observed: number): number {
  if (expected <= observed) return 0;
  return expected - observed - (observed > 0 ? observed * Math.log(expected / observed) : 0);
}

/** Share of the lines that may be late, if TIMES_MORE as many requests would not fit had nothing held them back. */
const LATE = 0.005;
/** The same share where the order of lines is lost: the best order within a tick is then known only roughly. */
const LATE_IN_NO_ORDER = 0.015;
const TIMES_MORE = 20;

/**
 * The fewest lanes. One fewer if only one line in hundreds needs the last lane while many would without a limit: those few lines are late.
 */
function lanesOf(
  trace: Trace,
  group: Int32Array | null,
  groups: number,
  atMost: (slots: number) => number,
  withoutLimit: (slots: number) => { readonly requests: number; readonly episodes: number },
) {
  const lanes = fewestLanes(trace, group, groups, MOST_LANES) ?? MOST_LANES;
  const late = lanes > 2 ? atMost(lanes - 1) : Number.POSITIVE_INFINITY;
  if (late <= (trace.ordered ? LATE : LATE_IN_NO_ORDER) * trace.length) {
    const fewer = withoutLimit(lanes - 1);
    if (fewer.requests >= TIMES_MORE * late) return { lanes: lanes - 1, ...fewer };
  }
  return { lanes, ...withoutLimit(lanes) };
}

export function limitOf(trace: Trace, perWorker: boolean, replicas: number): Limit {
  const group = perWorker ? trace.worker : null;
  const groups = perWorker ? trace.workerIds.length : 1;
  const atMost = (slots: number) => (slots <= 0 ? trace.length : misfits(trace, group, groups, slots).requests);
  const withoutLimit = (slots: number) => misfitsWithoutLimit(trace, perWorker, slots, replicas, 'even');
  const { lanes, ...even } = lanesOf(trace, group, groups, atMost, withoutLimit);
  const unfit = atMost(lanes);
  const one = atMost(lanes - 1);
  const two = atMost(lanes - 2);
  const fall = two > 0 ? one / two : 0;
  const before = lanes > 2 ? two / Math.max(1, atMost(lanes - 3)) : 1;
  const cliff = one * fall * Math.min(1, before > 0 ? fall / before : 0);
  let total = 0;
  for (let i = 0; i < trace.length; i++) total += trace.duration[i];
  const mean = total / trace.length;
  const scoreOf = (requests: number) => Math.sqrt(natsOf(requests, unfit) * natsOf(cliff, unfit));
  // Drawing starts anew over several ticks would dissolve a crowd that comes now and then.
  const mayBeCrowds = perWorker && lanes > 1 && natsOf(cliff, unfit) >= TELLING_CLIFF && scoreOf(even.requests) < CLEAR;
  const crowded = mayBeCrowds ? misfitsWithoutLimit(trace, perWorker, lanes, replicas, 'crowded') : even;
  const { requests: expected, episodes } = crowded.requests > even.requests ? crowded : even;
  const blurred = mean < (trace.ordered ? BLURRED : BLURRED_IN_NO_ORDER) * trace.resolution;
  const ends = endsInLanes(trace, group, groups, lanes);
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < trace.length; i++) {
    first = Math.min(first, ends[i] - trace.duration[i]);
    last = Math.max(last, ends[i]);
  }
  const longEnough = trace.length >= 4 * lanes * groups && last - first >= Math.max(2 * trace.resolution, 3 * mean);
  const fill = longEnough && mean >= 0.4 * trace.resolution ? total / (lanes * groups * (last - first)) : 0;
  return {
    lanes,
    expected,
    episodes,
    cliff,
    score: scoreOf(expected),
    fill,
    blurred,
  };
}
