/**
 * Compares a summary with the truth of its recording: every answer is right, near, silent or wrong. Silence is better than a wrong answer.
 * A range counts if it contains the truth and is narrow enough to mean something.
 */

/** What is compared, in the order of the tables: the first five are structure, the others are waits. */
export const MEASURES = ['lines', 'model', 'workers', 'capacity', 'service', 'wait mean', 'wait p95'];
export const WAITS = new Set(['wait mean', 'wait p95']);

const known = (x) => x !== null && x !== undefined;
const within = (low, want, high, slack = 0) => low - slack <= want && want <= high + slack;

/** Within `tight` of the truth (or `floor` seconds): right; within `loose` (or twice the floor): near. */
function judgeNumber(got, want, tight, loose, floor) {
  if (!known(got) || Number.isNaN(got)) return 'silent';
  const error = Math.abs(got - want);
  if (error <= Math.max(tight * want, floor)) return 'right';
  return error <= Math.max(loose * want, 2 * floor) ? 'near' : 'wrong';
}

/** Seconds by which the truth may be outside a range. */
const RANGE_SLACK = 0.005;
/** A range means something if it is at most so many seconds wide, or its ends differ at most by this factor. */
const INFORMATIVE_SECONDS = 0.1;
const INFORMATIVE_FACTOR = 6;

function judgeWait(wait, key, want, tight, loose, floor) {
  const verdict = judgeNumber(wait[key], want, tight, loose, floor);
  if (verdict === 'right' || verdict === 'near') return verdict;
  const low = wait.low?.[key];
  const high = wait.high?.[key];
  if (!known(low) || !known(high)) return verdict;
  if (!within(low, want, high, RANGE_SLACK)) return 'wrong';
  const informative = high - low <= INFORMATIVE_SECONDS || high <= INFORMATIVE_FACTOR * low;
  return informative || verdict === 'wrong' ? 'near' : 'silent';
}

/** Below this confidence, a claim is an admitted guess: it may be wrong if its range contains the truth. */
const GUESS = 0.6;

function judgeCount(estimate, want) {
  if (!known(estimate?.value)) return 'silent';
  if (estimate.value === want) return 'right';
  return estimate.low <= want && want <= estimate.high && estimate.confidence < GUESS ? 'near' : 'wrong';
}

const ALIKE = {
  sync: ['sync'],
  threaded: ['threaded'],
  async: ['async'],
  'thread-per-request': ['thread-per-request', 'async'],
};

function judgeModel(server, truth, sees) {
  if (server.model === 'unknown') return 'silent';
  if (ALIKE[truth.model].includes(server.model)) return 'right';
  // Without pids, four processes cannot be distinguished from four threads.
  const pool = truth.model === 'sync' || truth.model === 'threaded';
  if (!sees.pid && pool && ['sync', 'threaded', 'pool'].includes(server.model)) return 'right';
  return server.model_confidence < GUESS ? 'near' : 'wrong';
}

/** What a count claims: its confidence, and whether its range contains the truth; null: it claims nothing. */
const claimOfCount = (estimate, want) =>
  known(estimate?.low) && known(estimate?.high)
    ? { confidence: estimate.confidence, holds: within(estimate.low, want, estimate.high) }
    : null;

const claimOfWait = (wait, key, want) =>
  known(wait.low?.[key]) && known(wait.high?.[key])
    ? { confidence: wait.confidence, holds: within(wait.low[key], want, wait.high[key], RANGE_SLACK) }
    : null;

/**
 * Verdicts for the measures that can be asked of this log: each has the answer, the truth, and what the answer claimed ({confidence, holds}
 * or null).
 * @param sees {pid, duration}: what the lines have
 */
export function judge(summary, truth, sees) {
  const verdicts = {};
  const put = (measure, verdict, got, want, claim = null) => {
    verdicts[measure] = { verdict, got: got ?? null, want, claim };
  };
  const { server, service_time: service, wait } = summary;
  const pool = truth.model === 'sync' || truth.model === 'threaded';
  const slots = truth.workers * Math.max(1, truth.threads);
  const filled = pool && truth.peak_concurrency >= slots;
  const logged = truth.logged ?? truth.answered;
  const count = (measure, estimate, want) =>
    put(measure, judgeCount(estimate, want), estimate?.value, want, claimOfCount(estimate, want));

  put('lines', judgeNumber(summary.requests.total, logged, 0, 0.02, 0), summary.requests.total, logged);
  const model = judgeModel(server, truth, sees);
  const claim = model === 'silent' ? null : { confidence: server.model_confidence, holds: model === 'right' };
  put('model', model, server.model, truth.model, claim);
  if (sees.pid) count('workers', server.workers, truth.workers);
  if (filled) count('capacity', server.capacity, slots);
  if (!pool) put('capacity', server.capacity.value === null ? 'right' : 'wrong', server.capacity.value, null);
  // Without durations, the service time only shows if every slot was busy.
  if (sees.duration || filled) {
    const want = truth.service_seconds.mean;
    put('service', judgeNumber(service.mean, want, sees.duration ? 0.05 : 0.15, 0.35, 0.01), service.mean, want);
  }
  if (pool) {
    const { mean, p95 } = truth.wait_seconds;
    put('wait mean', judgeWait(wait, 'mean', mean, 0.15, 0.4, 0.03), wait.mean, mean, claimOfWait(wait, 'mean', mean));
    put('wait p95', judgeWait(wait, 'p95', p95, 0.2, 0.5, 0.06), wait.p95, p95, claimOfWait(wait, 'p95', p95));
  }
  return verdicts;
}
