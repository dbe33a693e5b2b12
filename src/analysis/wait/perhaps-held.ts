/**
 * Workers that may stay occupied after each answer, which no line shows. Sync workers of gunicorn 26 and later close a connection only when
 * the client has closed it. That takes a round trip over the internet, unless a proxy stands in front. Logged durations leave it out, so a
 * full pool looks half idle.
 *
 * The log bounds such a pause: with every request longer by the pause, the requests of each worker must still fit one after the other. They
 * may fit although the longer requests, dealt to random workers, would collide many times as often as at their logged lengths. Then the
 * workers behave as if each answer held them for that long. Workers that are woken in turn behave the same, so this is one of two readings,
 * and the range of the wait covers both. Recorded case: 4 workers, requests of 50 ms, clients 100 ms away. The true mean wait was 85 ms; the
 * range without this rule was 0 to 11 ms.
 */
import { meanOf } from '../../core/statistics.ts';
import { durationText } from '../../core/words.ts';
import { misfits } from '../structure/lanes.ts';
import type { Trace } from '../structure/trace.ts';
import { misfitsWithShuffledWorkers } from '../structure/unlimited.ts';
import type { FilteredWaits, Pool } from './filtered-waits.ts';
import { HAND_OVER } from './idle-moments.ts';

/** µs: a longer pause after every answer cannot be a round trip. */
const LONGEST = 300_000;
/** Precision of the pause, µs. */
const FINE = 1000;
/** Share of the requests that need not fit, because their lines may be late. */
const LATE = 0.002;
const REPLICAS = 3;
/** Collisions of the lengthened requests on random workers: at least MANY, and TIMES_MORE times those at the logged lengths. */
const MANY = 50;
const TIMES_MORE = 5;
/** Least utilisation, pauses included, at which callers queue noticeably. */
const BUSY = 0.6;
/** Highest confidence of a range that covers both readings. */
const GUESS = 0.5;

/**
 * Raises the upper end of the range if the workers may have been held. Only for processes that run one request at a time.
 *
 * @param follow infers the waits of the same pool from another trace
 */
export function perhapsHeld(
  found: FilteredWaits,
  trace: Trace,
  pool: Pool,
  follow: (trace: Trace) => FilteredWaits | null,
): FilteredWaits {
  const { summary } = found;
  const isPlain = pool.onLanes && !pool.changes && trace.killed.length === 0;
  if (summary.method !== 'inferred' || !isPlain) return found;
  const held = pauseAfterAnswers(trace, pool.slots);
  const ifHeld = held === null ? null : follow(heldFor(trace, held));
  if (held === null || ifHeld?.summary.method !== 'inferred') return found;
  const { highMean, highP95 } = ifHeld.summary;
  return {
    ...found,
    summary: {
      ...summary,
      highMean: Math.max(summary.highMean, highMean),
      highP95: Math.max(summary.highP95, highP95),
      confidence: Math.min(summary.confidence, GUESS),
      basis: `${summary.basis}; or something that no line shows holds a worker for up to ${durationText(held)} after each answer, such as a client that closes its connection late`,
    },
  };
}

/** How long each answer may hold its worker beyond what its line says, µs; null: no sign of such a pause. */
function pauseAfterAnswers(trace: Trace, slots: number): number | null {
  const fits = (held: number) => misfitsOf(heldFor(trace, held)) <= LATE * trace.length;
  if (trace.workerIds.length < 2 || !fits(HAND_OVER)) return null;
  let least = HAND_OVER;
  let most = LONGEST;
  while (most - least > FINE) {
    const middle = (least + most) / 2;
    if (fits(middle)) least = middle;
    else most = middle;
  }
  const span = trace.high[trace.length - 1] - trace.low[0];
  if ((meanOf(trace.duration) + least) * trace.length < BUSY * slots * span) return null;
  const collisions = (log: Trace) => misfitsWithShuffledWorkers(log, 1, REPLICAS, 0).requests;
  const ifHeld = collisions(heldFor(trace, least));
  return ifHeld >= MANY && ifHeld >= TIMES_MORE * collisions(trace) ? least : null;
}

const misfitsOf = (trace: Trace): number => misfits(trace, trace.worker, trace.workerIds.length, 1).requests;

/** The same requests, each ending `micros` µs later. */
function heldFor(trace: Trace, micros: number): Trace {
  const later = (values: Float64Array) => values.map((at) => at + micros);
  const { low, high, end, duration } = trace;
  return { ...trace, low: later(low), high: later(high), end: later(end), duration: later(duration) };
}
